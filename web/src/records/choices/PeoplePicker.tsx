import { Building2, Plus, Search, UserRound, UsersRound, X } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { useAsked } from "../../kit/asked";
import { useText } from "../../kit/text";
import { ErrorNote, Waiting } from "../../kit/ui";
import { type Named, readRoles, search, titleOf, unnamed, useNames } from "./names";
import "./choices.css";

const PAUSE_MS = 250; // after the last letter
const MOST = 8;
const icons = { Practitioner: UserRound, Organization: Building2, role: UsersRound };
type Type = keyof typeof icons;

interface Candidate {
  readonly actor: string;
  readonly name: string;
  readonly type: Type;
}

interface PeoplePickerProps {
  label: string;
  chosen: readonly string[];
  onChange: (chosen: readonly string[]) => void;
  /** People alone: organizations write nothing. */
  isOfPeople?: boolean;
}

/** Find clinicians, the places they work at and the roles they have, and choose some. */
export function PeoplePicker({ label, chosen, onChange, isOfPeople = false }: PeoplePickerProps) {
  const text = useText();
  const id = useId();
  const [words, setWords] = useState("");
  const asked = useSettled(words.trim());
  const found = useAsked((stop) => find(asked, isOfPeople, stop), [asked, isOfPeople]);
  const nameOf = useNames(chosen);
  const offered = found.value?.filter(({ actor }) => !chosen.includes(actor)) ?? [];
  return (
    <div className="stack-tight picker">
      {chosen.length > 0 && (
        <ul className="row" aria-label={text("records.picker.chosen")}>
          {chosen.map((actor) => (
            <li key={actor}>
              <button
                type="button"
                className="chosen"
                onClick={() => onChange(chosen.filter((one) => one !== actor))}
              >
                <span>{nameOf(actor)}</span>
                <X aria-hidden />
                <span className="unseen">{text("records.picker.remove")}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <label className="field" htmlFor={id}>
        <span className="field-label">{label}</span>
        <span className="picker-search">
          <Search aria-hidden />
          <input
            id={id}
            type="search"
            className="input"
            autoComplete="off"
            placeholder={text("records.picker.search")}
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
        </span>
      </label>
      {found.isWaiting && <Waiting label={text("records.picker.waiting")} />}
      <ErrorNote error={found.error} onRetry={found.again} />
      {found.value && offered.length === 0 && (
        <p className="muted">{text("records.picker.none")}</p>
      )}
      <ul className="people-found">
        {offered.map(({ actor, name, type }) => {
          const Icon = icons[type];
          return (
            <li key={actor}>
              <button type="button" onClick={() => onChange([...chosen, actor])}>
                <Icon aria-hidden />
                <span>
                  {name}
                  <span className="muted small">{text(`records.picker.${type}`)}</span>
                </span>
                <Plus aria-hidden />
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** What somebody writes, once they pause. */
function useSettled(words: string): string {
  const [settled, setSettled] = useState(words);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(words), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [words]);
  return settled;
}

async function find(words: string, isOfPeople: boolean, stop: AbortSignal): Promise<Candidate[]> {
  const query = (type: string): string => {
    const params = new URLSearchParams({ _count: String(MOST) });
    if (words) params.set("name", words);
    return `${type}?${params}`;
  };
  const [people, places, roles] = await Promise.all([
    search<Named>(query("Practitioner"), stop),
    isOfPeople ? [] : search<Named>(query("Organization"), stop),
    isOfPeople ? [] : readRoles(stop),
  ]);
  const named = (it: Named, type: "Practitioner" | "Organization"): Candidate => {
    const actor = `${type}/${it.id}`;
    return { actor, name: titleOf(it) || unnamed(actor), type };
  };
  const wanted = words.toLocaleLowerCase();
  return [
    ...people.map((it) => named(it, "Practitioner")),
    ...places.map((it) => named(it, "Organization")),
    ...roles
      .filter(({ name }) => name.toLocaleLowerCase().includes(wanted))
      .slice(0, MOST)
      .map(({ actor, name }): Candidate => ({ actor, name, type: "role" })),
  ];
}
