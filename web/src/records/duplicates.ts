/** How far two records agree about something. */
export type Level = "same" | "close" | "differs" | "unknown";
export type Grade = "certain" | "probable" | "possible";

/** Two records that may be one person's; names nobody. */
export interface Pair {
  readonly id: string;
  readonly grade: Grade;
  readonly levels: Readonly<Record<string, Level>>;
  readonly one: string;
  readonly other: string;
}

/** Who somebody is, as far as it takes to decide. */
export interface PersonShown {
  readonly id: string;
  readonly names: readonly string[];
  readonly birth_date: string;
  readonly gender: string;
  readonly addresses: readonly string[];
  readonly telecoms: readonly string[];
  readonly numbers: readonly string[];
  readonly entries: number;
  readonly has_account: boolean;
}

export interface Two extends Pair {
  readonly people: readonly [PersonShown, PersonShown];
}

export interface Merge {
  readonly id: string;
  readonly survivor: string;
  readonly merged: string;
  readonly made_at: string;
  readonly undone_at: string | null;
  readonly left: readonly string[];
}

export const REASONS = ["document", "number", "herself", "clinic"] as const;
export type Reason = (typeof REASONS)[number];

/** What is compared, in the order in which it is read aloud: field, and which levels speak of it. */
export const ROWS = [
  { row: "name", levels: ["family", "given"] },
  { row: "birth", levels: ["birth"] },
  { row: "gender", levels: ["gender"] },
  { row: "address", levels: ["address"] },
  { row: "contact", levels: ["phone", "email"] },
  { row: "number", levels: ["identifier"] },
] as const;
export type Row = (typeof ROWS)[number]["row"];

const order: Record<Level, number> = { unknown: 0, same: 1, close: 2, differs: 3 };

/** How far two agree in one row: as its worst part says. */
export function levelOf(pair: Pair, levels: readonly string[]): Level {
  const found = levels.map((name) => pair.levels[name] ?? "unknown");
  return found.reduce((worst, level) => (order[level] > order[worst] ? level : worst), "unknown");
}

/** What stands in one row about one of the two. */
export function valuesOf(person: PersonShown, row: Row): readonly string[] {
  const held: Record<Row, readonly string[]> = {
    name: person.names,
    birth: [person.birth_date],
    gender: [person.gender],
    address: person.addresses,
    contact: person.telecoms,
    number: person.numbers,
  };
  return held[row].filter(Boolean);
}

/** Who stays unless somebody says otherwise: who can sign in, else of whom more is kept. */
export function likelySurvivor([one, other]: readonly [PersonShown, PersonShown]): PersonShown {
  if (one.has_account !== other.has_account) return one.has_account ? one : other;
  return other.entries > one.entries ? other : one;
}
