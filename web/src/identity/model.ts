import {
  Armchair,
  GraduationCap,
  HeartHandshake,
  type LucideIcon,
  Stethoscope,
  UserRoundCog,
} from "lucide-react";
import type { Me, Role } from "../kit/session";
import type { Closing, Return } from "./closing/model";

/** Roles a person may have; devices are registered elsewhere. */
export const PEOPLE_ROLES = ["patient", "clinician", "trainee", "educator", "operator"] as const;
export type PersonRole = (typeof PEOPLE_ROLES)[number];

export const roleIcons: Record<PersonRole, LucideIcon> = {
  patient: HeartHandshake,
  clinician: Stethoscope,
  trainee: GraduationCap,
  educator: Armchair,
  operator: UserRoundCog,
};

/** An invented person anybody may enter as in a demonstration. */
export interface DemoPerson {
  readonly email: string;
  readonly password: string;
  readonly name: string;
  readonly role: Role;
}

/** An account as an operator sees it. */
export interface Account {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly person: string | null;
  readonly language: Me["language"];
  /** Whoever was invited has not come yet. */
  readonly is_awaited?: boolean;
  readonly closing?: Closing | null;
  readonly return?: Return | null;
}

/** The house's rule for new passwords. */
export const SHORTEST_PASSWORD = 10;

/** How an app proves that it is itself. */
export const METHODS = ["none", "client_secret", "private_key_jwt"] as const;
export type Method = (typeof METHODS)[number];

/** An app that was let in, as an operator sees it. */
export interface Client {
  readonly id: string;
  readonly name: string;
  readonly publisher: string;
  readonly method: Method;
  readonly redirects: readonly string[];
  readonly scopes: readonly string[];
  readonly is_service: boolean;
}
