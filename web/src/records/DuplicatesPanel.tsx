import { ArrowRight, Undo2, UsersRound } from "lucide-react";
import { useState } from "react";
import { api } from "../kit/api";
import { useAsked } from "../kit/asked";
import { moment, useText } from "../kit/text";
import { Badge, Button, Card, Empty, ErrorNote, toast, Waiting } from "../kit/ui";
import { type Grade, levelOf, type Merge, type Pair, ROWS } from "./duplicates";
import { TwoPeople } from "./TwoPeople";
import "./records.css";
import "./duplicates.css";

const tones: Record<Grade, "good" | "accent" | "plain"> = {
  certain: "good",
  probable: "accent",
  possible: "plain",
};

/** Records that may be one person's: compare, make one of two, take it back. */
export function DuplicatesPanel() {
  const text = useText();
  const pairs = useAsked((stop) => api.get<Pair[]>("/api/records/duplicates", stop), []);
  const merges = useAsked((stop) => api.get<Merge[]>("/api/records/merges", stop), []);
  const [opened, setOpened] = useState<string | null>(null);

  function again(): void {
    pairs.again();
    merges.again();
  }

  return (
    <Card
      title={text("records.duplicates")}
      icon={UsersRound}
      actions={
        <Button kind="plain" onClick={again}>
          {text("records.again")}
        </Button>
      }
    >
      <p className="muted">{text("records.duplicates.about")}</p>
      {pairs.isWaiting && <Waiting label={text("records.duplicates.waiting")} />}
      <ErrorNote error={pairs.error} onRetry={again} />
      {pairs.value?.length === 0 && (
        <Empty
          icon={UsersRound}
          title={text("records.duplicates.empty")}
          text={text("records.duplicates.empty.hint")}
        />
      )}
      <ul className="stack">
        {pairs.value?.map((pair) => (
          <PairLine key={pair.id} pair={pair} onOpen={() => setOpened(pair.id)} />
        ))}
      </ul>
      <Merged merges={merges.value ?? []} onUndone={again} />
      {opened && (
        <TwoPeople
          id={opened}
          onClose={() => setOpened(null)}
          onDecided={() => {
            setOpened(null);
            again();
          }}
        />
      )}
    </Card>
  );
}

function PairLine({ pair, onOpen }: { pair: Pair; onOpen: () => void }) {
  const text = useText();
  const told = ROWS.map(({ row, levels }) => ({ row, level: levelOf(pair, levels) })).filter(
    ({ level }) => level !== "unknown",
  );
  return (
    <li className="pair">
      <div className="row">
        <Badge tone={tones[pair.grade]}>{text(`records.duplicates.grade.${pair.grade}`)}</Badge>
      </div>
      <p className="pair-ids">
        <code>{pair.one}</code>
        <code>{pair.other}</code>
      </p>
      <ul className="pair-levels small">
        {told.map(({ row, level }) => (
          <li key={row} data-level={level}>
            {text(`records.duplicates.row.${row}`)}: {text(`records.duplicates.level.${level}`)}
          </li>
        ))}
      </ul>
      <Button icon={UsersRound} wide onClick={onOpen}>
        {text("records.duplicates.compare")}
      </Button>
    </li>
  );
}

interface MergedProps {
  merges: readonly Merge[];
  onUndone: () => void;
}

/** What was merged, with a way back. */
function Merged({ merges, onUndone }: MergedProps) {
  const text = useText();
  if (merges.length === 0) return null;
  return (
    <section aria-label={text("records.duplicates.merged")}>
      <h3 className="day">{text("records.duplicates.merged")}</h3>
      <ul className="stack">
        {merges.map((merge) => (
          <MergeLine key={merge.id} merge={merge} onUndone={onUndone} />
        ))}
      </ul>
    </section>
  );
}

function MergeLine({ merge, onUndone }: { merge: Merge; onUndone: () => void }) {
  const text = useText();
  const [isBusy, setBusy] = useState(false);
  const [isAsked, setAsked] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function undo(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      const done = await api.delete<Merge>(`/api/records/merges/${merge.id}`);
      const left = done.left.length;
      toast(
        text(left ? "records.duplicates.undone.but" : "records.duplicates.undone", { n: left }),
      );
      onUndone();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
      setAsked(false);
    }
  }

  return (
    <li className="pair" data-undone={merge.undone_at !== null}>
      <p className="pair-ids">
        <code>{merge.merged}</code>
        <ArrowRight aria-label={text("records.duplicates.into")} />
        <code>{merge.survivor}</code>
      </p>
      <p className="muted small">
        {merge.undone_at
          ? text("records.duplicates.undone.at", { when: moment(merge.undone_at) })
          : text("records.duplicates.merged.at", { when: moment(merge.made_at) })}
      </p>
      <ErrorNote error={error} />
      {!merge.undone_at && !isAsked && (
        <Button kind="quiet" icon={Undo2} wide onClick={() => setAsked(true)}>
          {text("records.duplicates.undo")}
        </Button>
      )}
      {isAsked && (
        <>
          <p>{text("records.duplicates.undo.about")}</p>
          <div className="row">
            <Button kind="danger" icon={Undo2} busy={isBusy} onClick={undo}>
              {text("records.duplicates.undo.sure")}
            </Button>
            <Button kind="plain" onClick={() => setAsked(false)}>
              {text("records.duplicates.keep")}
            </Button>
          </div>
        </>
      )}
    </li>
  );
}
