import { number, t } from "../kit/text";

/** UCUM codes as people write them. https://ucum.org/ucum */
const WRITTEN: Readonly<Record<string, string>> = {
  "mm[Hg]": "mmHg",
  Cel: "°C",
  "[degF]": "°F",
  "kg/m2": "kg/m²",
  m2: "m²",
  "mL/min/{1.73_m2}": "mL/min/1.73 m²",
  "mL/min/1.73.m2": "mL/min/1.73 m²",
  "10*3/uL": "10³/µL",
  "10*9/L": "10⁹/L",
  "u[IU]/mL": "µIU/mL",
  "m[IU]/L": "mIU/L",
};
const WORDS: Readonly<Record<string, string>> = {
  a: "twin.ui.unit.years",
  "{score}": "twin.ui.unit.points",
  "/min": "twin.ui.unit.per_minute",
  "/wk": "twin.ui.unit.per_week",
  d: "twin.ui.unit.days",
  h: "twin.ui.unit.hours",
};

/** A UCUM unit in the words of the language in use. */
export function unitOf(ucum: string): string {
  const word = WORDS[ucum];
  if (word) return t(word);
  return (WRITTEN[ucum] ?? ucum).replace(/\{[^}]*\}/g, "").replace(/^u(?=[gLm])/, "µ");
}

/** How many digits a value deserves where nobody said. */
export function digitsOf(value: number): number {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return 0;
  return Math.abs(value) >= 10 ? 1 : 2;
}

/** A value with its unit: never one without the other. */
export function quantity(value: number, ucum: string, digits: number = digitsOf(value)): string {
  const unit = unitOf(ucum);
  if (!unit) return number(value, digits);
  const gap = unit === "%" || unit === "°C" ? "\u202f" : "\u00a0";
  return `${number(value, digits)}${gap}${unit}`;
}
