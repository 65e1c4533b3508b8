import { BookOpenCheck, CircleCheck, CircleX, Hourglass, Siren, Square } from "lucide-react";
import { useEffect, useState } from "react";
import { useNow } from "../../kit/clock";
import { useSession } from "../../kit/session";
import { moment, useText } from "../../kit/text";
import { Badge, Button, Card, ErrorNote } from "../../kit/ui";
import "./emergency.css";
import { type Breaking, endEarly, goesOn, isJudged, minutesLeft } from "./model";
import { emergenciesChanged, markRead, useEmergenciesOf } from "./told";

interface EmergenciesProps {
  patient: string;
  /** Show what was looked at in one of them. */
  onLooked: (it: Breaking) => void;
}

/** Every look in an emergency: who, why, until when, and what was said of it afterwards. */
export function Emergencies({ patient, onLooked }: EmergenciesProps) {
  const text = useText();
  const me = useSession();
  const found = useEmergenciesOf(patient);
  useEffect(() => emergenciesChanged.update((n) => n + 1), []); // a judgement may have come
  useEffect(() => {
    if (me && found.length > 0) markRead(me.account, found); // here they are read
  }, [me, found]);
  if (found.length === 0) return null;
  return (
    <Card title={text("records.emergencies")} icon={Siren}>
      <p className="muted">{text("records.emergencies.about")}</p>
      <ul className="emergencies">
        {found.map((it) => (
          <Line key={it.id} it={it} onLooked={() => onLooked(it)} />
        ))}
      </ul>
    </Card>
  );
}

export const stateSigns = {
  open: { tone: "danger", icon: Siren },
  over: { tone: "warn", icon: Hourglass },
  justified: { tone: "good", icon: CircleCheck },
  unjustified: { tone: "danger", icon: CircleX },
} as const;

/** An emergency that was ended early has waited for its judgement ever since. */
export function stateOf(it: Breaking, now: number): Breaking["state"] {
  return it.state === "open" && !goesOn(it, now) ? "over" : it.state;
}

function Line({ it, onLooked }: { it: Breaking; onLooked: () => void }) {
  const text = useText();
  const now = useNow(15_000);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const state = stateOf(it, now);
  const { tone, icon } = stateSigns[state];

  async function end(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      await endEarly(it);
      emergenciesChanged.update((n) => n + 1);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }

  return (
    <li data-state={state}>
      <div className="row-apart">
        <strong>{it.actor_name || text("records.nobody")}</strong>
        <Badge tone={tone} icon={icon}>
          {text(`records.emergencies.${state}`)}
        </Badge>
      </div>
      <p className="muted small number">
        {text("records.emergencies.span", { from: moment(it.at), until: moment(it.until) })}
        {state === "open" && ` · ${text("records.emergency.ends", { n: minutesLeft(it, now) })}`}
      </p>
      <blockquote className="reason" lang="">
        {it.reason}
      </blockquote>
      {isJudged(it) && <Judgement it={it} />}
      <ErrorNote error={error} />
      <div className="row">
        {state === "open" && (
          <Button kind="danger" icon={Square} busy={isBusy} onClick={end}>
            {text("records.notice.end")}
          </Button>
        )}
        <Button icon={BookOpenCheck} onClick={onLooked}>
          {text("records.emergencies.looked")}
        </Button>
      </div>
    </li>
  );
}

/** What an operator said of it, and when. */
export function Judgement({ it }: { it: Breaking }) {
  const text = useText();
  return (
    <div className="judgement">
      <p>
        {text("records.emergencies.by", {
          name: it.reviewer || text("records.operator"),
          when: it.reviewed_at ? moment(it.reviewed_at, "date") : "",
        })}
      </p>
      <blockquote className="reason" lang="">
        {it.remark}
      </blockquote>
    </div>
  );
}
