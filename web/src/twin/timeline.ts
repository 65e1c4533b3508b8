import type { Entry } from "../wire/twin";

export interface Year {
  readonly year: number;
  readonly entries: readonly Entry[];
}

/** The year of a moment, where the reader lives. */
export function yearOf(at: string): number {
  return new Date(at).getFullYear();
}

/** Entries by year, in the order they come in. */
export function yearsOf(entries: readonly Entry[]): Year[] {
  const years = new Map<number, Entry[]>();
  for (const entry of entries) {
    const year = yearOf(entry.at);
    years.set(year, [...(years.get(year) ?? []), entry]);
  }
  return [...years].map(([year, found]) => ({ year, entries: found }));
}

export interface Wish {
  readonly kind: string;
  readonly words: string;
}

/** Entries of one kind ("" for all) in which every word that was typed begins some word. */
export function matching(entries: readonly Entry[], { kind, words }: Wish): readonly Entry[] {
  const wanted = words.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter((entry) => {
    if (kind && entry.kind !== kind) return false;
    if (wanted.length === 0) return true;
    const said = [entry.text, entry.note, entry.author, ...entry.values.map(({ text }) => text)];
    const all = said.join(" ").toLocaleLowerCase();
    return wanted.every((word) => all.includes(word));
  });
}

/** How many entries there are of each kind, most frequent first. */
export function kindsOf(entries: readonly Entry[]): { kind: string; key: string; count: number }[] {
  const kinds = new Map<string, { kind: string; key: string; count: number }>();
  for (const { kind, kind_key } of entries) {
    const known = kinds.get(kind) ?? { kind, key: kind_key, count: 0 };
    kinds.set(kind, { ...known, count: known.count + 1 });
  }
  return [...kinds.values()].sort((a, b) => b.count - a.count || a.kind.localeCompare(b.kind));
}

export interface Bar {
  readonly year: number;
  readonly count: number;
}
export interface Span {
  readonly id: string;
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly lane: number;
}
export interface Overview {
  readonly first: number;
  readonly last: number;
  readonly bars: readonly Bar[];
  readonly spans: readonly Span[];
}

const LANES = 4;
const SHORT_YEARS = 0.25;

/** A life at a glance: how much happened each year, and which conditions lasted. */
export function overviewOf(entries: readonly Entry[], now: number = Date.now()): Overview | null {
  if (entries.length === 0) return null;
  const years = entries.map(({ at }) => yearOf(at));
  const [first, last] = [
    Math.min(...years),
    Math.max(...years, yearOf(new Date(now).toISOString())),
  ];
  const bars = Array.from({ length: last - first + 1 }, (_, i) => ({
    year: first + i,
    count: years.filter((year) => year === first + i).length,
  }));
  return { first, last, bars, spans: spansOf(entries, now) };
}

function spansOf(entries: readonly Entry[], now: number): Span[] {
  const ends: number[] = [];
  return entries
    .filter(({ kind }) => kind === "condition")
    .map(({ id, text, at, until }) => ({
      id,
      text,
      from: fraction(at),
      to: until ? fraction(until) : fraction(new Date(now).toISOString()),
    }))
    .filter(({ from, to }) => to - from > SHORT_YEARS)
    .sort((a, b) => a.from - b.from)
    .flatMap((span) => {
      const free = ends.findIndex((end) => end <= span.from);
      const lane = free >= 0 ? free : ends.length;
      if (lane >= LANES) return [];
      ends[lane] = span.to;
      return { ...span, lane };
    });
}

/** A moment as a year with its share gone by: 2020-07-01 is about 2020.5. */
function fraction(at: string): number {
  const date = new Date(at);
  const start = new Date(date.getFullYear(), 0, 1).getTime();
  const end = new Date(date.getFullYear() + 1, 0, 1).getTime();
  return date.getFullYear() + (date.getTime() - start) / (end - start);
}
