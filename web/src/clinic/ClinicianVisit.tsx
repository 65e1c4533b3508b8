import {
  CircleSlash,
  ClipboardPen,
  Clock,
  Eye,
  EyeOff,
  Hourglass,
  Send,
  Siren,
} from "lucide-react";
import { useState } from "react";
import { countdown, useNow } from "../kit/clock";
import { showPanel } from "../kit/place";
import { useText } from "../kit/text";
import { Button, Card, ErrorNote, Select, TextArea } from "../kit/ui";
import { CATEGORIES, type Category } from "../records/categories";
import { sought } from "../records/emergency/broken";
import { stands } from "./access";
import { CategoryList, Choices } from "./PatientVisit";
import { change, type Visit } from "./visit";

/** The clinician's side: what may be seen now, and asking for it. */
export function ClinicianVisit({ visit }: { visit: Visit }) {
  const now = useNow();
  return (
    <>
      {stands(visit, now) && <Seeing visit={visit} now={now} />}
      {(!stands(visit, now) || visit.answer === "open") && <NotSeeing visit={visit} />}
      <AskEditor key={visit.id} visit={visit} />
    </>
  );
}

interface SeeingProps {
  visit: Visit & { until: string };
  now: number;
}

function Seeing({ visit, now }: SeeingProps) {
  const text = useText();
  return (
    <Card tone="accent" icon={Eye} title={text("clinic.seeing", { name: visit.patient_name })}>
      <CategoryList of={visit.granted} />
      <p className="row">
        <Clock aria-hidden className="inline-icon" />
        <span className="number" role="timer">
          {text("clinic.left", { time: countdown(visit.until, now) })}
        </span>
      </p>
    </Card>
  );
}

const UNSEEN = { icon: EyeOff, key: "clinic.unseen", hint: "clinic.unseen.hint" };
const SIGNS = {
  open: { icon: Hourglass, key: "clinic.asked", hint: "clinic.asked.hint" },
  granted: UNSEEN, // its time has just run out
  ended: UNSEEN,
  refused: { icon: CircleSlash, key: "clinic.refused", hint: "clinic.refused.hint" },
};

function NotSeeing({ visit }: { visit: Visit }) {
  const text = useText();
  const { icon, key, hint } = SIGNS[visit.answer];
  return (
    <Card tone="warn" icon={icon} title={text(key, { name: visit.patient_name })}>
      <p>{text(hint)}</p>
      <Button
        kind="plain"
        icon={Siren}
        onClick={() => {
          sought.set({ patient: visit.patient, name: visit.patient_name });
          showPanel("emergency");
        }}
      >
        {text("clinic.emergency")}
      </Button>
    </Card>
  );
}

const LENGTHS_MIN = [15, 30, 60, 120, 240];
const LONGEST_REASON = 500;

function AskEditor({ visit }: { visit: Visit }) {
  const text = useText();
  const [isOpen, setOpen] = useState(false);
  const [categories, setCategories] = useState<readonly Category[]>(visit.ask.categories);
  const [minutes, setMinutes] = useState(visit.ask.minutes);
  const [reason, setReason] = useState(visit.ask.reason);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function ask(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      await change(visit.id, "ask", { categories, minutes, reason: reason.trim() });
      setOpen(false);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }

  if (!isOpen) {
    return (
      <Button icon={ClipboardPen} wide onClick={() => setOpen(true)}>
        {text("clinic.ask.edit")}
      </Button>
    );
  }
  return (
    <Card title={text("clinic.ask", { name: visit.patient_name })} icon={ClipboardPen}>
      <TextArea
        label={text("clinic.ask.reason")}
        hint={text("clinic.ask.reason.hint")}
        rows={2}
        maxLength={LONGEST_REASON}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <Choices of={CATEGORIES} chosen={categories} onChange={setCategories} />
      <Select
        label={text("clinic.ask.minutes")}
        value={minutes}
        onChange={(event) => setMinutes(Number(event.target.value))}
      >
        {LENGTHS_MIN.map((n) => (
          <option key={n} value={n}>
            {text("clinic.minutes", { n })}
          </option>
        ))}
      </Select>
      <ErrorNote error={error} />
      <div className="row">
        <Button
          kind="primary"
          icon={Send}
          busy={isBusy}
          disabled={categories.length === 0}
          onClick={ask}
        >
          {text("clinic.ask.send")}
        </Button>
        <Button onClick={() => setOpen(false)}>{text("clinic.cancel")}</Button>
      </div>
    </Card>
  );
}
