import { Armchair, Check, CircleSlash, Clock, Eye, HandHeart, Undo2 } from "lucide-react";
import { useState } from "react";
import { LicenceMark } from "../identity/cards/LicenceMark";
import { countdown, useNow } from "../kit/clock";
import { moment, useText } from "../kit/text";
import { Badge, Button, Card, Empty, ErrorNote, Select, Switch } from "../kit/ui";
import { type Category, categoryIcons } from "../records/categories";
import { proveNewestIfWanted } from "../records/signed/use";
import { stands } from "./access";
import { change, type Visit } from "./visit";

/** The patient's side: what is asked in plain words, her answer, and its end whenever she wants. */
export function PatientVisit({ visit }: { visit: Visit }) {
  const text = useText();
  if (!visit.clinician_name && visit.why_alone === "licence") {
    return (
      <Card tone="warn">
        <Empty
          icon={CircleSlash}
          title={text("clinic.alone.licence")}
          text={text("clinic.alone.licence.hint")}
        />
      </Card>
    );
  }
  if (!visit.clinician_name) {
    return (
      <Card>
        <Empty icon={Armchair} title={text("clinic.seat")} text={text("clinic.seat.hint")} />
      </Card>
    );
  }
  // Another request is another question: nothing chosen for the one before may slip into it.
  const question = JSON.stringify([visit.ask, visit.answer]);
  switch (visit.answer) {
    case "open":
      return (
        <>
          <Allowed visit={visit} />
          <Request key={question} visit={visit} />
        </>
      );
    case "granted":
      return <Allowed visit={visit} />;
    case "refused":
    case "ended":
      return <NotAllowed visit={visit} key={question} />;
    default:
      visit.answer satisfies never;
      return null;
  }
}

/** Whom she is with: a mark that a click proves. */
function Licence({ visit }: { visit: Visit }) {
  if (!visit.clinician_account) return null;
  return <LicenceMark account={visit.clinician_account} name={visit.clinician_name ?? ""} />;
}

const CHOICES_MIN = [15, 30, 60, 120, 240, 480];

function Request({ visit }: { visit: Visit }) {
  const text = useText();
  const now = useNow(15_000);
  const { categories, minutes, reason } = visit.ask;
  const [chosen, setChosen] = useState<readonly Category[]>(categories);
  const [length_min, setLength] = useState(minutes);
  const [busy, setBusy] = useState("");
  const [error, setError] = useState<unknown>(null);
  const lengths = [...new Set([...CHOICES_MIN, minutes])].sort((a, b) => a - b);
  const endOf = (n: number): string => new Date(now + n * 60_000).toISOString();

  async function answer(verb: "grant" | "refuse"): Promise<void> {
    setBusy(verb);
    setError(null);
    try {
      const until = new Date(Date.now() + length_min * 60_000).toISOString();
      await change(visit.id, verb, verb === "grant" ? { categories: chosen, until } : {});
      await proveNewestIfWanted(visit.patient.replace("Patient/", ""));
    } catch (failure) {
      setError(failure);
      setBusy("");
    }
  }

  return (
    <Card title={text("clinic.request", { name: visit.clinician_name ?? "" })} icon={HandHeart}>
      <Licence visit={visit} />
      <blockquote className="reason" lang={reason ? "" : undefined}>
        {reason || text("clinic.reason.usual")}
      </blockquote>
      <Choices of={categories} chosen={chosen} onChange={setChosen} />
      <Select
        label={text("clinic.until")}
        value={length_min}
        onChange={(event) => setLength(Number(event.target.value))}
      >
        {lengths.map((n) => (
          <option key={n} value={n}>
            {text("clinic.until.option", { time: moment(endOf(n), "time"), n })}
          </option>
        ))}
      </Select>
      <p className="muted small">{text("clinic.request.promise")}</p>
      <ErrorNote error={error} />
      <div className="row">
        <Button
          kind="primary"
          icon={Check}
          busy={busy === "grant"}
          disabled={busy !== "" || chosen.length === 0}
          onClick={() => answer("grant")}
        >
          {text("clinic.allow")}
        </Button>
        <Button
          icon={CircleSlash}
          busy={busy === "refuse"}
          disabled={busy !== ""}
          onClick={() => answer("refuse")}
        >
          {text("clinic.refuse")}
        </Button>
      </div>
    </Card>
  );
}

interface ChoicesProps {
  of: readonly Category[];
  chosen: readonly Category[];
  onChange: (chosen: readonly Category[]) => void;
}

export function Choices({ of, chosen, onChange }: ChoicesProps) {
  const text = useText();
  return (
    <div className="stack-tight">
      {of.map((category) => {
        const Icon = categoryIcons[category];
        return (
          <Switch
            key={category}
            icon={<Icon aria-hidden />}
            label={text(`records.category.${category}`)}
            hint={text(`records.category.${category}.hint`)}
            checked={chosen.includes(category)}
            onChange={(isOn) =>
              onChange(of.filter((each) => (each === category ? isOn : chosen.includes(each))))
            }
          />
        );
      })}
    </div>
  );
}

function useTakeBack(visit: Visit): { isBusy: boolean; error: unknown; takeBack: () => void } {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  function takeBack(): void {
    setBusy(true);
    setError(null);
    change(visit.id, "revoke")
      .then(() => proveNewestIfWanted(visit.patient.replace("Patient/", "")))
      .catch(setError)
      .finally(() => setBusy(false));
  }
  return { isBusy, error, takeBack };
}

function Allowed({ visit }: { visit: Visit }) {
  const text = useText();
  const now = useNow();
  const { isBusy, error, takeBack } = useTakeBack(visit);
  if (!stands(visit, now)) return visit.answer === "open" ? null : <NotAllowed visit={visit} />;
  return (
    <Card
      tone="accent"
      icon={Eye}
      title={text("clinic.allowed", { name: visit.clinician_name ?? "" })}
    >
      <Licence visit={visit} />
      <CategoryList of={visit.granted} />
      <p className="row">
        <Clock aria-hidden className="inline-icon" />
        <span>
          {text("clinic.allowed.until", { time: moment(visit.until, "time") })} ·{" "}
          <span className="number">{countdown(visit.until, now)}</span>
        </span>
      </p>
      <ErrorNote error={error} />
      <Button kind="danger" icon={Undo2} wide busy={isBusy} onClick={takeBack}>
        {text("clinic.revoke")}
      </Button>
    </Card>
  );
}

function NotAllowed({ visit }: { visit: Visit }) {
  const text = useText();
  const [isAgain, setAgain] = useState(false);
  if (isAgain) return <Request visit={visit} />;
  const name = visit.clinician_name ?? "";
  return (
    <Card>
      <Empty
        icon={CircleSlash}
        title={text("clinic.closed", { name })}
        text={text(visit.answer === "refused" ? "clinic.closed.refused" : "clinic.closed.ended")}
        action={<Button onClick={() => setAgain(true)}>{text("clinic.allow.again")}</Button>}
      />
    </Card>
  );
}

export function CategoryList({ of }: { of: readonly Category[] }) {
  const text = useText();
  return (
    <ul className="row">
      {of.map((category) => (
        <li key={category}>
          <Badge tone="accent" icon={categoryIcons[category]}>
            {text(`records.category.${category}`)}
          </Badge>
        </li>
      ))}
    </ul>
  );
}
