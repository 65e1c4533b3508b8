import { Stamp } from "lucide-react";
import { type SubmitEvent, useState } from "react";
import { api } from "../../kit/api";
import { useText } from "../../kit/text";
import { Button, Dialog, ErrorNote, Field, Select, TextArea, toast } from "../../kit/ui";
import type { Issued, Kind } from "./model";

const SNOMED = "http://snomed.info/sct";
const NUCC = "http://nucc.org/provider-taxonomy";
const fields: Record<Kind, readonly string[]> = {
  licence: ["registration_number", "code", "display", "region", "languages"],
  membership: ["organisation", "role", "number"],
  badge: ["achievement", "description", "criteria"],
};
const examples: Partial<Record<string, string>> = {
  code: "SNOMED CT 419192003, NUCC 207R00000X",
  region: "KE, GB-ENG",
  languages: "en, sw, zh-CN",
};
const LONG = new Set(["description", "criteria"]);
const OPTIONAL = new Set(["number"]);

interface NewIssuedProps {
  kinds: readonly Kind[];
  onClose: () => void;
  onIssued: () => void;
}

/** What stands in a credential, as the house takes it. */
function claimsOf(kind: Kind, words: Readonly<Record<string, string>>): object {
  if (kind !== "licence") return words;
  const { registration_number, code = "", display, region, languages = "" } = words;
  const system = /^\d+$/.test(code.trim()) ? SNOMED : NUCC;
  return {
    registration_number,
    region: region?.trim().toUpperCase(),
    speciality: { system, code: code.trim(), display },
    languages: languages.split(/[\s,，、]+/).filter(Boolean),
  };
}

/** A year from now, as a date field shows it. */
function inAYear(): string {
  const day = new Date();
  day.setFullYear(day.getFullYear() + 1);
  return day.toISOString().slice(0, 10);
}

/** Issue a credential: to whom, what it says, until when. */
export function NewIssued({ kinds, onClose, onIssued }: NewIssuedProps) {
  const text = useText();
  const [kind, setKind] = useState<Kind>(kinds[0] ?? "licence");
  const [email, setEmail] = useState("");
  const [words, setWords] = useState<Readonly<Record<string, string>>>({});
  const [until, setUntil] = useState(inAYear);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function issue(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const end = new Date(`${until}T23:59:59`).toISOString();
      const body = { kind, email, claims: claimsOf(kind, words), until: end };
      const line = await api.post<Issued>("/api/identity/issued", body);
      toast(text("identity.issued.done.new", { name: line.name }), "good");
      onIssued();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }

  const change = (name: string, value: string) => setWords({ ...words, [name]: value });
  return (
    <Dialog open as="sheet" title={text("identity.issued.new")} onClose={onClose}>
      <form className="stack" onSubmit={issue}>
        {kinds.length > 1 && (
          <Select
            label={text("identity.issued.kind")}
            value={kind}
            onChange={(event) => {
              setKind(event.target.value as Kind);
              setWords({});
            }}
          >
            {kinds.map((each) => (
              <option key={each} value={each}>
                {text(`identity.cards.kind.${each}`)}
              </option>
            ))}
          </Select>
        )}
        <Field
          label={text("identity.issued.email")}
          type="email"
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        {fields[kind].map((name) =>
          LONG.has(name) ? (
            <TextArea
              key={name}
              label={text(`identity.issued.field.${name}`)}
              required
              rows={3}
              maxLength={1000}
              value={words[name] ?? ""}
              onChange={(event) => change(name, event.target.value)}
            />
          ) : (
            <Field
              key={name}
              label={text(`identity.issued.field.${name}`)}
              hint={text(`identity.issued.field.${name}.hint`, { example: examples[name] ?? "" })}
              required={!OPTIONAL.has(name)}
              maxLength={120}
              value={words[name] ?? ""}
              onChange={(event) => change(name, event.target.value)}
            />
          ),
        )}
        <Field
          label={text("identity.cards.until")}
          type="date"
          required
          value={until}
          onChange={(event) => setUntil(event.target.value)}
        />
        <ErrorNote error={error} />
        <Button kind="primary" type="submit" icon={Stamp} wide busy={isBusy}>
          {text("identity.issued.issue")}
        </Button>
      </form>
    </Dialog>
  );
}
