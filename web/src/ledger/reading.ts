/** Reads a receipt of either form; whatever is in it was written by strangers. */

import { canonical, fromBase64, HASH_BYTES, sha256, toHex, Unreadable } from "./bytes";

export const FORMAT = "asklepion-receipt/2";
export const FORMAT_1 = "asklepion-receipt/1";
/** Members that checks of their own look at: see extras.ts. */
export const MORE = ["consent", "chain"] as const;
export const ED25519 = 1;
export const COSIGNATURE = 4;

const MOST_STEPS = 64;
const MOST_WITNESSES = 16;
const ORIGIN = /^[!-*,-~]{1,200}$/;
const OF_BOTH = ["checkpoint", "event", "format", "index", "key", "proof", "verifier"];

export interface Verifier {
  readonly name: string;
  readonly hash: Uint8Array;
  readonly key: Uint8Array;
  /** As it was written: name+hash+key. */
  readonly text: string;
}

export interface Signature {
  readonly name: string;
  /** Hash of the key, and the signature itself. */
  readonly bytes: Uint8Array;
}

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
  /** What is signed. */
  readonly text: string;
  readonly signatures: readonly Signature[];
}

export interface Earlier {
  readonly checkpoint: Checkpoint;
  readonly proof: readonly Uint8Array[];
}

export interface Parts {
  readonly format: string;
  readonly event: Readonly<Record<string, unknown>>;
  readonly key: Uint8Array;
  readonly index: number;
  readonly proof: readonly Uint8Array[];
  readonly checkpoint: Checkpoint;
  readonly verifier: Verifier;
  readonly witnesses: readonly Verifier[];
  readonly earlier: Earlier | null;
  readonly more: Readonly<Record<string, unknown>>;
}

/** What a receipt holds; throws where it is none. */
export async function readParts(receipt: unknown): Promise<Parts> {
  const r = object(receipt);
  const names = Object.keys(r).sort();
  const must = r.format === FORMAT ? [...OF_BOTH, "witnesses"] : OF_BOTH;
  const may = r.format === FORMAT ? ["earlier", ...MORE] : [];
  if (r.format !== FORMAT && r.format !== FORMAT_1) throw new Unreadable("format");
  if (!must.every((name) => names.includes(name))) throw new Unreadable("a member is missing");
  if (!names.every((name) => must.includes(name) || may.includes(name))) {
    throw new Unreadable("a member is unknown");
  }
  const { index } = r;
  if (typeof index !== "number" || !Number.isSafeInteger(index) || index < 0) {
    throw new Unreadable("index");
  }
  const event = object(r.event);
  canonical(event); // says what in it can never have been committed
  return {
    format: r.format,
    event,
    key: fromBase64(r.key, HASH_BYTES),
    index,
    proof: readProof(r.proof),
    checkpoint: readCheckpoint(r.checkpoint),
    verifier: await readVerifier(r.verifier, ED25519),
    witnesses: await readWitnesses(r.witnesses ?? []),
    earlier: "earlier" in r ? readEarlier(r.earlier) : null,
    more: Object.fromEntries(MORE.filter((name) => name in r).map((name) => [name, r[name]])),
  };
}

function object(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Unreadable("no object");
  }
  return value as Record<string, unknown>;
}

function readProof(value: unknown): Uint8Array[] {
  if (!Array.isArray(value) || value.length > MOST_STEPS) throw new Unreadable("proof");
  return value.map((step) => fromBase64(step, HASH_BYTES));
}

function readEarlier(value: unknown): Earlier {
  const { checkpoint, proof, ...rest } = object(value);
  if (Object.keys(rest).length > 0) throw new Unreadable("earlier");
  return { checkpoint: readCheckpoint(checkpoint), proof: readProof(proof) };
}

async function readWitnesses(value: unknown): Promise<Verifier[]> {
  if (!Array.isArray(value) || value.length > MOST_WITNESSES) throw new Unreadable("witnesses");
  const found = await Promise.all(value.map((each) => readVerifier(each, COSIGNATURE)));
  if (new Set(found.map(({ text }) => text)).size !== found.length) {
    throw new Unreadable("a witness stands twice");
  }
  return found;
}

/** https://c2sp.org/tlog-checkpoint in https://c2sp.org/signed-note */
function readCheckpoint(note: unknown): Checkpoint {
  if (typeof note !== "string") throw new Unreadable("checkpoint");
  const gap = note.lastIndexOf("\n\n");
  if (gap < 0 || !note.endsWith("\n")) throw new Unreadable("checkpoint");
  const text = note.slice(0, gap + 1);
  const lines = text.split("\n");
  const [origin = "", size = "", root] = lines;
  if (lines.length !== 4 || !ORIGIN.test(origin) || !/^(0|[1-9]\d{0,14})$/.test(size)) {
    throw new Unreadable("checkpoint");
  }
  const signatures = note
    .slice(gap + 2, -1)
    .split("\n")
    .map((line) => {
      const [dash, name = "", encoded, ...rest] = line.split(" ");
      if (dash !== "\u2014" || rest.length > 0) throw new Unreadable("signature");
      return { name, bytes: fromBase64(encoded) };
    });
  return { origin, size: Number(size), root: fromBase64(root, HASH_BYTES), text, signatures };
}

/** A public key as name+hash+key: of a log (kind 1), or of a witness (kind 4). */
export async function readVerifier(text: unknown, kind: number): Promise<Verifier> {
  const [, name = "", hash = "", encoded] =
    typeof text === "string" ? (/^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? []) : [];
  const key = fromBase64(encoded, HASH_BYTES + 1);
  if (!ORIGIN.test(name) || key[0] !== kind) throw new Unreadable("verifier");
  const named = await keyHash(name, kind, key.slice(1));
  if (toHex(named) !== hash) throw new Unreadable("verifier");
  return { name, hash: named, key: key.slice(1), text: String(text) };
}

/** The four bytes by which a signature says whose it is. */
export async function keyHash(name: string, kind: number, key: Uint8Array): Promise<Uint8Array> {
  const named = new TextEncoder().encode(`${name}\n`);
  return (await sha256(named, new Uint8Array([kind]), key)).slice(0, 4);
}
