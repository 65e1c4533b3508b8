import { FileText, Search } from "lucide-react";
import { useId, useState } from "react";
import { api } from "../../kit/api";
import { useAsked } from "../../kit/asked";
import { moment, useText } from "../../kit/text";
import { ErrorNote, Waiting } from "../../kit/ui";
import type { Timeline } from "../../wire/twin";
import { headersOf, type Subject } from "../subject";
import { toggled } from "./draft";

const MOST = 12;

interface FactPickerProps {
  who: Subject;
  chosen: readonly string[];
  onChange: (chosen: readonly string[]) => void;
}

/** Choose single entries of the record by their words, newest first. */
export function FactPicker({ who, chosen, onChange }: FactPickerProps) {
  const text = useText();
  const id = useId();
  const [words, setWords] = useState("");
  const path = `/api/twin/${encodeURIComponent(who.patient)}/timeline?count=500`;
  const found = useAsked((stop) => api.get<Timeline>(path, stop, headersOf(who)), [path]);
  const wanted = words.trim().toLocaleLowerCase();
  const facts = (found.value?.entries ?? []).flatMap((entry) => {
    const [reference] = entry.references;
    const title = entry.text || text(entry.kind_key);
    const said = `${title} ${entry.author} ${text(entry.kind_key)}`.toLocaleLowerCase();
    return reference && said.includes(wanted) ? [{ ...entry, reference, title }] : [];
  });
  return (
    <div className="stack-tight picker">
      <label className="field" htmlFor={id}>
        <span className="field-label">{text("records.facts")}</span>
        <span className="picker-search">
          <Search aria-hidden />
          <input
            id={id}
            type="search"
            className="input"
            autoComplete="off"
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
        </span>
      </label>
      {found.isWaiting && <Waiting label={text("records.facts.waiting")} />}
      <ErrorNote error={found.error} onRetry={found.again} />
      {found.value && facts.length === 0 && <p className="muted">{text("records.facts.none")}</p>}
      <ul className="people-found">
        {facts.slice(0, MOST).map((fact) => (
          <li key={fact.id}>
            <button
              type="button"
              aria-pressed={chosen.includes(fact.reference)}
              onClick={() => onChange(toggled(chosen, fact.reference))}
            >
              <FileText aria-hidden />
              <span>
                <span lang="">{fact.title}</span>
                <span className="muted small">
                  {[moment(fact.at, "date"), text(fact.kind_key), fact.author]
                    .filter(Boolean)
                    .join(" · ")}
                </span>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {facts.length > MOST && <p className="muted small">{text("records.facts.more")}</p>}
    </div>
  );
}
