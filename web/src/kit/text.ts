import { Store, useStore } from "./store";

export type Language = "en" | "zh-CN";
export type Params = Readonly<Record<string, string | number>>;
type Catalogue = Readonly<Record<string, string>>;

export const languages: readonly { id: Language; name: string }[] = [
  { id: "en", name: "English" },
  { id: "zh-CN", name: "中文" },
];

const KEPT = "asklepion.language";
const catalogues: Record<Language, Record<string, string>> = { en: {}, "zh-CN": {} };
const bringers: Partial<Record<Language, () => Promise<Catalogue>>> = {};
let wanted: Language | null = null;

function remembered(): Language {
  const kept = globalThis.localStorage?.getItem(KEPT);
  if (kept === "en" || kept === "zh-CN") return kept;
  return globalThis.navigator?.language?.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}

/** The language in use, to watch. Read it with `language.get()`. */
export const language = new Store<Language>(remembered());

/** Show the house in a language, once its words are here, without remembering it. */
export async function showLanguage(next: Language): Promise<void> {
  wanted = next;
  const bring = bringers[next];
  if (bring) {
    addTexts(next, await bring());
    delete bringers[next];
  }
  if (wanted !== next) return; // somebody chose again meanwhile
  document.documentElement.lang = next;
  language.set(next);
}

/** Somebody chose: remember it on this machine. */
export async function setLanguage(next: Language): Promise<void> {
  localStorage.setItem(KEPT, next);
  await showLanguage(next);
}

/** Whether somebody chose a language on this machine; it then goes before the account's. */
export function isLanguageChosen(): boolean {
  return localStorage.getItem(KEPT) !== null;
}

/** Where a language's words are to be had, once somebody wants to read it. */
export function bringTexts(of: Language, bring: () => Promise<Catalogue>): void {
  bringers[of] = bring;
}

/** Take in words of a language. */
export function addTexts(to: Language, texts: Catalogue): void {
  Object.assign(catalogues[to], texts);
}

export function hasText(key: string): boolean {
  return key in catalogues[language.get()] || key in catalogues.en;
}

/**
 * The words for a key in the language in use. `{name}` is replaced by a parameter;
 * `{n|one|many}` picks by number (Chinese writes only one form, so it never needs it).
 */
export function t(key: string, params: Params = {}): string {
  const words = catalogues[language.get()][key] ?? catalogues.en[key];
  if (words === undefined) return key;
  return words.replace(/\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g, (whole, name: string, one, many) => {
    const value = params[name];
    if (value === undefined) return whole;
    if (one !== undefined) return Number(value) === 1 ? one : many;
    return typeof value === "number" ? number(value) : value;
  });
}

/** `t`, drawn again whenever the language changes. */
export function useText(): typeof t {
  useStore(language);
  return t;
}

/** A number as people here write it. */
export function number(value: number, digits?: number): string {
  const options: Intl.NumberFormatOptions =
    digits === undefined
      ? { maximumFractionDigits: 3 }
      : { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(language.get(), options).format(value);
}

const moments: Record<"date" | "time" | "moment", Intl.DateTimeFormatOptions> = {
  date: { dateStyle: "medium" },
  time: { timeStyle: "short" },
  moment: { dateStyle: "medium", timeStyle: "short" },
};

/** A moment (ISO 8601) as people here write it, in their own time zone. */
export function moment(iso: string, as: "date" | "time" | "moment" = "moment"): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime())
    ? iso
    : new Intl.DateTimeFormat(language.get(), moments[as]).format(at);
}

/** How long ago or until (`2 minutes ago`, `in 3 hours`), seen from `now` [ms]. */
export function ago(iso: string, now: number = Date.now()): string {
  const seconds = (new Date(iso).getTime() - now) / 1000;
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [
    ["year", 31557600],
    ["month", 2629800],
    ["day", 86400],
    ["hour", 3600],
    ["minute", 60],
  ];
  const [unit, size] = steps.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
  const words = new Intl.RelativeTimeFormat(language.get(), { numeric: "auto" });
  return words.format(Math.round(seconds / size), unit);
}
