import { useId } from "react";
import { moment, number, useText } from "../../kit/text";
import { Button } from "../../kit/ui";
import type { ScoreInput } from "../../wire/twin";
import { Choice } from "../Bedside";
import { EntryButton } from "../Source";
import { quantity, unitOf } from "../units";
import { type Draft, type Drafts, isFollowing, shownOf } from "./told";

interface ScoreFormProps {
  readonly inputs: readonly ScoreInput[];
  /** What the house made of the fields; null until it was asked. */
  readonly answered: readonly ScoreInput[] | null;
  readonly drafts: Drafts;
  readonly onChange: (key: string, draft: Draft) => void;
}

/** What a score asks for: numbers with their unit, yes or no, one of several. */
export function ScoreForm({ inputs, answered, drafts, onChange }: ScoreFormProps) {
  return (
    <ul className="score-inputs">
      {inputs
        .filter((one) => !isFollowing(one, inputs, drafts))
        .map((one) => (
          <li key={one.key}>
            <Entry
              input={one}
              shown={shownOf(one, drafts)}
              isTold={one.key in drafts}
              answered={answered?.find(({ key }) => key === one.key) ?? null}
              onChange={(draft) => onChange(one.key, draft)}
            />
          </li>
        ))}
    </ul>
  );
}

interface EntryProps {
  readonly input: ScoreInput;
  readonly shown: Draft;
  readonly isTold: boolean;
  readonly answered: ScoreInput | null;
  readonly onChange: (draft: Draft) => void;
}

function Entry(props: EntryProps) {
  const { input, shown, onChange } = props;
  const text = useText();
  const label = text(input.label_key);
  if (input.kind === "number") return <NumberEntry {...props} />;
  const unknown = ["", text("twin.ui.score.unknown")] as const;
  if (input.kind === "choice") {
    const options = input.options.map((o) => [o.value, text(o.label_key)] as const);
    return (
      <>
        <Choice
          label={label}
          value={typeof shown === "string" ? shown : ""}
          options={[...options, unknown]}
          onChange={(value) => onChange(value || null)}
        />
        <From {...props} />
      </>
    );
  }
  return (
    <>
      <Choice
        label={label}
        value={shown === null ? "" : String(shown)}
        options={[
          ["false", text("twin.input.value.no")],
          ["true", text("twin.input.value.yes")],
          unknown,
        ]}
        onChange={(value) => onChange(value === "" ? null : value === "true")}
      />
      <From {...props} />
    </>
  );
}

function NumberEntry(props: EntryProps) {
  const { input, shown, answered, onChange } = props;
  const text = useText();
  const id = useId();
  const { low, high, unit, whole } = input;
  const isWrong = answered?.origin === "told" && answered.why_key !== "";
  return (
    <div className="field">
      <label htmlFor={id}>{text(input.label_key)}</label>
      <span className="score-number">
        <input
          id={id}
          className="input"
          type="number"
          inputMode="decimal"
          step={whole ? 1 : "any"}
          value={typeof shown === "string" ? shown : ""}
          aria-invalid={isWrong || undefined}
          aria-describedby={`${id}-from`}
          onChange={(event) => onChange(event.target.value)}
        />
        <span>{unitOf(unit)}</span>
      </span>
      <div id={`${id}-from`}>
        {isWrong && (
          <p className="field-error">
            {text(answered.why_key)}
            {low !== null && high !== null && (
              <>
                {" "}
                {text("twin.ui.score.range", {
                  low: number(low),
                  high: quantity(high, unit),
                })}
              </>
            )}
          </p>
        )}
        <From {...props} />
      </div>
    </div>
  );
}

/** Where a value comes from, or why what the record has does not count. */
function From({ input, isTold, answered, onChange }: EntryProps) {
  const text = useText();
  const { origin, value, at, reference, why_key, unit } = input;
  if (isTold) {
    const isAssumed = answered?.origin === "assumed";
    const words = isAssumed ? "twin.ui.score.assumed" : "twin.ui.score.told";
    return <p className="muted small">{text(words)}</p>;
  }
  if (origin === "record") {
    const day = at && moment(at, "date");
    return (
      <p className="score-from muted small">
        {day ? text("twin.ui.score.from_at", { at: day }) : text("twin.ui.score.from")}
        {reference && <EntryButton reference={reference} />}
      </p>
    );
  }
  if (answered?.origin === "assumed")
    return <p className="muted small">{text("twin.ui.score.assumed")}</p>;
  if (!why_key) return null;
  const old = typeof value === "number" ? String(Number(value.toFixed(3))) : value;
  return (
    <div className="score-from muted small">
      <span>
        {text(why_key)}
        {at && typeof value === "number" && (
          <>
            {" "}
            ({text("twin.ui.score.old", { value: quantity(value, unit), at: moment(at, "date") })})
          </>
        )}
      </span>
      {at && typeof value === "number" && (
        <Button kind="plain" onClick={() => onChange(old)}>
          {text("twin.ui.score.use")}
        </Button>
      )}
      {reference && <EntryButton reference={reference} />}
    </div>
  );
}
