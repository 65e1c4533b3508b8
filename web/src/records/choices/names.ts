import { api, type Headers } from "../../kit/api";
import { useAsked } from "../../kit/asked";
import { hasText, moment, t, useText } from "../../kit/text";
import { headersOf, useSubject } from "../subject";
import type { NameOf } from "./say";

const ROLE = "role|";

interface Coded {
  readonly text?: string;
  readonly coding?: readonly { system?: string; code?: string; display?: string }[];
}

interface HumanName {
  readonly text?: string;
  readonly prefix?: readonly string[];
  readonly given?: readonly string[];
  readonly family?: string;
}

/** As much of any resource as its name needs. */
export interface Named {
  readonly resourceType: string;
  readonly id: string;
  readonly name?: string | readonly HumanName[];
  readonly code?: Coded | readonly Coded[];
  readonly type?: Coded | readonly Coded[];
  readonly description?: string;
  readonly medicationCodeableConcept?: Coded;
  readonly vaccineCode?: Coded;
  readonly date?: string;
  readonly effectiveDateTime?: string;
  readonly practitioner?: { readonly reference?: string };
  readonly organization?: { readonly reference?: string };
}

export interface Bundle<T> {
  readonly entry?: readonly { readonly resource?: T }[];
}

export async function search<T>(
  query: string,
  stop?: AbortSignal,
  headers?: Headers,
): Promise<T[]> {
  const { entry = [] } = await api.get<Bundle<T>>(`/fhir/R4/${query}`, stop, headers);
  return entry.flatMap(({ resource }) => (resource ? [resource] : []));
}

/** What somebody or something is called; "" where its record does not say. */
export function titleOf(it: Named): string {
  if (typeof it.name === "string") return it.name;
  const [first] = it.name ?? [];
  if (first) {
    const { prefix = [], given = [], family = "", text } = first;
    return text ?? [...prefix, ...given, family].join(" ").trim();
  }
  const [concept] = [it.medicationCodeableConcept, it.vaccineCode, it.code, it.type]
    .flat()
    .filter((one) => one !== undefined);
  const title = it.description ?? concept?.text ?? concept?.coding?.[0]?.display ?? "";
  const at = it.effectiveDateTime ?? it.date;
  return title && at ? `${title} (${moment(at, "date")})` : title;
}

/** A role of clinicians, as a choice names it. */
export interface RoleName {
  readonly actor: string;
  readonly name: string;
}

/** Every role that somebody has in this house. */
export async function readRoles(stop?: AbortSignal): Promise<RoleName[]> {
  const found = await search<Named>("PractitionerRole?_count=200", stop);
  const roles = new Map<string, string>();
  for (const { code } of found)
    for (const concept of [code ?? []].flat())
      for (const { system = "", code: value, display } of concept.coding ?? [])
        if (value) roles.set(`${ROLE}${system}|${value}`, concept.text ?? display ?? value);
  return [...roles].map(([actor, name]) => ({ actor, name }));
}

/** What to say where nobody tells us a name. */
export function unnamed(reference: string): string {
  if (reference.startsWith(ROLE)) {
    return t("records.say.role", { name: reference.split("|").at(-1) ?? "" });
  }
  const [type = "", id = ""] = reference.split("/");
  const key = `records.unnamed.${type}`;
  return t(hasText(key) ? key : "records.unnamed.other", { id });
}

async function nameOf(reference: string, headers: Headers, stop: AbortSignal): Promise<string> {
  try {
    return titleOf(await api.get<Named>(`/fhir/R4/${reference}`, stop, headers));
  } catch {
    return ""; // it may be gone, or not for us to see
  }
}

async function readNames(
  references: readonly string[],
  headers: Headers,
  stop: AbortSignal,
): Promise<Record<string, string>> {
  const names: Record<string, string> = {};
  const plain = references.filter((one) => !one.startsWith(ROLE));
  const found = await Promise.all(plain.map((one) => nameOf(one, headers, stop)));
  plain.forEach((one, at) => {
    names[one] = found[at] ?? "";
  });
  if (plain.length < references.length) {
    for (const { actor, name } of await readRoles(stop).catch(() => [])) {
      names[actor] = t("records.say.role", { name });
    }
  }
  return names;
}

/** How everybody and everything named here is called. */
export function useNames(references: readonly string[]): NameOf {
  useText();
  const who = useSubject();
  const wanted = [...new Set(references)].sort();
  const names = useAsked(
    (stop) => readNames(wanted, headersOf(who), stop),
    [wanted, who?.patient ?? ""],
  );
  return (reference) => names.value?.[reference] || unnamed(reference);
}
