import type { Kind } from "./model";

/** What can be read off and written down: with each, its fields by unit. */
export type ByHand =
  | "blood-pressure"
  | "glucose"
  | "weight"
  | "temperature"
  | "spo2"
  | "heart-rate";

/** One number to fill in; the house has the same limits, of what a living person can have. */
export interface Entry {
  /** In the message. */
  readonly key: string;
  readonly name: "systolic" | "diastolic" | "pulse" | "value";
  /** Of another kind than what is written down. */
  readonly kind?: Kind;
  /** The unit as people write it. */
  readonly sign: string;
  readonly low: number;
  readonly high: number;
  readonly isOptional?: boolean;
  /** In the unit in which it is kept. */
  readonly round: (value: number) => number;
}

export interface Reading {
  readonly kind: Kind;
  readonly values: Readonly<Record<string, number>>;
}

const same = (value: number): number => value;
const pulse: Entry = {
  key: "heart_rate",
  name: "pulse",
  kind: "heart-rate",
  sign: "/min",
  low: 20,
  high: 300,
  isOptional: true,
  round: same,
};

function one(key: string, sign: string, low: number, high: number, round = same): Entry {
  return { key, name: "value", sign, low, high, round };
}

const celsius = (value: number): number => Math.round(((value - 32) / 1.8) * 100) / 100;
const kilograms = (value: number): number => Math.round(value * 453.59237) / 1000;

export const BY_HAND: Readonly<Record<ByHand, readonly (readonly Entry[])[]>> = {
  "blood-pressure": [
    [
      { key: "systolic", name: "systolic", sign: "mmHg", low: 40, high: 300, round: same },
      { key: "diastolic", name: "diastolic", sign: "mmHg", low: 20, high: 200, round: same },
      pulse,
    ],
  ],
  "heart-rate": [[{ ...pulse, name: "value", isOptional: false }]],
  glucose: [[one("glucose_mmol_l", "mmol/L", 0.5, 55)], [one("glucose_mg_dl", "mg/dL", 10, 1000)]],
  weight: [[one("weight", "kg", 0.3, 500)], [one("weight", "lb", 1, 1100, kilograms)]],
  temperature: [[one("temperature", "°C", 25, 45)], [one("temperature", "°F", 77, 113, celsius)]],
  spo2: [[one("spo2", "%", 40, 100)]],
};

export function entriesOf(kind: ByHand, unit: number): readonly Entry[] {
  return BY_HAND[kind][unit] ?? [];
}

/** What somebody typed, with a point or a comma; nothing where it is no number. */
export function numberOf(typed: string): number | null {
  const text = typed.trim().replace(",", ".");
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : null;
}
