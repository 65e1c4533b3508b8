import { Eye, HandHeart, History, MessageSquarePlus, RotateCcw } from "lucide-react";
import { useState } from "react";
import { useNow } from "../../kit/clock";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Button, Card, Empty, ErrorNote, toast, Waiting } from "../../kit/ui";
import { NotYours } from "../helpers/NotYours";
import { isHome, mayDecide, type Subject, useSubject } from "../subject";
import { Builder } from "./Builder";
import { ChoiceCard } from "./ChoiceCard";
import { type Choice, canSayAgain, kindOf, namedIn, type Said } from "./model";
import { useNames } from "./names";
import { Preview } from "./Preview";
import { building } from "./start";
import { say, useChoices } from "./use";
import "./choices.css";

const FEW = 8; // of what has ended, before one asks for more

export function ChoicesPanel() {
  const subject = useSubject();
  if (!isHome(subject)) return null;
  if (!mayDecide(subject)) return <NotYours />;
  return <Choices key={subject.patient} who={subject} />;
}

/** Who may see what of this record, in plain sentences; each ends with one press. */
function Choices({ who }: { who: Subject }) {
  const text = useText();
  const now = useNow();
  const choices = useChoices(who);
  const [gone, setGone] = useState<Said | null>(null);
  // Who helps at present stands in a panel of its own.
  const isHere = ({ choice, stands }: Said): boolean =>
    !stands || !choice || kindOf(choice) !== "help";
  const said = choices.value?.filter(isHere) ?? [];
  const standing = said.filter((one) => one.stands && !isOver(one, now));
  const ended = said.filter((one) => !standing.includes(one));
  const nameOf = useNames(said.flatMap(({ choice }) => (choice ? namedIn(choice) : [])));
  return (
    <>
      <Card title={text("records.choices")} icon={HandHeart}>
        <p className="muted">{text("records.choices.about")}</p>
        <Button
          kind="primary"
          icon={MessageSquarePlus}
          wide
          onClick={() => building.set({ choice: null })}
        >
          {text("records.choices.new")}
        </Button>
        {choices.isWaiting && <Waiting label={text("records.choices.waiting")} />}
        <ErrorNote error={choices.error} onRetry={choices.again} />
        {gone && <UndoLine said={gone} who={who} onDone={() => setGone(null)} />}
        {choices.value && standing.length === 0 && (
          <Empty
            icon={HandHeart}
            title={text("records.choices.empty")}
            text={text("records.choices.empty.hint")}
          />
        )}
        <ul className="choices">
          {standing.map((one) => (
            <ChoiceCard
              key={one.consent}
              said={one}
              who={who}
              nameOf={nameOf}
              now={now}
              onEnded={setGone}
            />
          ))}
        </ul>
        <Ended ended={ended} who={who} nameOf={nameOf} now={now} />
      </Card>
      <Eyes who={who} />
      <Builder who={who} />
    </>
  );
}

/** Whether the builder can say it: who helps is chosen elsewhere. */
function isBuilt({ choice }: Said): boolean {
  return choice !== null && kindOf(choice) !== "help";
}

function isOver({ choice }: Said, now: number): boolean {
  return choice?.until ? new Date(choice.until).getTime() <= now : false;
}

interface UndoProps {
  said: Said;
  who: Subject;
  onDone: () => void;
}

/** Right after taking something back: it can be said again with one press. */
function UndoLine({ said, who, onDone }: UndoProps) {
  const text = useText();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const { choice } = said;

  async function undo(of: Choice): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      await say(who, of);
      toast(text("records.choices.undone"), "good");
      onDone();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }

  return (
    <div className="undo" role="status">
      <p>{text("records.choices.ended")}</p>
      <ErrorNote error={error} />
      {choice && canSayAgain(choice, Date.now()) && (
        <Button kind="plain" icon={RotateCcw} busy={isBusy} onClick={() => undo(choice)}>
          {text("records.choices.undo")}
        </Button>
      )}
    </div>
  );
}

interface EndedProps {
  ended: readonly Said[];
  who: Subject;
  nameOf: (reference: string) => string;
  now: number;
}

function Ended({ ended, who, nameOf, now }: EndedProps) {
  const text = useText();
  const [most, setMost] = useState(FEW);
  if (ended.length === 0) return null;
  return (
    <details className="ended">
      <summary>
        <History aria-hidden />
        {text("records.choices.before", { n: ended.length })}
      </summary>
      <ul className="choices">
        {ended.slice(0, most).map((one) => (
          <ChoiceCard
            key={one.consent}
            said={{ ...one, stands: false }}
            who={who}
            nameOf={nameOf}
            now={now}
            {...(isBuilt(one) ? { onAgain: ({ choice }) => building.set({ choice }) } : {})}
          />
        ))}
      </ul>
      {ended.length > most && (
        <Button wide onClick={() => setMost(most + FEW)}>
          {text("records.more")}
        </Button>
      )}
    </details>
  );
}

/** What somebody sees now; it opens when one asks. */
function Eyes({ who }: { who: Subject }) {
  const text = useText();
  const [isOpen, setOpen] = useState(false);
  const isBuilding = useStore(building) !== null;
  return (
    <Card title={text("records.preview.title")} icon={Eye}>
      <p className="muted">{text("records.preview.about")}</p>
      {!isOpen && (
        <Button icon={Eye} wide onClick={() => setOpen(true)}>
          {text("records.preview.open")}
        </Button>
      )}
      {isOpen && !isBuilding && <Preview who={who} />}
    </Card>
  );
}
