import {
  Activity,
  ClipboardCheck,
  Droplet,
  Droplets,
  Footprints,
  Gauge,
  HeartPulse,
  type LucideIcon,
  Percent,
  Ruler,
  Scale,
  Thermometer,
  Waves,
  Wind,
} from "lucide-react";

/** What a home device may measure. */
export const KINDS = [
  "heart-rate",
  "spo2",
  "blood-pressure",
  "temperature",
  "respiratory-rate",
  "glucose",
  "glucose-course",
  "weight",
  "bmi",
  "height",
  "waist",
  "body-fat",
  "resting-heart-rate",
  "heart-rate-variability",
  "vo2max",
  "check-in",
  "ecg",
  "ppg",
] as const;
export type Kind = (typeof KINDS)[number];

export const kindIcons: Record<Kind, LucideIcon> = {
  "heart-rate": HeartPulse,
  spo2: Droplets,
  "blood-pressure": Gauge,
  temperature: Thermometer,
  "respiratory-rate": Wind,
  glucose: Droplet,
  "glucose-course": Activity,
  weight: Scale,
  bmi: Ruler,
  height: Ruler,
  waist: Ruler,
  "body-fat": Percent,
  "resting-heart-rate": HeartPulse,
  "heart-rate-variability": Activity,
  vo2max: Footprints,
  "check-in": ClipboardCheck,
  ecg: HeartPulse,
  ppg: Waves,
};

/** Why the house could not take a message; each has its sentence. */
export const REFUSED = [
  "unreadable",
  "clock",
  "values",
  "implausible",
  "battery",
  "topic",
  "unkept",
  "format",
  "status",
  "no-value",
  "old",
  "user",
  "start",
  "unknown",
  "gone",
  "unit",
  "large",
  "fault",
] as const;

/** Reasons where it helps to know what the value is taken in. */
export const NAMES_UNIT: readonly string[] = ["unit", "implausible", "values"];

/** Messages of one kind that were refused for one reason. */
export interface Refusal {
  readonly why: string;
  /** Empty where it did not say what it was of. */
  readonly kind: Kind | "";
  readonly count: number;
  /** Of the last one. */
  readonly at: string;
  /** What the kind is taken in, UCUM. */
  readonly units: readonly string[];
}

/** The sentence for why something was refused. */
export function refusal(why: string | undefined): `devices.refused.${(typeof REFUSED)[number]}` {
  return `devices.refused.${REFUSED.find((each) => each === why) ?? "unreadable"}`;
}

const SIGNS: Readonly<Record<string, string>> = {
  "mm[Hg]": "mmHg",
  Cel: "°C",
  "kg/m2": "kg/m²",
};

/** A unit (UCUM) as people write it. */
export function sign(unit: string): string {
  return SIGNS[unit] ?? unit;
}

export interface Device {
  readonly id: string;
  readonly name: string;
  readonly kinds: readonly Kind[];
  readonly registered_at: string;
  readonly last_reading_at: string | null;
  readonly last_sync_at: string | null;
  /** 0 to 1. */
  readonly battery: number | null;
  readonly missing: readonly Kind[];
  readonly refused_count: number;
  readonly refused_why: string;
  /** The last first; what an older house counted is in `refused_count` alone. */
  readonly refusals: readonly Refusal[];
}

/** Where devices connect. */
export interface Reach {
  /** Null where every address of the house's machine will do. */
  readonly host: string | null;
  readonly port: number;
  /** Only what runs on the house's own machine gets there. */
  readonly is_loopback: boolean;
}

/** A new device; the secret is shown this once. */
export interface Registration extends Reach {
  readonly id: string;
  readonly secret: string;
  readonly topic: string;
}

const OWN_NAMES = ["localhost", "127.0.0.1", "[::1]"];

/**
 * What to enter on a device as the address.
 *
 * @param page the name by which this page was opened, which other machines know too unless it
 *   means "this machine" to each of them.
 * @param unknown words for an address that has to be looked up.
 */
export function addressOf({ host, port }: Reach, page: string, unknown: string): string {
  const name = host ?? (OWN_NAMES.includes(page) ? unknown : page);
  return `${name.includes(":") && !name.startsWith("[") ? `[${name}]` : name}:${port}`;
}

const MINUTE_MS = 60_000;
const SOMETIMES: readonly Kind[] = ["blood-pressure", "glucose", "weight", "temperature"];

/** Silent for longer than this, a device is worth a look [ms]: one that somebody takes up measures
 * once a day, one that is worn all the time. */
export function silenceMs(kinds: readonly Kind[]): number {
  const isTakenUp = kinds.some((kind) => SOMETIMES.includes(kind));
  const isWorn = kinds.includes("respiratory-rate") || kinds.includes("glucose-course");
  return isTakenUp && !isWorn ? 36 * 60 * MINUTE_MS : 15 * MINUTE_MS;
}

/** Whether a device has measured nothing for longer than it should. */
export function isSilent(device: Device, now: number): boolean {
  const last = device.last_reading_at;
  return !last || isPast(last, device, now);
}

/** Whether a device has not even been in touch for so long. */
export function isUnheard(device: Device, now: number): boolean {
  return isPast(device.last_sync_at ?? device.registered_at, device, now);
}

function isPast(moment: string, { kinds }: Device, now: number): boolean {
  return now - new Date(moment).getTime() > silenceMs(kinds);
}
