import { Eye, EyeOff } from "lucide-react";
import { useEffect, useState } from "react";
import { api } from "../../kit/api";
import { useAsked } from "../../kit/asked";
import { useStore } from "../../kit/store";
import { number, useText } from "../../kit/text";
import { ErrorNote, Select, Waiting } from "../../kit/ui";
import { CATEGORIES, categoryIcons, categoryOf } from "../categories";
import { consentsChanged, headersOf, type Subject } from "../subject";
import { PURPOSES } from "./model";
import { type Named, search, titleOf, unnamed } from "./names";
import { purposeName } from "./say";

/** Of one kind: how much somebody would see, and how much there is. */
export interface Seen {
  readonly seen: number;
  readonly of: number;
}
export type Sight = Readonly<Record<string, Seen>>;

interface PreviewProps {
  who: Subject;
  /** Whom to begin with: those the choice is about. */
  actors?: readonly string[];
  purpose?: string | undefined;
  /** What was seen before, by who and why: filled before it is said, read afterwards. */
  memory?: Map<string, Sight> | undefined;
  isSaid?: boolean;
}

/** Her record through somebody else's eyes: what is open stands out, what is closed is dim. */
export function Preview({ who, actors = [], purpose, memory, isSaid = false }: PreviewProps) {
  const text = useText();
  const people = useAsked((stop) => search<Named>("Practitioner?_count=50&_sort=family", stop), []);
  const first = actors.find((one) => one.startsWith("Practitioner/"));
  const [picked, setPicked] = useState("");
  const [why, setWhy] = useState<string>(purpose ?? "TREAT");
  const known = people.value ?? [];
  const ids = known.map(({ id }) => `Practitioner/${id}`);
  const actor = picked || first || ids[0] || "";
  if (people.isWaiting) return <Waiting label={text("records.preview.waiting")} />;
  if (people.error) return <ErrorNote error={people.error} onRetry={people.again} />;
  if (!actor) return <p className="muted">{text("records.preview.nobody")}</p>;
  return (
    <section className="stack-tight preview" aria-label={text("records.preview")}>
      <div className="preview-asked">
        <Select
          label={text("records.preview.who")}
          value={actor}
          onChange={(event) => setPicked(event.target.value)}
        >
          {[...new Set([...(first ? [first] : []), ...ids])].map((id) => {
            const one = known.find((it) => `Practitioner/${it.id}` === id);
            return (
              <option key={id} value={id}>
                {(one && titleOf(one)) || unnamed(id)}
              </option>
            );
          })}
        </Select>
        <Select
          label={text("records.preview.why")}
          value={why}
          onChange={(event) => setWhy(event.target.value)}
        >
          {PURPOSES.map((code) => (
            <option key={code} value={code}>
              {purposeName(code)}
            </option>
          ))}
        </Select>
      </div>
      <SightOf
        key={`${actor} ${why}`}
        who={who}
        actor={actor}
        why={why}
        memory={memory}
        isSaid={isSaid}
      />
    </section>
  );
}

interface SightProps {
  who: Subject;
  actor: string;
  why: string;
  memory: Map<string, Sight> | undefined;
  isSaid: boolean;
}

function SightOf({ who, actor, why, memory, isSaid }: SightProps) {
  const text = useText();
  const turn = useStore(consentsChanged);
  const query = new URLSearchParams({ actor, purpose: why });
  const path = `/api/records/patients/${who.patient}/preview?${query}`;
  const sight = useAsked((stop) => api.get<Sight>(path, stop, headersOf(who)), [path, turn]);
  const { value } = sight;
  useEffect(() => {
    if (value && !isSaid) memory?.set(`${actor} ${why}`, value);
  }, [value, actor, why, memory, isSaid]);
  if (sight.isWaiting) return <Waiting label={text("records.preview.waiting")} />;
  if (!value) return <ErrorNote error={sight.error} onRetry={sight.again} />;
  const whole = Object.values(value).reduce((sum, { of }) => sum + of, 0);
  const seen = Object.values(value).reduce((sum, one) => sum + one.seen, 0);
  const Icon = seen > 0 ? Eye : EyeOff;
  return (
    <>
      <p className="preview-sum">
        <Icon aria-hidden />
        {text(sumKey(seen, whole), { seen, of: whole })}
      </p>
      <Cards sight={value} before={isSaid ? memory?.get(`${actor} ${why}`) : undefined} />
    </>
  );
}

function sumKey(seen: number, whole: number): string {
  if (whole === 0) return "records.preview.empty";
  if (seen === 0) return "records.preview.none";
  return seen === whole ? "records.preview.all" : "records.preview.some";
}

/** A card for each kind of which there is anything: filled as far as it is open. */
function Cards({ sight, before }: { sight: Sight; before: Sight | undefined }) {
  const text = useText();
  const shown = CATEGORIES.flatMap((category) => {
    const found = Object.entries(sight).find(([name]) => categoryOf(name) === category);
    return found && found[1].of > 0 ? [{ category, name: found[0], ...found[1] }] : [];
  });
  return (
    <ul className="preview-cards">
      {shown.map(({ category, name, seen, of }) => {
        const Icon = categoryIcons[category];
        const was = before?.[name]?.seen;
        return (
          <li key={category} data-open={seen > 0} data-whole={seen === of}>
            <Icon aria-hidden />
            <span className="preview-name">{text(`records.category.${category}`)}</span>
            <span className="preview-bar" aria-hidden>
              <span style={{ width: `${(100 * seen) / of}%` }} />
            </span>
            <span className="small number">
              {text("records.preview.of", { seen, of })}
              {was !== undefined && was !== seen && (
                <strong> {text("records.preview.was", { n: number(was) })}</strong>
              )}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
