import {
  Ban,
  BellRing,
  CalendarDays,
  Download,
  Eye,
  FilePlus,
  FlaskConical,
  HandHeart,
  HeartPulse,
  LayoutDashboard,
  Link2Off,
  LockKeyholeOpen,
  type LucideIcon,
  MonitorSmartphone,
  MoonStar,
  PersonStanding,
  Radio,
  Search,
  Share2,
  Siren,
  Trash2,
  Undo2,
  Upload,
  Watch,
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
  /** The app they looked through, if any, by id and by name. */
  readonly app?: string | null;
  readonly app_name?: string | null;
  readonly consent: string | null;
  readonly what: Readonly<Record<string, number>>;
  readonly categories: readonly (string | number)[];
  /** Further facts, such as the search as it was asked, or why the glass was broken. */
  readonly detail?: Readonly<Record<string, string>>;
}

/** What was done in the same way once or more on one day, folded into one. */
export interface AccessGroup {
  /** The same for what belongs together, also on the next page. */
  readonly key: string;
  /** The day where the reader is, such as 2026-03-01. */
  readonly day: string;
  readonly count: number;
  readonly first_at: string;
  readonly last_at: string;
  readonly what: Readonly<Record<string, number>>;
  readonly newest: AccessEntry;
}

/** What a line tells of; the house folds and filters by these. */
export const KINDS = ["looked", "changed", "allowed", "refused", "device"] as const;
export type Kind = (typeof KINDS)[number];

const actionIcons: Record<string, LucideIcon> = {
  read: Eye,
  search: Search,
  write: FilePlus,
  delete: Trash2,
  import: Upload,
  grant: HandHeart,
  revoke: Undo2,
  refuse: Ban,
  export: Download,
  share: Share2,
  "break-glass": Siren,
  unshare: Link2Off,
  open: LockKeyholeOpen,
};

const viaIcons: Record<string, LucideIcon> = {
  "risk cards": LayoutDashboard,
  "overnight list": MoonStar,
  timeline: CalendarDays,
  vitals: HeartPulse,
  body: PersonStanding,
  simulation: FlaskConical,
  live: Radio,
  device: Watch,
  alerts: BellRing,
  rest: MonitorSmartphone,
};

/** Ways on which a look is a screen drawing itself, rather than somebody searching. */
const SCREENS: ReadonlySet<string> = new Set([
  "risk cards",
  "timeline",
  "vitals",
  "body",
  "live",
  "alerts",
  "plans",
]);
const LOOKS: ReadonlySet<string> = new Set(["read", "search"]);
/** A command at the machine itself, and the house by itself: they have no account. */
const UNMANNED: ReadonlySet<string> = new Set(["console", "house"]);

/** A picture for a line: of the way for a look, else of what was done. */
export function iconOf({ action, via }: AccessEntry): LucideIcon {
  const byWay = LOOKS.has(action) ? viaIcons[via] : undefined;
  return byWay ?? actionIcons[action] ?? Eye;
}

export function nameOf({ actor, actor_name }: Pick<AccessEntry, "actor" | "actor_name">): string {
  if (actor === "watch") return t("records.watch");
  if (actor === "nightly") return t("records.nightly");
  return UNMANNED.has(actor) ? t("records.operator") : actor_name || t("records.nobody");
}

/** Whose record lines are about: somebody's whom the reader helps; null is the reader's own. */
export type Whose = { readonly person: string; readonly name: string } | null;

/** "your" and "you", "Lina’s" and "Lina"; and "their own" where she looked at her record herself. */
function possessor(whose: Whose, entry: AccessEntry): { whose: string; whom: string } {
  if (!whose) return { whose: t("records.whose.your"), whom: t("records.whose.you") };
  const { name } = whose;
  const isOwn = entry.actor_person === whose.person;
  return { whose: t(isOwn ? "records.whose.own" : "records.whose.other", { name }), whom: name };
}

/** What was done, as one sentence; `me` is called "you". */
export function sentence(entry: AccessEntry, me: string, whose: Whose = null): string {
  const person = entry.actor === me ? t("records.you") : nameOf(entry);
  const app = entry.app_name;
  const who = app ? t("records.by-app", { who: person, app }) : person;
  const key = `records.did.${entry.action}.${entry.outcome}`;
  return t(hasText(key) ? key : `records.did.other.${entry.outcome}`, {
    who,
    ...possessor(whose, entry),
  });
}

/**
 * What a group was, as one sentence: "Dr Okafor's screen re-read your vital signs 40 times for the
 * risk cards". Only looks are put so; anything else done again is told as if done once.
 */
export function groupSentence(
  { newest, count }: AccessGroup,
  me: string,
  whose: Whose = null,
): string {
  const { action, outcome, via } = newest;
  if (newest.app_name) return sentence(newest, me, whose);
  if (count < 2 || outcome !== "permit" || !LOOKS.has(action)) return sentence(newest, me, whose);
  const mine = newest.actor === me ? "own" : "other";
  const kind = SCREENS.has(via) ? "screen" : "person";
  const way = `records.way.${via.replaceAll(" ", "-")}`;
  return t(`records.folded.${kind}.${mine}`, {
    who: nameOf(newest),
    what: looked(newest, whose),
    n: count,
    way: hasText(way) ? t(way) : "",
  })
    .replace(/ +([.。]?)$/, "$1")
    .trim();
}

const MOST_NAMED = 3;

/** Whose what it was, in plain words: "your vital signs, your medicines and more". */
export function looked(entry: AccessEntry, whose: Whose = null): string {
  const { whose: of } = possessor(whose, entry);
  const categories = categoriesOf(entry);
  if (categories.length === 0) return t("records.yours.record", { whose: of });
  const named = categories
    .slice(0, MOST_NAMED)
    .map((it) => t(`records.yours.${it}`, { whose: of }));
  const list = named.join(t("records.comma"));
  return categories.length > MOST_NAMED ? t("records.yours.more", { list }) : list;
}

/** How many of what: "12 measurements, 3 conditions". */
export function things({ what }: Pick<AccessEntry, "what">): string {
  return Object.entries(what)
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
    JSON.stringify(event.what) === JSON.stringify(entry.what) &&
    JSON.stringify(event.detail ?? {}) === JSON.stringify(entry.detail ?? {})
  );
}
