import { FileQuestion, RotateCcw, ShieldAlert, Undo2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { api } from "../../kit/api";
import { useAsked } from "../../kit/asked";
import { countdown } from "../../kit/clock";
import { moment, useText } from "../../kit/text";
import { Badge, Button, ErrorNote, Waiting } from "../../kit/ui";
import { categoryIcons, categoryOf } from "../categories";
import { headersOf, type Subject } from "../subject";
import { canSayAgain, kindIcons, kindOf, type Said } from "./model";
import { labelName, type NameOf, sentence } from "./say";
import { takeBack } from "./use";

const MOST_BADGES = 6;
const DAY_MS = 86_400_000;

interface ChoiceCardProps {
  said: Said;
  who: Subject;
  nameOf: NameOf;
  now: number;
  /** It was taken back. */
  onEnded?: (said: Said) => void;
  /** Somebody wants to say again what has ended. */
  onAgain?: (said: Said) => void;
}

/** One thing that was said: a picture, a sentence, and its end with one press. */
export function ChoiceCard({ said, who, nameOf, now, onEnded, onAgain }: ChoiceCardProps) {
  const text = useText();
  const { choice } = said;
  const kind = choice ? kindOf(choice) : null;
  const Icon = kind ? kindIcons[kind] : FileQuestion;
  const isOver = !said.stands;
  return (
    <li className="said" data-kind={kind ?? "unread"} data-over={isOver || undefined}>
      <span className="said-icon">
        <Icon aria-hidden />
      </span>
      <div className="said-words">
        <p className="said-says">
          {choice ? sentence(choice, nameOf, now) : text("records.choices.unread")}
        </p>
        {choice && <Marks said={said} />}
        <p className="muted small number">
          {text(isOver ? "records.choices.was-said" : "records.choices.said", {
            when: moment(said.at),
          })}
          {!isOver && <Left until={choice?.until ?? null} now={now} />}
        </p>
        {!choice && <AsWritten said={said} who={who} />}
        {!isOver && onEnded && <End said={said} who={who} onEnded={onEnded} />}
        {isOver && onAgain && choice && !choice.visit && (
          <Button icon={RotateCcw} kind="plain" onClick={() => onAgain(said)}>
            {text(
              canSayAgain(choice, now) ? "records.choices.again" : "records.choices.again.other",
            )}
          </Button>
        )}
      </div>
    </li>
  );
}

/** How long it still stands, where that is less than a day. */
function Left({ until, now }: { until: string | null; now: number }): ReactNode {
  const text = useText();
  if (!until || new Date(until).getTime() - now > DAY_MS) return null;
  return ` · ${text("records.choices.left", { time: countdown(until, now) })}`;
}

/** What it is about, in pictures. */
function Marks({ said: { choice } }: { said: Said }) {
  const text = useText();
  if (!choice) return null;
  const categories = [...new Set(choice.categories.map(categoryOf))];
  if (categories.length + choice.labels.length === 0) return null;
  const more = categories.length - MOST_BADGES;
  return (
    <ul className="row said-marks">
      {categories.slice(0, MOST_BADGES).map((category) => (
        <li key={category}>
          <Badge tone="accent" icon={categoryIcons[category]}>
            {text(`records.category.${category}`)}
          </Badge>
        </li>
      ))}
      {more > 0 && (
        <li>
          <Badge>{text("records.choices.more", { n: more })}</Badge>
        </li>
      )}
      {choice.labels.map((label) => (
        <li key={label}>
          <Badge tone="warn" icon={ShieldAlert}>
            {labelName(label)}
          </Badge>
        </li>
      ))}
    </ul>
  );
}

/** The Consent itself, for what no plain sentence can say. */
function AsWritten({ said, who }: { said: Said; who: Subject }) {
  const text = useText();
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{text("records.choices.written")}</summary>
      {isOpen && <Written said={said} who={who} />}
    </details>
  );
}

function Written({ said, who }: { said: Said; who: Subject }) {
  const text = useText();
  const path = `/fhir/R4/Consent/${said.consent}`;
  const it = useAsked((stop) => api.get<object>(path, stop, headersOf(who)), [path, said.version]);
  if (it.isWaiting) return <Waiting label={text("records.choices.waiting")} />;
  if (it.error) return <ErrorNote error={it.error} onRetry={it.again} />;
  return (
    <section aria-label={text("records.choices.written")}>
      <pre className="written" lang="en">
        {JSON.stringify(it.value, null, 2)}
      </pre>
    </section>
  );
}

interface EndProps {
  said: Said;
  who: Subject;
  onEnded: (said: Said) => void;
}

function End({ said, who, onEnded }: EndProps) {
  const text = useText();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const isDenial = said.choice?.effect === "deny";

  async function end(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      await takeBack(who, said.consent);
      onEnded(said);
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }

  return (
    <>
      <ErrorNote error={error} />
      <Button kind={isDenial ? "quiet" : "danger"} icon={Undo2} busy={isBusy} onClick={end}>
        {text(isDenial ? "records.choices.end.hide" : "records.choices.end")}
      </Button>
    </>
  );
}
