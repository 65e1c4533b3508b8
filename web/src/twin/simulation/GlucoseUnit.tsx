import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Select } from "../../kit/ui";
import { chooseGlucose, GLUCOSE_UNITS, type GlucoseUnit, glucoseUnit } from "../glucose";

/** In which unit glucose is told and shown here; this machine remembers it. */
export function GlucoseUnitChoice() {
  const text = useText();
  const unit = useStore(glucoseUnit);
  return (
    <Select
      label={text("twin.ui.sim.glucose.unit")}
      value={unit}
      onChange={({ target }) => chooseGlucose(target.value as GlucoseUnit)}
    >
      {GLUCOSE_UNITS.map((each) => (
        <option key={each} value={each}>
          {each}
        </option>
      ))}
    </Select>
  );
}
