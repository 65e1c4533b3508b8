import { CHARACTERISTICS, type Measure } from "../../wire/devices";
import type { Kind } from "../model";
import { type Decoded, decode, Misread } from "./decode";

/** One packet as it came, in the words of the house's `POST /api/devices/{id}/gatt`. */
export interface Packet {
  readonly service: string;
  readonly characteristic: string;
  /** Base64. */
  readonly value: string;
  readonly at: string;
  /** What the device's clock showed less what it was. */
  readonly offset_ms?: number;
  /** Where we are, east of Greenwich. */
  readonly zone_min: number;
  /** Whose readings are wanted, where a device keeps those of several people. */
  readonly user?: number;
}

/** What services devices are asked for, and what each of them measures. */
export const SERVICES: Readonly<Record<string, readonly Kind[]>> = {
  "1810": ["blood-pressure", "heart-rate"],
  "1808": ["glucose"],
  "181d": ["weight"],
  "1809": ["temperature"],
  "1822": ["spo2", "heart-rate"],
  "180d": ["heart-rate"],
  "181f": ["glucose-course"],
};
export const BESIDE = ["180f", "180a", "1805"] as const;

/** One value to show, such as a pressure with its two numbers. */
export interface Shown {
  readonly kind: Kind;
  readonly numbers: readonly number[];
  readonly unit: string;
}

/** What a packet says, for the screen; the house reads it again by itself. */
export interface Heard {
  readonly values: readonly Shown[];
  readonly marks: readonly string[];
  /** Why it is none: what the device said, or that it could not be read. */
  readonly refused: readonly string[];
  readonly record?: Decoded;
}

/** Read a packet for the screen. */
export function hear(characteristic: string, data: Uint8Array): Heard {
  const of = CHARACTERISTICS[characteristic];
  if (!of) return { values: [], marks: [], refused: ["unknown"] };
  try {
    const record = decode(of, data).at(-1);
    if (!record) return { values: [], marks: [], refused: ["truncated"] };
    const values = record.refuses.length
      ? []
      : of.measures.flatMap((measure) => shown(measure, record));
    return { values, marks: record.marks, refused: record.refuses, record };
  } catch (error) {
    if (error instanceof Misread) return { values: [], marks: [], refused: [error.why] };
    throw error;
  }
}

function shown(measure: Measure, { numbers, units }: Decoded): Shown[] {
  const names = Object.values(measure.values).filter((name) => name !== "mean");
  const unit = units[names[0] ?? ""] ?? "";
  if (measure.unit && unit !== measure.unit) return [];
  const found = names.map((name) => numbers[name]);
  if (!found.every((number) => number !== undefined)) return [];
  return [{ kind: measure.kind as Kind, numbers: found, unit }];
}

/** What a device calls somebody whom it does not know, or who did not choose herself on it. */
export const NOBODY_KNOWN = 255;

/** Which of its people the device says a packet is of. */
export function userOf({ characteristic, value }: Packet): number | undefined {
  const data = Uint8Array.from(atob(value), (sign) => sign.charCodeAt(0));
  return hear(characteristic, data).record?.numbers.user;
}

export function toBase64(data: Uint8Array): string {
  return btoa(String.fromCharCode(...data));
}
