import { type FormEvent, useState } from "react";
import { api } from "../../kit/api";
import { moment, number, useText } from "../../kit/text";
import { Button, Card, ErrorNote, Waiting } from "../../kit/ui";
import { headersOf, type Subject } from "../../records/subject";
import type { Estimated } from "../../wire/twin";
import { pathOf } from "../opened";
import { EntryButton } from "../Source";
import { useTwin } from "../use";
import "../scores/scores.css";
import "./estimates.css";

interface GivenProps {
  readonly who: Subject;
  /** Whether the one who looks gave them, and may say what came of them. */
  readonly isMine: boolean;
}

/** What was thought before a number was seen: to the patient everything, to a clinician her own. */
export function Given({ who, isMine }: GivenProps) {
  const text = useText();
  const [isOpen, setOpen] = useState(false);
  return (
    <Card className="scores" title={text("twin.ui.given")}>
      <p>{text("twin.ui.given.lead")}</p>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{text("twin.ui.given.open")}</summary>
        {isOpen && <List who={who} isMine={isMine} />}
      </details>
    </Card>
  );
}

function List({ who, isMine }: GivenProps) {
  const text = useText();
  const asked = useTwin<readonly Estimated[]>(who, "estimates");
  if (asked.isWaiting) return <Waiting label={text("twin.ui.waiting")} />;
  if (!asked.value) return <ErrorNote error={asked.error} onRetry={asked.again} />;
  if (asked.value.length === 0) return <p className="muted">{text("twin.ui.given.none")}</p>;
  return (
    <ul className="given-list">
      {asked.value.map((one) => (
        <li key={one.id}>
          <Line one={one} />
          {isMine && !one.outcome && <Came who={who} one={one} onKept={asked.again} />}
        </li>
      ))}
    </ul>
  );
}

function Line({ one }: { one: Estimated }) {
  const text = useText();
  const { share, model_share, model_interval, outcome } = one;
  const told = {
    model: number(model_share, 1),
    low: number(model_interval.low, 1),
    high: number(model_interval.high, 1),
  };
  return (
    <>
      <strong>{text(one.title_key)}</strong>
      <p>
        {share === null
          ? text("twin.ui.given.declined", told)
          : text("twin.ui.given.line", { ...told, share: number(share, 1) })}
      </p>
      <p className="muted small">
        {text("twin.ui.given.at", {
          at: moment(one.at, "date"),
          until: moment(one.until, "date"),
        })}
      </p>
      <p>
        {!outcome && text("twin.ui.given.waiting")}
        {outcome?.happened &&
          text("twin.ui.given.happened", { at: moment(outcome.on ?? one.until, "date") })}
        {outcome && !outcome.happened && text("twin.ui.given.not")}
      </p>
      {outcome?.reference && <EntryButton reference={outcome.reference} />}
    </>
  );
}

interface CameProps {
  readonly who: Subject;
  readonly one: Estimated;
  readonly onKept: () => void;
}

const OF_A_STAY: readonly string[] = ["icu_death"]; // known to be over on the day of discharge

/** What came of it: that it happened at once, that it did not when the time or the stay is over. */
function Came({ who, one, onKept }: CameProps) {
  const text = useText();
  const [on, setOn] = useState("");
  const [error, setError] = useState<unknown>(undefined);
  const isOver = Date.now() >= Date.parse(one.until);
  const isOfStay = OF_A_STAY.includes(one.card);

  async function tell(happened: boolean): Promise<void> {
    setError(undefined);
    try {
      const path = pathOf(who, `estimates/${one.id}/outcome`);
      await api.post(
        path,
        { happened, on: (happened || isOfStay) && on ? on : null },
        headersOf(who),
      );
      onKept();
    } catch (error) {
      setError(error);
    }
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    void tell(true);
  }

  return (
    <form className="came" onSubmit={submit}>
      <label>
        {text(isOfStay ? "twin.ui.given.tell.stay" : "twin.ui.given.tell")}
        <input
          className="input"
          type="date"
          value={on}
          min={one.as_of.slice(0, 10)}
          required
          onChange={(event) => setOn(event.target.value)}
        />
      </label>
      <Button type="submit" disabled={on === ""}>
        {text("twin.ui.given.keep")}
      </Button>
      {(isOver || isOfStay) && (
        <Button kind="plain" disabled={!isOver && on === ""} onClick={() => void tell(false)}>
          {text("twin.ui.given.over")}
        </Button>
      )}
      <ErrorNote error={error} />
    </form>
  );
}
