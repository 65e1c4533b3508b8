import { Unproven } from "./unproven";

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;
const HALF = /\p{Surrogate}/u; // of a character, without the other half
const LARGEST = 262_144; // characters
const DEEPEST = 32;

/** JSON that every reader reads alike: names once, no numbers that are none, not very deep. */
export function parseJson(text: string): unknown {
  if (text.length > LARGEST) throw new Unproven("form");
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    throw new Unproven("form");
  }
  requireOnce(text);
  return found;
}

/** Of two values under one name, readers choose differently. */
function requireOnce(text: string): void {
  const open: (Set<string> | null)[] = []; // names so far; none of an array
  const tokens = text.match(TOKEN) ?? [];
  for (const [at, token] of tokens.entries()) {
    if (token === "{") open.push(new Set());
    else if (token === "[") open.push(null);
    else if (token === "}" || token === "]") open.pop();
    else if (token !== ":" && tokens[at + 1] === ":") {
      const names = open.at(-1);
      const name = JSON.parse(token) as string;
      if (names?.has(name)) throw new Unproven("form");
      names?.add(name);
    }
    if (open.length > DEEPEST) throw new Unproven("form");
  }
}

/** JSON in its one canonical form. https://www.rfc-editor.org/rfc/rfc8785 */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const told = value as Record<string, unknown>;
    const names = Object.keys(told).sort(); // by UTF-16 code units, as it must be
    return `{${names.map((name) => `${word(name)}:${canonical(told[name])}`).join(",")}}`;
  }
  if (typeof value === "string") return word(value);
  if (typeof value === "number" && !Number.isFinite(value)) throw new Unproven("form");
  return JSON.stringify(value);
}

function word(text: string): string {
  if (HALF.test(text)) throw new Unproven("form");
  return JSON.stringify(text);
}
