/** One line of what somebody said. */
export interface Line {
  readonly id: number;
  /** The same for all that takes each other's place until it is finished. */
  readonly key: string;
  readonly slot: number;
  readonly name: string;
  /** Who typed it for them; "" where it is their own. */
  readonly by: string;
  readonly text: string;
  /** A tag as BCP 47 has it; "" where nobody knows. */
  readonly lang: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly isFinal: boolean;
  readonly isTyped: boolean;
  readonly isPrivate: boolean;
  /** We said it, or typed it for another. */
  readonly isMine: boolean;
  /** On the clock of whoever shows it [ms]. */
  readonly heardAt: number;
}

const DRAFT_MS = 6000; // what is not finished by then never will be
const LEAST_MS = 4000;
const MOST_MS = 15_000;
const READ_MS = 70; // for each letter, and three times as long for a Chinese sign
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/** How many letters' room a text takes: a wide sign takes that of three to read, of two to write. */
function room(text: string, ofWide: number): number {
  return [...text].reduce((sum, sign) => sum + (WIDE.test(sign) ? ofWide : 1), 0);
}

/** Until when a line is shown, on the clock of `heardAt` [ms]: as long as it takes to read it. */
export function isShownUntil({ heardAt, isFinal, text }: Line): number {
  if (!isFinal) return heardAt + DRAFT_MS;
  return heardAt + Math.min(MOST_MS, Math.max(LEAST_MS, 1500 + READ_MS * room(text, 3)));
}

/** The end of a text in so much room, from the beginning of a word if there is one. */
export function tail(text: string, most: number): string {
  if (room(text, 2) <= most) return text;
  const signs = [...text];
  let left = most - 2;
  let from = signs.length;
  for (; from > 0; from -= 1) {
    left -= WIDE.test(signs[from - 1] ?? "") ? 2 : 1;
    if (left < 0) break;
  }
  const end = signs.slice(from).join("");
  const space = end.indexOf(" ");
  return `… ${space >= 0 && space < end.length / 3 ? end.slice(space + 1) : end}`;
}

/** What one person said without another between. */
export interface Turn extends Pick<Line, "slot" | "name" | "by" | "isPrivate"> {
  /** Of its first line. */
  readonly id: number;
  readonly parts: readonly Pick<Line, "id" | "lang" | "text">[];
}

/** Lines as turns, the oldest first; of each turn the end that so many letters' room holds. */
export function turnsOf(lines: readonly Line[], most: number): Turn[] {
  const turns: { first: Line; all: Line[] }[] = [];
  for (const line of lines) {
    const last = turns.at(-1);
    if (last && areOfOneTurn(last.first, line)) last.all.push(line);
    else turns.push({ first: line, all: [line] });
  }
  return turns.map(({ first: { id, slot, name, by, isPrivate }, all }) => ({
    ...{ id, slot, name, by, isPrivate },
    parts: fitting(all, most),
  }));
}

function areOfOneTurn(one: Line, other: Line): boolean {
  const isOfOne = one.slot === other.slot && one.name === other.name && one.by === other.by;
  return isOfOne && one.isPrivate === other.isPrivate;
}

function fitting(turn: readonly Line[], most: number): Line[] {
  const parts: Line[] = [];
  let left = most;
  for (const line of turn.toReversed()) {
    if (parts.length > 0 && room(line.text, 2) > left) break;
    parts.unshift({ ...line, text: tail(line.text, most) });
    left -= room(line.text, 2);
  }
  return parts;
}

/** A text in parts of at most so many UTF-16 units, cut between words where that can be. */
export function pieces(text: string, most: number): string[] {
  const found: string[] = [];
  let rest = text.trim();
  while (rest.length > most) {
    const space = rest.lastIndexOf(" ", most);
    const cut = space > most / 2 ? space : whole(rest, most);
    found.push(rest.slice(0, cut).trim());
    rest = rest.slice(cut).trim();
  }
  return rest ? [...found, rest] : found;
}

/** Not through the middle of a sign that takes two units. */
function whole(text: string, at: number): number {
  return /[\uD800-\uDBFF]/.test(text.charAt(at - 1)) ? at - 1 : at;
}
