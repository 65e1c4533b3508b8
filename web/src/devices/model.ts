import {
  ClipboardCheck,
  Droplets,
  Gauge,
  HeartPulse,
  type LucideIcon,
  Thermometer,
  Wind,
} from "lucide-react";

/** What a home device may measure. */
export const KINDS = [
  "heart-rate",
  "spo2",
  "blood-pressure",
  "temperature",
  "respiratory-rate",
  "check-in",
] as const;
export type Kind = (typeof KINDS)[number];

export const kindIcons: Record<Kind, LucideIcon> = {
  "heart-rate": HeartPulse,
  spo2: Droplets,
  "blood-pressure": Gauge,
  temperature: Thermometer,
  "respiratory-rate": Wind,
  "check-in": ClipboardCheck,
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
] as const;

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
}

/** A new device; the secret is shown this once. */
export interface Registration {
  readonly id: string;
  readonly secret: string;
  readonly port: number;
  readonly topic: string;
}

/** Silent for longer than this, a device is worth a look [ms]. */
export const SILENCE_MS = 15 * 60_000;
