import { EyeOff, HandHeart, type LucideIcon, Microscope, Users } from "lucide-react";
import type { Act } from "../subject";

/** What a patient says about her record, in plain parts; what is empty means everything. */
export interface Choice {
  readonly effect: "permit" | "deny";
  /** Practitioner/…, Organization/…, a role, a relative; nobody named: every clinician. */
  readonly actors: readonly string[];
  readonly categories: readonly string[];
  readonly labels: readonly string[];
  readonly things: readonly string[];
  readonly authors: readonly string[];
  readonly made_from: string;
  readonly made_until: string;
  readonly purposes: readonly string[];
  readonly from?: string | null;
  readonly until: string | null;
  readonly visit?: string | null;
  readonly acts: readonly Act[];
  readonly but: readonly string[];
  readonly but_emergency: boolean;
}

/** A Consent of hers; `choice` is null where it says more than plain parts can. */
export interface Said {
  readonly consent: string;
  readonly version: number;
  readonly at: string;
  readonly stands: boolean;
  readonly choice: Choice | null;
}

export const NOTHING_SAID: Choice = {
  effect: "permit",
  actors: [],
  categories: [],
  labels: [],
  things: [],
  authors: [],
  made_from: "",
  made_until: "",
  purposes: [],
  until: null,
  acts: ["access"],
  but: [],
  but_emergency: false,
};

export type Kind = "share" | "hide" | "research" | "help";

export const kindIcons: Record<Kind, LucideIcon> = {
  share: HandHeart,
  hide: EyeOff,
  research: Microscope,
  help: Users,
};

/** Whether somebody named may help her: a relative, or another patient. */
export function isHelper(actor: string): boolean {
  return actor.startsWith("RelatedPerson/") || actor.startsWith("Patient/");
}

export function kindOf(choice: Choice): Kind {
  if (choice.effect === "deny") return "hide";
  if (choice.actors.length > 0 && choice.actors.every(isHelper)) return "help";
  return choice.purposes.length === 1 && choice.purposes[0] === "HRESCH" ? "research" : "share";
}

/** Whether it can be said again as it was: not where its time is over, or it was for a visit. */
export function canSayAgain(choice: Choice, now: number): boolean {
  return !choice.visit && (!choice.until || new Date(choice.until).getTime() > now);
}

/** As the house takes it; what it adds itself is left out. */
export function toSend({ from: _from, visit: _visit, ...choice }: Choice): object {
  return choice;
}

/** Everybody and everything that is named in it. */
export function namedIn(choice: Choice): readonly string[] {
  return [...choice.actors, ...choice.but, ...choice.authors, ...choice.things];
}

/** What facts may be delicate about, most asked for first. Codes of HL7 v3 ActCode. */
export const LABELS = [
  "PSY",
  "ETH",
  "HIV",
  "STD",
  "SEX",
  "SDV",
  "GDIS",
  "ETHUD",
  "OPIOIDUD",
  "BH",
  "SICKLE",
] as const;
export type Label = (typeof LABELS)[number];

/** What one may look for; the first is what a doctor does. Codes of HL7 v3 ActReason. */
export const PURPOSES = ["TREAT", "HPAYMT", "HOPERAT", "HRESCH"] as const;
