import type { Scored, ScoreInput } from "../../wire/twin";

/** What stands in one field now: as typed, yes or no, or an option; null for "not known". */
export type Draft = string | boolean | null;
export type Drafts = Readonly<Record<string, Draft>>;
/** What is told to the house: null takes away what the record says. */
export type Told = Readonly<Record<string, number | string | boolean | null>>;

/** How names are written for people, where scripts write them in plain letters. */
const WRITTEN: Readonly<Record<string, string>> = {
  "CHA2DS2-VASc": "CHA₂DS₂-VASc",
  "MELD-3.0": "MELD 3.0",
};

export function nameOf({ name }: Pick<Scored, "name">): string {
  return WRITTEN[name] ?? name;
}

/** What the record tells that counts, as a field shows it; null where it tells nothing. */
export function recordOf({ origin, value }: ScoreInput): Draft {
  if (origin !== "record" || value === null) return null;
  return typeof value === "number" ? String(Number(value.toFixed(3))) : value;
}

/** What a field shows: what was told here goes before the record. */
export function shownOf(input: ScoreInput, drafts: Drafts): Draft {
  return input.key in drafts ? (drafts[input.key] ?? null) : recordOf(input);
}

/** Whether a yes or no follows from numbers that are known, and so need not be asked for. */
export function isFollowing(
  { of }: ScoreInput,
  inputs: readonly ScoreInput[],
  drafts: Drafts,
): boolean {
  const known = inputs.filter(({ key }) => of.includes(key));
  return of.length > 0 && known.every((one) => !isEmpty(shownOf(one, drafts)));
}

function isEmpty(draft: Draft): boolean {
  return draft === null || draft === "";
}

/** What differs from the record, for the house to compute with. */
export function toldOf(inputs: readonly ScoreInput[], drafts: Drafts): Told {
  const told: Record<string, number | string | boolean | null> = {};
  for (const input of inputs) {
    const draft = drafts[input.key];
    if (draft === undefined || isFollowing(input, inputs, drafts)) continue;
    if (isEmpty(draft)) {
      if (recordOf(input) !== null) told[input.key] = null;
    } else if (draft !== recordOf(input)) {
      told[input.key] = input.kind === "number" ? Number(draft) : draft;
    }
  }
  return told;
}

/** Whether the words of a search are in what a score is called. */
export function hasWords(words: string, names: readonly string[]): boolean {
  const wanted = fold(words);
  return names.some((name) => fold(name).includes(wanted));
}

function fold(words: string): string {
  return words
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s\p{P}]/gu, "");
}
