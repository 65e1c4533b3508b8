import { Clock, HandHeart, Undo2 } from "lucide-react";
import { useEffect, useState } from "react";
import { api } from "../kit/api";
import { useAsked } from "../kit/asked";
import { countdown, useNow } from "../kit/clock";
import type { Panel } from "../kit/place";
import { useStore } from "../kit/store";
import { moment, useText } from "../kit/text";
import { Badge, Button, Card, Empty, ErrorNote, toast, Waiting } from "../kit/ui";
import { categoryIcons, categoryOf } from "./categories";
import "./records.css";
import { consentsChanged, useSubject } from "./subject";

/** Something that the patient allows at present. */
interface Permit {
  readonly consent: string;
  /** Practitioner/… */
  readonly actor: string;
  readonly categories: readonly string[];
  readonly until: string;
  readonly visit: string | null;
}

interface HumanName {
  readonly text?: string;
  readonly prefix?: readonly string[];
  readonly given?: readonly string[];
  readonly family?: string;
}

function ConsentsPanel() {
  const subject = useSubject();
  if (subject?.purpose !== "PATRQT") return null;
  return <Consents key={subject.patient} patient={subject.patient} />;
}

/** Who may see what of mine, until when; each ends with one press. */
function Consents({ patient }: { patient: string }) {
  const text = useText();
  const now = useNow();
  const path = `/api/records/patients/${patient}/consents`;
  const permits = useAsked((stop) => api.get<Permit[]>(path, stop), [path]);
  const turn = useStore(consentsChanged);
  const { again } = permits;
  useEffect(() => {
    if (turn > 0) again();
  }, [turn, again]);
  const standing = permits.value?.filter(({ until }) => new Date(until).getTime() > now);
  return (
    <Card
      title={text("records.consents")}
      icon={HandHeart}
      actions={
        <Button kind="plain" onClick={permits.again}>
          {text("records.again")}
        </Button>
      }
    >
      {permits.isWaiting && <Waiting label={text("records.consents.waiting")} />}
      <ErrorNote error={permits.error} onRetry={permits.again} />
      {standing?.length === 0 && (
        <Empty
          icon={HandHeart}
          title={text("records.consents.empty")}
          text={text("records.consents.empty.hint")}
        />
      )}
      <ul className="stack">
        {standing?.map((permit) => (
          <Line
            key={permit.consent + permit.actor}
            permit={permit}
            now={now}
            onEnded={permits.again}
          />
        ))}
      </ul>
    </Card>
  );
}

/** A practitioner's name as the records have it; "" where they have none. */
async function nameOf(actor: string, stop: AbortSignal): Promise<string> {
  const { name = [] } = await api.get<{ name?: HumanName[] }>(`/fhir/R4/${actor}`, stop);
  const [first] = name;
  const parts = [...(first?.prefix ?? []), ...(first?.given ?? []), first?.family ?? ""];
  return first?.text ?? parts.join(" ").trim();
}

interface LineProps {
  permit: Permit;
  now: number;
  onEnded: () => void;
}

function Line({ permit, now, onEnded }: LineProps) {
  const text = useText();
  const name = useAsked((stop) => nameOf(permit.actor, stop), [permit.actor]);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const categories = [...new Set(permit.categories.map(categoryOf))];
  const isToday = new Date(permit.until).getTime() - now < 86_400_000;

  async function takeBack(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      await api.delete(`/api/records/consents/${permit.consent}`);
      toast(text("records.consents.ended"), "good");
      onEnded();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }

  return (
    <li className="consent">
      <h3>{name.value || text("records.consents.clinician")}</h3>
      <ul className="row">
        {categories.map((category) => (
          <li key={category}>
            <Badge tone="accent" icon={categoryIcons[category]}>
              {text(`records.category.${category}`)}
            </Badge>
          </li>
        ))}
      </ul>
      <p className="consent-until">
        <Clock aria-hidden />
        <span className="number">
          {text("records.consents.until", {
            when: moment(permit.until, isToday ? "time" : "moment"),
          })}
          {isToday && ` · ${countdown(permit.until, now)}`}
          {permit.visit && ` · ${text("records.in-visit")}`}
        </span>
      </p>
      <ErrorNote error={error} />
      <Button kind="danger" icon={Undo2} wide busy={isBusy} onClick={takeBack}>
        {text("records.consents.end")}
      </Button>
    </li>
  );
}

export const consentsPanel: Panel = {
  id: "consents",
  titleKey: "records.consents.short",
  icon: HandHeart,
  places: ["home"],
  roles: ["patient"],
  order: 55,
  Component: ConsentsPanel,
};
