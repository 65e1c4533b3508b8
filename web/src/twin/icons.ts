import {
  Activity,
  AlertTriangle,
  Bandage,
  Circle,
  CircleCheck,
  CircleHelp,
  ClipboardCheck,
  ClipboardList,
  DoorOpen,
  Droplets,
  Eye,
  FileText,
  FlaskConical,
  Gauge,
  HeartPulse,
  type LucideIcon,
  Pill,
  ScanLine,
  Search,
  Syringe,
  Thermometer,
  TriangleAlert,
  Users,
  Wheat,
  Wind,
} from "lucide-react";
import type { Organ } from "../wire/twin";

export type State = Organ["state"];

/** Colour is never alone: every state has its own sign. */
export const stateIcons: Readonly<Record<State, LucideIcon>> = {
  attention: TriangleAlert,
  watch: Eye,
  calm: CircleCheck,
  unknown: CircleHelp,
};
export const stateTones = {
  attention: "danger",
  watch: "warn",
  calm: "good",
  unknown: "plain",
} as const;

export const vitalIcons: Readonly<Record<string, LucideIcon>> = {
  heart_rate: HeartPulse,
  spo2: Droplets,
  bp: Gauge,
  sbp: Gauge,
  dbp: Gauge,
  temperature_c: Thermometer,
  respiratory_rate: Wind,
};

const kindIcons: Readonly<Record<string, LucideIcon>> = {
  condition: Activity,
  allergy: Wheat,
  visit: DoorOpen,
  procedure: Bandage,
  medicine: Pill,
  immunisation: Syringe,
  report: FlaskConical,
  results: FlaskConical,
  imaging: ScanLine,
  plan: ClipboardList,
  document: FileText,
  note: FileText,
  vitals: HeartPulse,
  social: Users,
  survey: ClipboardCheck,
  exam: Search,
  alert: AlertTriangle,
};

export function iconOfKind(kind: string): LucideIcon {
  return kindIcons[kind] ?? Circle;
}
