import { History, Search } from "lucide-react";
import { useId, useState } from "react";
import { number, useText } from "../kit/text";
import { Button, Card, Empty, ErrorNote, Waiting } from "../kit/ui";
import type { Subject } from "../records/subject";
import { Closed } from "./Closed";
import { EntryLine } from "./EntryLine";
import { iconOfKind } from "./icons";
import { NotWhole } from "./NotWhole";
import { Overview } from "./Overview";
import { usePages } from "./pages";
import { kindsOf, matching, yearsOf } from "./timeline";
import { useOpened } from "./use";
import "./twin.css";

/** What happened, newest first. */
export function TimelinePanel() {
  const who = useOpened();
  if (!who) return <Closed icon={History} />;
  return <Line key={`${who.patient} ${who.visit}`} who={who} />;
}

function Line({ who }: { who: Subject }) {
  const text = useText();
  const pages = usePages(who);
  const [kind, setKind] = useState("");
  const [words, setWords] = useState("");
  const shown = matching(pages.entries, { kind, words });
  const id = useId();
  const jump = (year: number): void => {
    document
      .getElementById(`${id}-${year}`)
      ?.scrollIntoView({ block: "start", behavior: "smooth" });
  };
  return (
    <Card className="timeline" title={text("twin.ui.timeline")} icon={History}>
      {pages.isWaiting && <Waiting label={text("twin.ui.waiting")} />}
      <ErrorNote error={pages.error} onRetry={pages.again} />
      {pages.entries.length > 0 && (
        <>
          <Overview entries={pages.entries} onYear={jump} />
          <Filters
            entries={pages.entries}
            kind={kind}
            onKind={setKind}
            words={words}
            onWords={setWords}
          />
        </>
      )}
      {!pages.isWaiting && pages.entries.length === 0 && !pages.error && (
        <Empty
          icon={History}
          title={text("twin.ui.timeline.none")}
          text={text("twin.ui.timeline.none.hint")}
        />
      )}
      {pages.entries.length > 0 && shown.length === 0 && (
        <p className="muted">{text("twin.ui.timeline.nothing")}</p>
      )}
      {yearsOf(shown).map(({ year, entries }) => (
        <section key={year} aria-labelledby={`${id}-${year}`}>
          <h3 className="year" id={`${id}-${year}`}>
            {String(year)}
            <span className="muted">{text("twin.ui.timeline.count", { n: entries.length })}</span>
          </h3>
          <ol className="entries">
            {entries.map((entry) => (
              <EntryLine key={entry.id} entry={entry} />
            ))}
          </ol>
        </section>
      ))}
      {!pages.isWhole && <NotWhole />}
      {pages.hasEarlier && (
        <Button onClick={pages.earlier} busy={pages.isLoading} wide>
          {text("twin.ui.timeline.earlier")}
        </Button>
      )}
    </Card>
  );
}

interface FiltersProps {
  readonly entries: Parameters<typeof kindsOf>[0];
  readonly kind: string;
  readonly onKind: (kind: string) => void;
  readonly words: string;
  readonly onWords: (words: string) => void;
}

function Filters({ entries, kind, onKind, words, onWords }: FiltersProps) {
  const text = useText();
  return (
    <div className="filters">
      <label className="search">
        <Search aria-hidden />
        <input
          type="search"
          className="input"
          value={words}
          placeholder={text("twin.ui.timeline.search")}
          aria-label={text("twin.ui.timeline.search")}
          onChange={(event) => onWords(event.target.value)}
        />
      </label>
      <fieldset className="chips" aria-label={text("twin.ui.timeline.kinds")}>
        <button
          type="button"
          className="chip"
          aria-pressed={kind === ""}
          onClick={() => onKind("")}
        >
          {text("twin.ui.timeline.all")}
        </button>
        {kindsOf(entries).map(({ kind: one, key, count }) => {
          const Icon = iconOfKind(one);
          return (
            <button
              key={one}
              type="button"
              className="chip"
              aria-pressed={kind === one}
              onClick={() => onKind(kind === one ? "" : one)}
            >
              <Icon aria-hidden />
              {text(key)}
              <span className="muted">{number(count)}</span>
            </button>
          );
        })}
      </fieldset>
    </div>
  );
}
