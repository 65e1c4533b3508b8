import { useText } from "../kit/text";
import type { Bedside as Seen } from "./RisksPanel";

const ALERTNESS = ["A", "C", "V", "P", "U"] as const;

interface BedsideProps {
  readonly seen: Seen;
  readonly onChange: (seen: Seen) => void;
}

/** Two things that only eyes can tell: how awake she is, and whether she breathes oxygen. */
export function Bedside({ seen, onChange }: BedsideProps) {
  const text = useText();
  return (
    <fieldset className="bedside">
      <legend>{text("twin.ui.bedside")}</legend>
      <Choice
        label={text("twin.input.acvpu")}
        value={seen.acvpu ?? ""}
        options={ALERTNESS.map((code) => [
          code,
          text(`twin.input.value.acvpu.${code.toLowerCase()}`),
        ])}
        onChange={(acvpu) => onChange({ ...seen, acvpu })}
      />
      <Choice
        label={text("twin.input.supplemental_o2")}
        value={seen.oxygen ?? ""}
        options={[
          ["false", text("twin.input.value.no")],
          ["true", text("twin.input.value.yes")],
        ]}
        onChange={(oxygen) => onChange({ ...seen, oxygen: oxygen === "true" ? "true" : "false" })}
      />
    </fieldset>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [string, string])[];
  readonly onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <div className="choice" role="radiogroup" aria-label={label}>
      <span>{label}</span>
      <div>
        {options.map(([code, words]) => (
          <label key={code} className="choice-option">
            <input
              type="radio"
              name={label}
              checked={code === value}
              onChange={() => onChange(code)}
            />
            <span>{words}</span>
          </label>
        ))}
      </div>
    </div>
  );
}
