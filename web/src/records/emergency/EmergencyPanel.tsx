import { ArrowLeft, ArrowRight, Search, Siren, TriangleAlert } from "lucide-react";
import { type SubmitEvent, useState } from "react";
import { api } from "../../kit/api";
import { goTo, type Panel, type PanelProps, showPanel } from "../../kit/place";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Button, Card, ErrorNote, Field, Select, TextArea } from "../../kit/ui";
import { broken, canShow, sought } from "./broken";
import "./emergency.css";
import { type Breaking, goesOn, LEAST, MOST } from "./model";

const LENGTHS_MIN = [15, 30, 60, 120, 240];

/** Look where nothing was allowed, because it cannot wait: whom, why, and a warning in between. */
function EmergencyPanel({ place }: PanelProps) {
  const text = useText();
  const held = useStore(broken);
  const begun = useStore(sought);
  const [patient, setPatient] = useState("");
  const whom = patient || begun?.patient || "";
  if (held && goesOn(held, Date.now())) {
    return (
      <Card tone="danger" icon={Siren} title={text("records.emergency")}>
        <p>{text("records.emergency.open")}</p>
      </Card>
    );
  }
  return (
    <Card title={text("records.emergency")} icon={Siren}>
      <p className="muted">{text("records.emergency.about")}</p>
      {whom ? (
        <Reason
          key={whom}
          patient={whom}
          name={patient ? "" : (begun?.name ?? "")}
          place={place}
          onBack={() => {
            setPatient("");
            sought.set(null);
          }}
        />
      ) : (
        <Find onFound={setPatient} />
      )}
    </Card>
  );
}

const UNKNOWN = { system: "", value: "", family: "", given: "", born: "" };

/** By a number, or by name and birth date: whoever fits exactly. Every attempt is written down. */
function Find({ onFound }: { onFound: (patient: string) => void }) {
  const text = useText();
  const [known, setKnown] = useState(UNKNOWN);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const hasNumber = known.value.trim() !== "";
  const isEnough = hasNumber || (known.family.trim() !== "" && known.born !== "");
  const set = (more: Partial<typeof UNKNOWN>): void => setKnown({ ...known, ...more });

  async function find(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const found = await api.post<{ patient: string }>("/api/records/emergencies/find", {
        ...(hasNumber
          ? numberOf(known.system.trim(), known.value.trim())
          : { family: known.family.trim(), given: known.given.trim(), born: known.born }),
      });
      onFound(found.patient);
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }

  return (
    <form className="stack" onSubmit={find}>
      <fieldset className="known" disabled={hasNumber}>
        <legend>{text("records.emergency.by-name")}</legend>
        <Field
          label={text("records.emergency.family")}
          autoComplete="off"
          value={known.family}
          onChange={(event) => set({ family: event.target.value })}
        />
        <Field
          label={text("records.emergency.born")}
          type="date"
          value={known.born}
          onChange={(event) => set({ born: event.target.value })}
        />
        <Field
          label={text("records.emergency.given")}
          autoComplete="off"
          value={known.given}
          onChange={(event) => set({ given: event.target.value })}
        />
      </fieldset>
      <fieldset className="known">
        <legend>{text("records.emergency.by-number")}</legend>
        <Field
          label={text("records.emergency.number")}
          hint={text("records.emergency.number.hint")}
          autoComplete="off"
          value={known.value}
          onChange={(event) => set({ value: event.target.value })}
        />
        <Field
          label={text("records.emergency.system")}
          hint={text("records.emergency.system.hint")}
          autoComplete="off"
          value={known.system}
          onChange={(event) => set({ system: event.target.value })}
        />
      </fieldset>
      <ErrorNote error={error} />
      <Button kind="primary" type="submit" icon={Search} wide busy={isBusy} disabled={!isEnough}>
        {text("records.emergency.find")}
      </Button>
    </form>
  );
}

/** A number with its system names an identifier; "Patient/…" or a bare word is the record's own. */
function numberOf(system: string, value: string): object {
  return system ? { identifier: `${system}|${value}` } : { id: value.replace(/^Patient\//, "") };
}

interface ReasonProps {
  patient: string;
  name: string;
  place: string;
  onBack: () => void;
}

function Reason({ patient, name, place, onBack }: ReasonProps) {
  const text = useText();
  const [reason, setReason] = useState("");
  const [minutes, setMinutes] = useState(60);
  const [isWarned, setWarned] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const isShort = reason.trim().length < LEAST;
  const reference = patient.startsWith("Patient/") ? patient : `Patient/${patient}`;

  async function open(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      const body = { patient: reference, reason: reason.trim(), minutes };
      const made = await api.post<Breaking>("/api/records/emergencies", body);
      sought.set(null);
      broken.set(made);
      if (!canShow(place)) goTo("home");
      setTimeout(() => showPanel("risks")); // the place's panels come with it
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }

  if (isWarned) {
    return (
      <div className="warning stack" role="alert">
        <p className="warning-title">
          <TriangleAlert aria-hidden />
          {text("records.emergency.warning")}
        </p>
        <ul>
          {(["told", "written", "judged", "ends"] as const).map((one) => (
            <li key={one}>{text(`records.emergency.warning.${one}`, { n: minutes })}</li>
          ))}
        </ul>
        <blockquote className="reason">{reason.trim()}</blockquote>
        <ErrorNote error={error} />
        <div className="row">
          <Button kind="danger" icon={Siren} busy={isBusy} onClick={open}>
            {text("records.emergency.now")}
          </Button>
          <Button icon={ArrowLeft} onClick={() => setWarned(false)}>
            {text("records.build.back")}
          </Button>
        </div>
      </div>
    );
  }
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        setWarned(true);
      }}
    >
      <p className="found">
        {name ? text("records.emergency.found.name", { name }) : text("records.emergency.found")}
      </p>
      <TextArea
        label={text("records.emergency.reason")}
        hint={text("records.emergency.reason.hint", { n: LEAST })}
        rows={3}
        maxLength={MOST}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <Select
        label={text("records.emergency.length")}
        value={minutes}
        onChange={(event) => setMinutes(Number(event.target.value))}
      >
        {LENGTHS_MIN.map((n) => (
          <option key={n} value={n}>
            {text("records.emergency.minutes", { n })}
          </option>
        ))}
      </Select>
      <div className="row">
        <Button kind="primary" type="submit" icon={ArrowRight} disabled={isShort}>
          {text("records.build.next")}
        </Button>
        <Button icon={ArrowLeft} onClick={onBack}>
          {text("records.emergency.another")}
        </Button>
      </div>
    </form>
  );
}

export const emergencyPanel: Panel = {
  id: "emergency",
  titleKey: "records.emergency",
  icon: Siren,
  places: ["home", "clinic", "consulting-room-*"],
  roles: ["clinician"],
  group: "record",
  order: 10,
  Component: EmergencyPanel,
};
