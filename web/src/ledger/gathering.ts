/** What somebody brought: a receipt, or one of the codes that one was put into. */

import { Unreadable } from "./bytes";
import { type Piece, readPiece, unpackReceipt } from "./packing";

export type Gathered =
  | { readonly kind: "receipt"; readonly receipt: unknown }
  | { readonly kind: "some"; readonly pieces: readonly Piece[]; readonly of: number }
  | { readonly kind: "nothing" };

const LONGEST = 1 << 20;

/** Take in a text beside the codes that were read before; never throws. */
export async function gather(text: string, before: readonly Piece[]): Promise<Gathered> {
  if (text.length > LONGEST) return { kind: "nothing" };
  const lines = text.split(/[\r\n]+/).filter((line) => line.trim() !== "");
  const found = lines.map(readPiece);
  if (found.length > 0 && found.every((piece) => piece !== null)) return join(before, found);
  try {
    return { kind: "receipt", receipt: parse(text) };
  } catch {
    return { kind: "nothing" };
  }
}

async function join(before: readonly Piece[], found: readonly Piece[]): Promise<Gathered> {
  const [first] = found;
  const all = [...before.filter(({ mark }) => mark === first?.mark), ...found];
  const pieces = [...new Map(all.map((piece) => [piece.at, piece])).values()];
  const of = first?.of ?? 0;
  if (pieces.length < of) return { kind: "some", pieces, of };
  try {
    return { kind: "receipt", receipt: await unpackReceipt(pieces) };
  } catch {
    return { kind: "nothing" };
  }
}

/** JSON in which nothing is said twice, for the last would win without a word. */
function parse(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (members(text) !== count(value)) throw new Unreadable("a member stands twice");
  return value;
}

/** How many members the objects of a JSON text have, as they are written. */
function members(text: string): number {
  return text.replace(/"(?:[^"\\]|\\.)*"/g, '""').split(":").length - 1;
}

function count(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const inner = Object.values(value).reduce((sum: number, each) => sum + count(each), 0);
  return inner + (Array.isArray(value) ? 0 : Object.keys(value).length);
}
