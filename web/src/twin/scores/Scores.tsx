import { Search } from "lucide-react";
import { useState } from "react";
import { useText } from "../../kit/text";
import { Badge, type BadgeProps, Card, ErrorNote, Waiting } from "../../kit/ui";
import type { Subject } from "../../records/subject";
import type { Scored } from "../../wire/twin";
import { useTwin } from "../use";
import { ScoreSheet } from "./ScoreSheet";
import { hasWords, nameOf } from "./told";
import { useScoreWords } from "./words";
import "./scores.css";

/** Published scores for the person whose record is open; asked for when they are opened first. */
export function Scores({ who }: { who: Subject }) {
  const text = useText();
  const [isOpen, setOpen] = useState(false);
  return (
    <Card className="scores" title={text("twin.ui.scores")}>
      <p>{text("twin.ui.scores.lead")}</p>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{text("twin.ui.scores.open")}</summary>
        {isOpen && <List who={who} />}
      </details>
    </Card>
  );
}

function List({ who }: { who: Subject }) {
  const text = useText();
  const words = useScoreWords();
  const scores = useTwin<readonly Scored[]>(who, "scores");
  const [wanted, setWanted] = useState("");
  const [name, setName] = useState("");
  if (words.isWaiting || scores.isWaiting) return <Waiting label={text("twin.ui.waiting")} />;
  const error = words.error ?? scores.error;
  const again = words.error ? words.again : scores.again;
  const found = (scores.value ?? []).filter((one) =>
    hasWords(wanted, [nameOf(one), one.name, text(one.title_key), text(one.organ_key)]),
  );
  const open = words.value && scores.value?.find((one) => one.name === name);
  return (
    <>
      <ErrorNote error={error} onRetry={again} />
      {words.value && scores.value && (
        <>
          <label className="search">
            <Search aria-hidden />
            <input
              type="search"
              className="input"
              value={wanted}
              placeholder={text("twin.ui.scores.search")}
              aria-label={text("twin.ui.scores.search")}
              onChange={(event) => setWanted(event.target.value)}
            />
          </label>
          {found.length === 0 && <p className="muted">{text("twin.ui.scores.none")}</p>}
          {groupsOf(found).map(([organ, scores]) => (
            <section key={organ} className="score-group">
              <h3>{text(organ)}</h3>
              <ul>
                {scores.map((score) => (
                  <Row key={score.name} score={score} onOpen={() => setName(score.name)} />
                ))}
              </ul>
            </section>
          ))}
        </>
      )}
      {open && <ScoreSheet key={name} who={who} scored={open} onClose={() => setName("")} />}
    </>
  );
}

/** The scores by the organ they speak of, in the order in which the house has them. */
function groupsOf(scores: readonly Scored[]): readonly [string, Scored[]][] {
  const groups = new Map<string, Scored[]>();
  for (const one of scores) groups.set(one.organ_key, [...(groups.get(one.organ_key) ?? []), one]);
  return [...groups];
}

function Row({ score, onOpen }: { score: Scored; onOpen: () => void }) {
  const text = useText();
  const [tone, words] = stateOf(score, text);
  return (
    <li>
      <button type="button" className="score-row" onClick={onOpen}>
        <span>
          <strong>{nameOf(score)}</strong>
          <span className="muted small">{text(score.title_key)}</span>
        </span>
        <Badge tone={tone}>{words}</Badge>
      </button>
    </li>
  );
}

/** Whether a score can be computed, in words; else what stands in its way. */
function stateOf(
  { state, missing }: Scored,
  text: ReturnType<typeof useText>,
): [NonNullable<BadgeProps["tone"]>, string] {
  if (state === "computed") return ["good", text("twin.ui.scores.ready")];
  if (state === "asked_first") return ["warn", text("twin.ui.estimate.first")];
  const of = (why: string): number =>
    missing.filter(({ why_key }) => why_key === `twin.input.why.${why}`).length;
  if (of("excluded") > 0) return ["plain", text("twin.ui.scores.not_for")];
  const hidden = of("not_allowed");
  const n = missing.length - hidden;
  if (n === 0) return ["warn", text("twin.ui.scores.hidden", { n: hidden })];
  if (hidden === 0) return ["plain", text("twin.ui.scores.missing", { n })];
  return ["warn", text("twin.ui.scores.both", { n, hidden })];
}
