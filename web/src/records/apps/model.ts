import { t } from "../../kit/text";
import { type Category, categoryOf } from "../categories";

/** One scope as the house explains it; those that are about no record have a text alone. */
export interface Scope {
  readonly text: string;
  readonly context?: "patient" | "user" | "system";
  /** A FHIR type, or * for every one. */
  readonly type?: string;
  /** Of c, r, u, d, s. */
  readonly acts?: string;
  readonly params?: readonly (readonly [string, string])[];
  readonly categories?: readonly string[];
}

export interface AppName {
  readonly id: string;
  readonly name: string;
  readonly publisher: string;
}

/** What an app asks, or the address to go to at once. */
export interface Asked {
  readonly redirect?: string;
  readonly client: AppName;
  readonly scopes: readonly Scope[];
  /** Patient/…, where it is certain. */
  readonly patient: string | null;
  readonly chooses_patient: boolean;
  readonly goes_to: string;
}

/** An app that one gave something. */
export interface Connected {
  readonly client: AppName;
  readonly scopes: readonly Scope[];
  readonly since: string;
  readonly used_at: string | null;
  readonly until: string;
  readonly is_offline: boolean;
}

export const IDENTITY = ["openid", "fhirUser", "profile"];
export const OFFLINE = "offline_access";
export const ONLINE = "online_access";
/** Kinds of facts that are named one by one; of more it is told how many. */
const FEW = 3;

export function isOfRecord(scope: Scope): boolean {
  return scope.type !== undefined;
}

export function categoriesIn(scope: Scope): readonly Category[] {
  return [...new Set((scope.categories ?? []).map(categoryOf))];
}

/** What it is about, in the words consent is given in. */
export function labelOf(scope: Scope): string {
  if (scope.type === "*") return t("records.app.everything");
  const categories = categoriesIn(scope);
  const [first] = categories;
  if (first === "other" || first === undefined) return scope.type ?? scope.text;
  if (categories.length > FEW) return t("records.app.measurements");
  return categories.map((each) => t(`records.category.${each}`)).join(t("records.comma"));
}

/** What is done with it: "look at", "look at, add and change". */
export function actsOf(scope: Scope): string {
  const acts = scope.acts ?? "";
  const done = [
    /[rs]/.test(acts) ? "look" : "",
    acts.includes("c") ? "add" : "",
    acts.includes("u") ? "change" : "",
    acts.includes("d") ? "remove" : "",
  ].filter(Boolean);
  const words = done.map((each) => t(`records.app.act.${each}`)).join(t("records.comma"));
  const narrowed = (scope.params ?? []).filter(([name]) => name !== "category");
  if (narrowed.length === 0) return words;
  const only = narrowed.map(([name, value]) => `${name} = ${value}`).join(t("records.comma"));
  return `${words} · ${t("records.app.only", { what: only })}`;
}

/** Whether an app may write: worth a sign of its own. */
export function writes(scope: Scope): boolean {
  return /[cud]/.test(scope.acts ?? "");
}

/** The scopes about the record: those about one patient, then those about everybody. */
export function ofRecord(scopes: readonly Scope[]): [Scope["context"], readonly Scope[]][] {
  return (["patient", "user"] as const)
    .map((context): [Scope["context"], readonly Scope[]] => [
      context,
      scopes.filter((scope) => scope.context === context),
    ])
    .filter(([, found]) => found.length > 0);
}

/** For how long it was or would be given. */
export function lastsKey(texts: readonly string[]): string {
  if (texts.includes(OFFLINE)) return "records.app.lasts.offline";
  return texts.includes(ONLINE) ? "records.app.lasts.online" : "records.app.lasts.once";
}

/** The host that somebody is sent to, as it can be read. */
export function hostOf(address: string): string {
  try {
    const { host, protocol } = new URL(address);
    return host || protocol.replace(":", "");
  } catch {
    return address;
  }
}
