import { Search, UserRound } from "lucide-react";
import { useEffect, useState } from "react";
import { api } from "../../kit/api";
import { useAsked } from "../../kit/asked";
import { moment, useText } from "../../kit/text";
import { ErrorNote, Field, Waiting } from "../../kit/ui";

interface HumanName {
  readonly text?: string;
  readonly prefix?: readonly string[];
  readonly given?: readonly string[];
  readonly family?: string;
}

interface Patient {
  readonly id: string;
  readonly name?: readonly HumanName[];
  readonly birthDate?: string;
}

interface Bundle {
  readonly entry?: readonly { readonly resource?: Patient }[];
}

const SHOWN = 20;
/** How long nothing is typed before it is looked for: each look is written down. */
const PAUSE_MS = 400;

function nameOf(patient: Patient): string {
  const [first] = patient.name ?? [];
  if (!first) return patient.id;
  const parts = [...(first.prefix ?? []), ...(first.given ?? []), first.family ?? ""];
  return first.text ?? (parts.join(" ").trim() || patient.id);
}

async function find(name: string, stop: AbortSignal): Promise<readonly Patient[]> {
  const params = new URLSearchParams({ _count: String(SHOWN), _sort: "family" });
  if (name) params.set("name", name);
  const { entry = [] } = await api.get<Bundle>(`/fhir/R4/Patient?${params}`, stop);
  return entry.flatMap(({ resource }) => (resource ? [resource] : []));
}

/** Whom an app is about that was opened from within her record. */
export function PatientName({ patient }: { patient: string }) {
  const text = useText();
  const found = useAsked((stop) => api.get<Patient>(`/fhir/R4/${patient}`, stop), [patient]);
  return (
    <p className="app-about">
      <UserRound aria-hidden />
      {found.value
        ? text("records.app.about.name", { name: nameOf(found.value) })
        : text("records.app.about.unnamed")}
    </p>
  );
}

interface PatientChoiceProps {
  /** Patient/…, or "". */
  chosen: string;
  onChoose: (patient: string) => void;
}

/** A clinician says whom the app is about, among those who let him see who they are. */
export function PatientChoice({ chosen, onChoose }: PatientChoiceProps) {
  const text = useText();
  const [name, setName] = useState("");
  const [wanted, setWanted] = useState("");
  useEffect(() => {
    const pause = setTimeout(() => setWanted(name.trim()), PAUSE_MS);
    return () => clearTimeout(pause);
  }, [name]);
  const found = useAsked((stop) => find(wanted, stop), [wanted]);
  return (
    <fieldset className="app-patients">
      <legend>{text("records.app.patient")}</legend>
      <Field
        label={text("records.app.patient.find")}
        type="search"
        autoComplete="off"
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      {found.isWaiting && <Waiting label={text("records.app.patient.waiting")} />}
      <ErrorNote error={found.error} onRetry={found.again} />
      {found.value?.length === 0 && (
        <p className="muted">
          <Search aria-hidden className="app-inline-icon" />
          {text("records.app.patient.empty")}
        </p>
      )}
      {found.value?.map((patient) => (
        <label key={patient.id} className="app-patient">
          <input
            type="radio"
            name="patient"
            checked={chosen === `Patient/${patient.id}`}
            onChange={() => onChoose(`Patient/${patient.id}`)}
          />
          <UserRound aria-hidden />
          <span>
            {nameOf(patient)}
            {patient.birthDate && (
              <span className="muted small number"> · {moment(patient.birthDate, "date")}</span>
            )}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
