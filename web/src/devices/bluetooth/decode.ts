import { twoDigits } from "../../kit/clock";
import type { Characteristic, Field } from "../../wire/devices";
import { otherwise, readFloat, readSfloat, rounded, type Special, signed } from "./numbers";

/** Whether a device's clock can be gone by: it told none, one that is set, or one that is not. */
export type Clock = "none" | "set" | "unset" | "impossible";

/** What one record of a packet says; the house's `engine/gatt/decode.py` says the same. */
export interface Decoded {
  readonly numbers: Readonly<Record<string, number>>;
  /** Parts without a number, and why. */
  readonly absent: Readonly<Record<string, Special>>;
  readonly units: Readonly<Record<string, string>>;
  /** As the device's own clock shows it: 2024-11-29T23:08:57. */
  readonly time: string;
  readonly clock: Clock;
  readonly text: string;
  readonly marks: readonly string[];
  /** The marks that say it was no measurement. */
  readonly refuses: readonly string[];
}

/** A packet that cannot be read. */
export class Misread extends Error {
  constructor(readonly why: string) {
    super(why);
    this.name = "Misread";
  }
}

const SIZES: Partial<Record<Field["type"], number>> = {
  u8: 1,
  s8: 1,
  u16: 2,
  s16: 2,
  u24: 3,
  sfloat: 2,
  float: 4,
  time: 7,
};
const CRC_BYTES = 2;
const LONGEST = 512;

/** The records in one packet: one, unless they are sized. Throws a `Misread`. */
export function decode(of: Characteristic, data: Uint8Array): Decoded[] {
  if (data.length > LONGEST) throw new Misread("long");
  if (!of.is_sized) return [new Reading(of, data).read()];
  return split(data).map((each) => new Reading(of, each).read());
}

function split(data: Uint8Array): Uint8Array[] {
  if (data.length === 0) throw new Misread("truncated");
  const parts: Uint8Array[] = [];
  for (let at = 0; at < data.length; ) {
    const size = data[at] ?? 0;
    if (size < 2 || at + size > data.length) throw new Misread("truncated");
    parts.push(data.subarray(at, at + size));
    at += size;
  }
  return parts;
}

class Reading {
  private at: number;
  private flags = 0;
  private readonly numbers: Record<string, number> = {};
  private readonly absent: Record<string, Special> = {};
  private readonly units: Record<string, string> = {};
  private time = "";
  private clock: Clock = "none";
  private text = "";
  private readonly marks: string[] = [];
  private readonly refuses: string[] = [];

  constructor(
    private readonly of: Characteristic,
    private readonly data: Uint8Array,
  ) {
    this.at = of.is_sized ? 1 : 0;
  }

  read(): Decoded {
    for (const field of this.of.fields) this.take(field);
    this.end();
    const { numbers, absent, units, time, clock, text, marks, refuses } = this;
    return { numbers, absent, units, time, clock, text, marks, refuses };
  }

  private end(): void {
    const left = this.data.length - this.at;
    if (this.of.may_end_in_crc && left === CRC_BYTES) {
      const sum = int(this.data.subarray(this.at));
      if (sum !== crc16(this.data.subarray(0, this.at))) throw new Misread("crc");
    } else if (left > 0) {
      throw new Misread(this.marks.includes("unknown-flags") ? "flags" : "trailing");
    }
  }

  private bytes(size: number): Uint8Array {
    const part = this.data.subarray(this.at, this.at + size);
    if (part.length < size) throw new Misread("truncated");
    this.at += size;
    return part;
  }

  private take(field: Field): void {
    if (field.when && (this.flags & field.when[0]) !== field.when[1]) return;
    const left = this.data.length - this.at;
    if (field.type === "text") {
      this.text = new TextDecoder().decode(this.bytes(left)).replace(/\0+$/, "");
    } else if (field.type === "u16s") {
      this.bytes(left - (left % 2));
    } else {
      const part = this.bytes(SIZES[field.type] ?? 1);
      if (field.type === "time") [this.time, this.clock] = time(part);
      else this.number(field, int(part));
    }
  }

  private number(field: Field, raw: number): void {
    if (field.name === "flags") {
      this.flags = raw;
      if (raw & ~this.of.flags) this.marks.push("unknown-flags");
    }
    for (const mark of field.marks)
      if ((raw & mark.mask) === mark.value)
        (mark.refuses ? this.refuses : this.marks).push(mark.name);
    if (field.name === "flags") return;
    const value = numberOf(field, raw);
    if (typeof value === "string") this.absent[field.name] = value;
    else if (field.none === value) this.absent[field.name] = "nres";
    else this.keep(field, value, raw);
  }

  private keep(field: Field, value: number, raw: number): void {
    const unit = this.flags & field.other_when ? field.other_unit : field.unit;
    if (!unit) {
      this.numbers[field.name] = value;
      return;
    }
    const inUnit = (number: number): number =>
      rounded(((number - unit.less) * unit.times) / unit.per, unit.decimals);
    const { span } = field;
    if (span && !lies(inUnit(value), span)) {
      for (const [fault, number] of otherwise(raw, SIZES[field.type] ?? 2))
        if (Math.abs(number) < 1e9 && lies(inUnit(number), span, 1)) throw new Misread(fault);
    }
    this.numbers[field.name] = inUnit(value);
    this.units[field.name] = unit.ucum;
  }
}

function numberOf(field: Field, raw: number): number | Special {
  switch (field.type) {
    case "sfloat":
      return readSfloat(raw);
    case "float":
      return readFloat(raw);
    case "s8":
      return signed(raw, 8);
    case "s16":
      return signed(raw, 16);
    default:
      return raw;
  }
}

function lies(value: number, [low, high]: readonly [number, number], least = 0): boolean {
  return low <= value && value <= high && Math.abs(value) >= least;
}

function time(part: Uint8Array): [string, Clock] {
  const year = int(part.subarray(0, 2));
  const [month = 0, day = 0, hour = 0, minute = 0, second = 0] = part.subarray(2);
  if (!(year && month && day)) return ["", "unset"];
  const isTime = hour < 24 && minute < 60 && second < 60;
  if (!(year >= 1582 && year <= 9999 && month <= 12 && isTime && day <= daysOf(year, month)))
    return ["", "impossible"];
  const date = [`${year}`, ...[month, day].map(twoDigits)].join("-");
  return [`${date}T${[hour, minute, second].map(twoDigits).join(":")}`, "set"];
}

function daysOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** Little endian. */
function int(part: Uint8Array): number {
  return part.reduceRight((sum, byte) => sum * 256 + byte, 0);
}

/** CRC-CCITT as the CGM Service has it: 0x1021 from 0xFFFF, lowest bit first. */
export function crc16(data: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x8408 : crc >>> 1;
  }
  return crc;
}
