import { useSession } from "../kit/session";
import { useText } from "../kit/text";
import type { Bedside as Seen } from "./RisksPanel";

const SCALES = ["1", "2"] as const;
const ALERTNESS = ["A", "C", "V", "P", "U"] as const;

interface BedsideProps {
  readonly seen: Seen;
  readonly onChange: (seen: Seen) => void;
}

/**
 * What only eyes can tell: how awake somebody is, and whether oxygen is given. And what a clinician
 * alone decides: the scale on which oxygen is judged.
 */
export function Bedside({ seen, onChange }: BedsideProps) {
  const text = useText();
  const isClinician = useSession()?.roles.includes("clinician") ?? false;
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
      {isClinician && (
        <>
          <Choice
            label={text("twin.input.spo2_scale")}
            value={seen.spo2_scale ?? "1"}
            options={SCALES.map((scale) => [scale, text(`twin.ui.bedside.scale.${scale}`)])}
            onChange={(scale) => onChange({ ...seen, spo2_scale: scale === "2" ? "2" : "1" })}
          />
          <p className="muted small">{text("twin.ui.bedside.scale.hint")}</p>
        </>
      )}
    </fieldset>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [string, string])[];
  readonly onChange: (value: string) => void;
}

/** One of several, as a row of buttons. */
export function Choice({ label, value, options, onChange }: ChoiceProps) {
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
