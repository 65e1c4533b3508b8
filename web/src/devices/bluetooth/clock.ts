import type { Decoded } from "./decode";

const NEW_MS = 2000; // a clock that was just set may be that much behind
const AHEAD_MS = 120_000;

/** A device's clock beside ours, before and after it was set. */
export interface Clocks {
  /** What it showed less what it was when we came [ms]; nothing where it showed none. */
  readonly before?: number;
  /** The same once we had set it, and when that was. */
  readonly after?: { readonly offset_ms: number; readonly at: number };
}

/** What the device's clock showed as if it were UTC [ms]. */
export function wallOf({ time, numbers }: Decoded): number {
  return Date.parse(`${time}Z`) + ((numbers.fraction ?? 0) / 256) * 1000;
}

/**
 * By how much a reading's time differs from ours: one taken since the clock was set goes by the
 * new time, one from the device's memory by the old.
 */
export function offsetFor(record: Decoded, clocks: Clocks, now: number): number | undefined {
  const { before, after } = clocks;
  if (record.clock !== "set") return before ?? after?.offset_ms;
  if (after) {
    const at = wallOf(record) - after.offset_ms;
    if (at >= after.at - NEW_MS && at <= now + AHEAD_MS) return after.offset_ms;
  }
  return before;
}

/** When a reading was taken by our clock [ms]; now, where its own cannot be gone by. */
export function takenAt(record: Decoded | undefined, offset_ms: number, now: number): number {
  if (record?.clock !== "set") return now;
  const at = wallOf(record) - offset_ms;
  return at > now + AHEAD_MS ? now : at;
}

/** Where this browser is, east of Greenwich [min]. */
export function zoneMin(at: Date): number {
  return -at.getTimezoneOffset() || 0;
}

/** Our time as the Current Time Service writes it: ten bytes, by the clock on the wall. */
export function currentTime(at: Date): Uint8Array<ArrayBuffer> {
  const year = at.getFullYear();
  return Uint8Array.of(
    year & 0xff,
    year >> 8,
    at.getMonth() + 1,
    at.getDate(),
    at.getHours(),
    at.getMinutes(),
    at.getSeconds(),
    at.getDay() || 7,
    Math.floor((at.getMilliseconds() * 256) / 1000),
    1, // set by hand, as far as the device is concerned
  );
}
