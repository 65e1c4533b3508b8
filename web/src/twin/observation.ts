import type { Point, Vital } from "../wire/twin";

/** The vital signs that home devices send, by LOINC code. https://loinc.org */
const KEYS: Readonly<Record<string, string>> = {
  "8867-4": "heart_rate",
  "59408-5": "spo2",
  "2708-6": "spo2",
  "8480-6": "sbp",
  "8462-4": "dbp",
  "8310-5": "temperature_c",
  "9279-1": "respiratory_rate",
};
const LENGTH = 120;

interface Quantity {
  readonly value?: number;
  readonly code?: string;
  readonly unit?: string;
}
interface SampledData {
  readonly origin?: Quantity;
  readonly period: number;
  readonly factor?: number;
  readonly dimensions: number;
  readonly data?: string;
}
interface Coding {
  readonly code?: string;
  readonly display?: string;
}
interface Coded {
  readonly code?: { readonly coding?: readonly Coding[] };
  readonly valueQuantity?: Quantity;
}
/** What we read of a FHIR R4 Observation. https://hl7.org/fhir/R4/observation.html */
export interface Observation extends Coded {
  readonly resourceType: string;
  readonly id?: string;
  readonly meta?: { readonly versionId?: string };
  readonly status?: string;
  readonly effectiveDateTime?: string;
  readonly effectiveInstant?: string;
  readonly component?: readonly Coded[];
  readonly valueSampledData?: SampledData;
}

export interface Reading {
  readonly key: string;
  readonly unit: string;
  readonly point: Point;
}

/** Every vital sign in an observation, the two of a blood pressure apart. */
export function readingsOf(resource: Observation): Reading[] {
  const at = resource.effectiveDateTime ?? resource.effectiveInstant;
  const isVoid = resource.status === "entered-in-error" || resource.status === "cancelled";
  if (resource.resourceType !== "Observation" || !at || isVoid) return [];
  return [resource, ...(resource.component ?? [])].flatMap((coded) => {
    const key = coded.code?.coding?.map(({ code }) => KEYS[code ?? ""]).find(Boolean);
    const { value, code, unit } = coded.valueQuantity ?? {};
    if (!key || value === undefined) return [];
    const point = { at, value, reference: `Observation/${resource.id ?? ""}` };
    return { key, unit: code ?? unit ?? "", point };
  });
}

/**
 * Put a new reading into the course of its vital sign; null where it does not fit (another unit, a
 * sign not shown yet): then the house must be asked.
 */
export function withReading(
  vitals: readonly Vital[],
  { key, unit, point }: Reading,
): readonly Vital[] | null {
  const old = vitals.find((vital) => vital.key === key);
  if (!old || old.unit !== unit) return null;
  if (old.series.some((p) => p.reference === point.reference)) return vitals;
  const series = [...old.series, point].sort((a, b) => a.at.localeCompare(b.at)).slice(-LENGTH);
  const latest = series.at(-1) ?? point;
  return vitals.map((vital) => (vital === old ? { ...old, latest, series } : vital));
}

/** Whether a value lies where its own rule expects it: what else it means, the house says. */
export function isExpected({ latest, rule }: Vital): boolean {
  const { low, high } = rule.params;
  return (
    (typeof low !== "number" || latest.value >= low) &&
    (typeof high !== "number" || latest.value <= high)
  );
}
