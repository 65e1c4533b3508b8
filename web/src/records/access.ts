import {
  Ban,
  Download,
  Eye,
  FilePlus,
  HandHeart,
  type LucideIcon,
  Search,
  Trash2,
  Undo2,
  Upload,
} from "lucide-react";
import { hasText, t } from "../kit/text";
import { type Category, categoryOf } from "./categories";

/** One line of "who looked at my data", as the house tells it. */
export interface AccessEntry {
  readonly id: string;
  /** Counts this patient's entries; the next page comes before the last one's. */
  readonly number: number;
  readonly at: string;
  readonly action: string;
  readonly outcome: "permit" | "deny";
  readonly actor: string;
  readonly actor_name: string;
  readonly actor_person: string | null;
  readonly purpose: string;
  readonly visit: string | null;
  readonly via: string;
  readonly consent: string | null;
  readonly what: Readonly<Record<string, number>>;
  readonly categories: readonly (string | number)[];
}

export const actionIcons: Record<string, LucideIcon> = {
  read: Eye,
  search: Search,
  write: FilePlus,
  delete: Trash2,
  import: Upload,
  grant: HandHeart,
  revoke: Undo2,
  refuse: Ban,
  export: Download,
};

const CONSOLE = "console"; // a command at the machine itself, which has no account

function nameOf({ actor, actor_name }: AccessEntry): string {
  return actor === CONSOLE ? t("records.operator") : actor_name || t("records.nobody");
}

/** What was done, as one sentence; `me` is called "you". */
export function sentence(entry: AccessEntry, me: string): string {
  const who = entry.actor === me ? t("records.you") : nameOf(entry);
  const key = `records.did.${entry.action}.${entry.outcome}`;
  return t(hasText(key) ? key : `records.did.other.${entry.outcome}`, { who });
}

/** How many of what: "12 measurements, 3 conditions". */
export function things(entry: AccessEntry): string {
  return Object.entries(entry.what)
    .map(([type, count]) => {
      const key = `records.type.${type}`;
      return t(hasText(key) ? key : "records.type.other", { n: count });
    })
    .join(t("records.comma"));
}

/** Why, and by which way: "for treatment, in a visit · on the timeline". */
export function reasons(entry: AccessEntry): string {
  const purpose = `records.purpose.${entry.purpose}`;
  const via = `records.via.${entry.via.replaceAll(" ", "-")}`;
  return [
    hasText(purpose) ? t(purpose) : "",
    entry.visit ? t("records.in-visit") : "",
    hasText(via) ? t(via) : "",
  ]
    .filter(Boolean)
    .join(" · ");
}

export function categoriesOf(entry: AccessEntry): readonly Category[] {
  return [...new Set(entry.categories.map(categoryOf))];
}

/** Whether a receipt's event is this very entry: a proof of something else proves nothing here. */
export function isAbout(event: Readonly<Record<string, unknown>>, entry: AccessEntry): boolean {
  const same = ["id", "number", "at", "action", "outcome", "actor", "purpose", "visit"] as const;
  return (
    same.every((name) => event[name] === entry[name]) &&
    JSON.stringify(event.what) === JSON.stringify(entry.what)
  );
}

/** A home device writing into the record: often, and seldom what one looks for. */
export function isDevice(entry: AccessEntry): boolean {
  return entry.via === "device" && entry.outcome === "permit";
}

/** Days apart, newest first, so that a long list can be read. */
export function byDay(entries: readonly AccessEntry[]): [string, AccessEntry[]][] {
  const days = new Map<string, AccessEntry[]>();
  for (const entry of entries) {
    const day = new Date(entry.at).toDateString();
    days.set(day, [...(days.get(day) ?? []), entry]);
  }
  return [...days.values()].map((day) => [day[0]?.at ?? "", day]);
}

/** What was done several times on end in the same way, newest first. */
export type Run = readonly [AccessEntry, ...AccessEntry[]];

/** Entries in their order, the same thing done again and again gathered into one run. */
export function runsOf(entries: readonly AccessEntry[]): Run[] {
  const runs: [AccessEntry, ...AccessEntry[]][] = [];
  for (const entry of entries) {
    const run = runs.at(-1);
    if (run && kindOf(run[0]) === kindOf(entry)) run.push(entry);
    else runs.push([entry]);
  }
  return runs;
}

function kindOf({ actor, action, outcome, via, purpose, visit }: AccessEntry): string {
  return [actor, action, outcome, via, purpose, visit].join(" ");
}
