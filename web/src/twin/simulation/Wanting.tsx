import { useState } from "react";
import { useStore } from "../../kit/store";
import { number, useText } from "../../kit/text";
import { Button, Field } from "../../kit/ui";
import type { Missing, Simulation } from "../../wire/twin";
import { type GlucoseUnit, glucoseIn, glucoseUnit } from "../glucose";
import { unitOf } from "../units";
import type { Told } from "./plans";

const TOLD: Readonly<Record<string, string>> = {
  weight: "kg",
  height_cm: "cm",
  heart_rate: "/min",
  sbp: "mm[Hg]",
  dbp: "mm[Hg]",
  spo2: "%",
  respiratory_rate: "/min",
  glucose: "", // the reader chooses
};

interface WantingProps {
  readonly run: Simulation;
  readonly isWaiting: boolean;
  readonly onTell: (told: Told) => void;
}

/** What stands in the way of a simulation; what one knows can be told, and is not kept. */
export function Wanting({ run, isWaiting, onTell }: WantingProps) {
  const text = useText();
  const [words, setWords] = useState<Readonly<Record<string, string>>>({});
  const glucose = useStore(glucoseUnit);
  const open = run.missing.filter(({ key }) => key in TOLD);
  const told = Object.fromEntries(
    Object.entries(words).flatMap(([key, word]) => {
      const value = Number(word.trim().replace(",", "."));
      if (word.trim() === "" || !Number.isFinite(value)) return [];
      return [[key, key === "glucose" ? ([value, glucose] as const) : value]];
    }),
  );
  const unitFor = (key: string) => (key === "glucose" ? glucose : unitOf(TOLD[key] ?? ""));
  return (
    <form
      className="sim-wanting"
      onSubmit={(event) => {
        event.preventDefault();
        onTell(told);
      }}
    >
      <h3>{text("twin.ui.sim.cannot")}</h3>
      <p>{text(open.length > 0 ? "twin.ui.sim.cannot.tell" : "twin.ui.sim.cannot.lead")}</p>
      <ul>
        {run.missing.map((need) => (
          <li key={need.key}>
            <strong>{text(need.label_key)}</strong> {text(need.why_key)} {between(need, glucose)}
          </li>
        ))}
      </ul>
      {open.length > 0 && (
        <>
          <div className="sim-how">
            {open.map(({ key, label_key }) => (
              <Field
                key={key}
                label={`${text(label_key)} (${unitFor(key)})`}
                inputMode="decimal"
                value={words[key] ?? ""}
                onChange={({ target }) => setWords({ ...words, [key]: target.value })}
              />
            ))}
          </div>
          <Button type="submit" kind="primary" busy={isWaiting}>
            {text("twin.ui.sim.run")}
          </Button>
        </>
      )}
    </form>
  );
}

function between({ key, low, high, unit }: Missing, glucose: GlucoseUnit): string {
  if (low === null || high === null) return "";
  if (key !== "glucose") return `(${number(low)}–${number(high)} ${unitOf(unit)})`;
  const edges = [low, high].map((edge) =>
    number(glucoseIn(glucose, edge), glucose === "mg/dL" ? 0 : 1),
  );
  return `(${edges.join("–")} ${glucose})`;
}
