import {
  ArrowUpFromLine,
  Bike,
  Droplet,
  type LucideIcon,
  PersonStanding,
  Syringe,
  Utensils,
  Waves,
  Wind,
} from "lucide-react";
import { number, useText } from "../../kit/text";
import { Select, Switch } from "../../kit/ui";
import { unitOf } from "../units";
import { GlucoseUnitChoice } from "./GlucoseUnit";
import { type Choice, DRUGS, REFILLS, STEPS, type What, whatsFor, withWhat } from "./plans";

const icons: Readonly<Record<What, LucideIcon>> = {
  bleed: Droplet,
  fluid: Waves,
  stand: PersonStanding,
  legs: ArrowUpFromLine,
  exercise: Bike,
  drug: Syringe,
  breath: Wind,
  meal: Utensils,
};

interface ChooserProps {
  readonly choice: Choice;
  readonly isClinician: boolean;
  readonly onChange: (choice: Choice) => void;
}

/** What happens, and how much of it. */
export function Chooser({ choice, isClinician, onChange }: ChooserProps) {
  const text = useText();
  return (
    <>
      <fieldset className="sim-whats">
        <legend>{text("twin.ui.sim.choose")}</legend>
        {whatsFor(isClinician).map((what) => {
          const Icon = icons[what];
          return (
            <label key={what}>
              <input
                type="radio"
                name="what"
                checked={choice.what === what}
                onChange={() => onChange(withWhat(choice, what))}
              />
              <Icon aria-hidden />
              <span>{text(`twin.ui.sim.what.${what}`)}</span>
            </label>
          );
        })}
      </fieldset>
      <div className="sim-how">
        <How choice={choice} isClinician={isClinician} onChange={onChange} />
      </div>
    </>
  );
}

function How({ choice, isClinician, onChange }: ChooserProps) {
  const text = useText();
  const pick = (key: keyof Choice, labelKey: string, steps: readonly number[], unit: string) => (
    <Select
      label={text(labelKey)}
      value={String(choice[key])}
      onChange={(event) => onChange({ ...choice, [key]: Number(event.target.value) })}
    >
      {steps.map((step) => (
        <option key={step} value={step}>
          {`${number(step)} ${unit}`}
        </option>
      ))}
    </Select>
  );
  const minutes = pick(
    "minutes",
    "twin.ui.sim.minutes",
    STEPS.minutes,
    text("twin.ui.sim.unit.min"),
  );
  switch (choice.what) {
    case "bleed":
      return (
        <>
          {pick("ml", "twin.ui.sim.amount", STEPS.bleed, "mL")}
          {minutes}
          <Select
            label={text("twin.ui.sim.refill")}
            value={choice.refill}
            onChange={({ target }) =>
              onChange({ ...choice, refill: target.value as Choice["refill"] })
            }
          >
            {REFILLS.map((refill) => (
              <option key={refill} value={refill}>
                {text(`twin.ui.sim.refill.${refill}`)}
              </option>
            ))}
          </Select>
          {choice.refill !== "nothing" &&
            pick("refillMl", "twin.ui.sim.refill.amount", STEPS.fluid, "mL")}
        </>
      );
    case "fluid":
      return (
        <>
          <Select
            label={text("twin.ui.sim.fluid.kind")}
            value={choice.fluid}
            onChange={(event) =>
              onChange({
                ...choice,
                fluid: event.target.value === "blood" ? "blood" : "crystalloid",
              })
            }
          >
            <option value="crystalloid">{text("twin.ui.sim.fluid.crystalloid")}</option>
            <option value="blood">{text("twin.ui.sim.fluid.blood")}</option>
          </Select>
          {pick("ml", "twin.ui.sim.amount", STEPS.fluid, "mL")}
          {minutes}
        </>
      );
    case "exercise":
      return pick("watts", "twin.ui.sim.watts", STEPS.watts, "W");
    case "drug":
      return <Drug choice={choice} onChange={onChange} />;
    case "breath":
      return (
        <Switch
          label={text("twin.ui.sim.first.oxygen")}
          checked={choice.isOxygenFirst}
          onChange={(isOxygenFirst) => onChange({ ...choice, isOxygenFirst })}
        />
      );
    case "meal":
      return (
        <>
          {pick("carbs", "twin.ui.sim.carbs", STEPS.carbs, "g")}
          <GlucoseUnitChoice />
          {isClinician &&
            pick("insulin", "twin.ui.sim.insulin", STEPS.insulin, text("twin.ui.sim.unit.insulin"))}
        </>
      );
    default:
      return null;
  }
}

function Drug({ choice, onChange }: Omit<ChooserProps, "isClinician">) {
  const text = useText();
  const drug = DRUGS[choice.drug];
  return (
    <>
      <Select
        label={text("twin.ui.sim.drug")}
        value={choice.drug}
        onChange={({ target }) =>
          onChange({ ...choice, drug: target.value, dose: DRUGS[target.value]?.doses[1] ?? 1 })
        }
      >
        {Object.keys(DRUGS).map((name) => (
          <option key={name} value={name}>
            {text(`twin.simulation.drug.${name}`)}
          </option>
        ))}
      </Select>
      <Select
        label={text("twin.ui.sim.dose")}
        value={String(choice.dose)}
        onChange={({ target }) => onChange({ ...choice, dose: Number(target.value) })}
      >
        {drug?.doses.map((dose) => (
          <option key={dose} value={dose}>
            {`${number(dose)} ${unitOf(drug.unit)}`}
          </option>
        ))}
      </Select>
    </>
  );
}
