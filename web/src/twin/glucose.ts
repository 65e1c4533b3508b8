import { Store } from "../kit/store";
import type { Simulation } from "../wire/twin";

export const GLUCOSE_UNITS = ["mmol/L", "mg/dL"] as const;
export type GlucoseUnit = (typeof GLUCOSE_UNITS)[number];

const KEPT = "asklepion.glucose";
const MG_DL = 18.016; // one mmol/L of glucose, as the house counts it

function remembered(): GlucoseUnit {
  return globalThis.localStorage?.getItem(KEPT) === "mg/dL" ? "mg/dL" : "mmol/L";
}

/** In which unit glucose is read and written on this machine. */
export const glucoseUnit = new Store<GlucoseUnit>(remembered());

export function chooseGlucose(unit: GlucoseUnit): void {
  localStorage.setItem(KEPT, unit);
  glucoseUnit.set(unit);
}

/** A glucose of the house, which counts in mg/dL, in a unit. */
export function glucoseIn(unit: GlucoseUnit, mgDl: number): number {
  return unit === "mg/dL" ? mgDl : mgDl / MG_DL;
}

/** A run with its glucose in a unit. */
export function withGlucose(run: Simulation, unit: GlucoseUnit): Simulation {
  if (unit === "mg/dL") return run;
  const into = (value: number | null) => (value === null ? null : glucoseIn(unit, value));
  const curves = run.curves.map((curve) =>
    curve.key === "glucose" ? { ...curve, unit, digits: 2, values: curve.values.map(into) } : curve,
  );
  const fit = run.fit.map((one) =>
    one.key === "glucose"
      ? {
          ...one,
          measured: glucoseIn(unit, one.measured),
          simulated: glucoseIn(unit, one.simulated),
        }
      : one,
  );
  return { ...run, curves, fit };
}
