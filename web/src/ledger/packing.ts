/**
 * Reads the codes (QR) that a receipt was put into. How they are written stands in the house's
 * own `ledger/engine/receipt/packing.py`, whose code this does not share.
 */

import { HASH_BYTES, joined, sha256, toBase64, toHex, Unreadable } from "./bytes";
import { COSIGNATURE, ED25519, FORMAT, keyHash, MORE } from "./reading";

const PART = /^ASKR2:([1-9]\d?)\/([1-9]\d?):([0-9A-F]{8}):([0-9A-Z $%*+\-./:]*)$/;
const SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const SIGNATURE_BYTES = 64;
const STAMP_BYTES = 8;
const MOST_JSON = 1 << 18;

/** What events are full of; part of the format, so that it never changes. */
const WORDS =
  '"},"deny","nobody","create","update","delete","break-glass","demographics","medications"' +
  '"laboratory","documents","allergies","problems","DiagnosticReport/","MedicationRequest/"' +
  '"Condition/","Encounter/","Practitioner/","Consent/","Patient?_id=","query":"Observation?' +
  "patient=Patient/" +
  '{"action":"read","search","actor":"","actor_name":"Dr ","actor_person":"Practitioner/",' +
  '"app":"","app_name":"","at":"2026-01-01T00:00:00.000Z","categories":["vitals"],"consent":' +
  'null,"detail":{"reason":"","query":"Observation?code=&patient=Patient/"},"id":"0197-7",' +
  '"number":1,"outcome":"permit","patient":"Patient/","purpose":"TREAT","HOPERAT","PATRQT",' +
  '"refs":["Observation/019","Observation/"],"via":"risk cards","visit":null,' +
  '"what":{"Condition":1,"Observation":12}}';

/** One code, read: which of how many it is, and of which receipt. */
export interface Piece {
  readonly at: number;
  readonly of: number;
  readonly mark: string;
  readonly signs: string;
}

export function readPiece(text: string): Piece | null {
  const found = PART.exec(text.replace(/^[\r\n\t]+|[\r\n\t]+$/g, ""));
  if (!found) return null;
  const [, at, of, mark = "", signs = ""] = found;
  return { at: Number(at), of: Number(of), mark, signs };
}

/** The receipt that some codes hold, in any order; throws where they do not make one. */
export async function unpackReceipt(pieces: readonly Piece[]): Promise<unknown> {
  const [first] = pieces;
  const places = new Map(pieces.map((piece) => [piece.at, piece.signs]));
  if (!first || pieces.some(({ mark, of }) => mark !== first.mark || of !== first.of)) {
    throw new Unreadable("not of one receipt");
  }
  const signs = Array.from({ length: first.of }, (_, n) => places.get(n + 1));
  if (signs.includes(undefined) || places.size !== first.of) throw new Unreadable("not all");
  const whole = fromBase45(signs.join(""));
  const mark = toHex((await sha256(whole)).slice(0, 4)).toUpperCase();
  if (mark !== first.mark) throw new Unreadable("not read rightly");
  return await new Reader(whole).receipt();
}

class Reader {
  private at = 0;
  constructor(private readonly whole: Uint8Array) {}

  async receipt(): Promise<unknown> {
    const origin = this.name();
    const key = this.take(HASH_BYTES);
    const lines = [await line(origin, ED25519, key, this.take(SIGNATURE_BYTES))];
    const text = this.state(origin);
    const index = this.number();
    const secret = this.take(HASH_BYTES);
    const proof = this.hashes();
    const witnesses: string[] = [];
    for (let n = this.number(); n > 0; n--) {
      const [name, own] = [this.name(), this.take(HASH_BYTES)];
      witnesses.push(await verifier(name, COSIGNATURE, own));
      lines.push(await line(name, COSIGNATURE, own, this.take(STAMP_BYTES + SIGNATURE_BYTES)));
    }
    const hasEarlier = this.number();
    if (hasEarlier > 1) throw new Unreadable("flag");
    const earlier = hasEarlier ? { earlier: await this.earlier(origin, key) } : {};
    const event = await json(this.take(this.number()));
    const rest = this.take(this.number());
    const more = rest.length > 0 ? await json(rest) : {};
    const isKnown = Object.keys(more).every((name) => MORE.some((each) => each === name));
    if (this.at !== this.whole.length || !isKnown) throw new Unreadable("more than a receipt");
    return {
      format: FORMAT,
      event,
      key: toBase64(secret),
      index,
      proof,
      checkpoint: `${text}\n${lines.join("")}`,
      verifier: await verifier(origin, ED25519, key),
      witnesses,
      ...earlier,
      ...more,
    };
  }

  private async earlier(origin: string, key: Uint8Array): Promise<unknown> {
    const text = this.state(origin);
    const signed = await line(origin, ED25519, key, this.take(SIGNATURE_BYTES));
    return { checkpoint: `${text}\n${signed}`, proof: this.hashes() };
  }

  private state(origin: string): string {
    const size = this.number();
    return `${origin}\n${size}\n${toBase64(this.take(HASH_BYTES))}\n`;
  }

  private take(count: number): Uint8Array {
    const taken = this.whole.slice(this.at, this.at + count);
    if (taken.length !== count) throw new Unreadable("too short");
    this.at += count;
    return taken;
  }

  private number(): number {
    let value = 0;
    for (let place = 0; place < 7; place++) {
      const byte = this.take(1)[0] ?? 0;
      value += (byte & 127) * 2 ** (7 * place);
      if (byte < 128) return value;
    }
    throw new Unreadable("number");
  }

  private name(): string {
    return String.fromCharCode(...this.take(this.number()));
  }

  private hashes(): string[] {
    return Array.from({ length: this.count() }, () => toBase64(this.take(HASH_BYTES)));
  }

  private count(): number {
    const count = this.number();
    if (count > this.whole.length) throw new Unreadable("too short");
    return count;
  }
}

async function verifier(name: string, kind: number, key: Uint8Array): Promise<string> {
  const hash = toHex(await keyHash(name, kind, key));
  return `${name}+${hash}+${toBase64(joined(new Uint8Array([kind]), key))}`;
}

async function line(
  name: string,
  kind: number,
  key: Uint8Array,
  signature: Uint8Array,
): Promise<string> {
  return `\u2014 ${name} ${toBase64(joined(await keyHash(name, kind, key), signature))}\n`;
}

async function json(squeezed: Uint8Array): Promise<Record<string, unknown>> {
  const value: unknown = JSON.parse(
    new TextDecoder("utf-8", { fatal: true }).decode(await inflate(squeezed)),
  );
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Unreadable("no object");
  }
  return value as Record<string, unknown>;
}

/**
 * Inflates what was deflated with WORDS before it. Browsers take no dictionary, so WORDS go
 * ahead as a block of their own that is stored as it is (RFC 1951, 3.2.4), and are cut off after.
 */
async function inflate(squeezed: Uint8Array): Promise<Uint8Array> {
  const words = new TextEncoder().encode(WORDS);
  const [low, high] = [words.length & 255, words.length >> 8];
  const stored = new Uint8Array([0, low, high, low ^ 255, high ^ 255]);
  const source = new Blob([joined(stored, words, squeezed)]).stream();
  const reader = source.pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    parts.push(step.value);
    size += step.value.length;
    if (size > MOST_JSON + words.length) throw new Unreadable("too long");
  }
  return joined(...parts).slice(words.length);
}

function fromBase45(text: string): Uint8Array {
  const out: number[] = [];
  for (let at = 0; at < text.length; at += 3) {
    const places = [...text.slice(at, at + 3)].map((sign) => SIGNS.indexOf(sign));
    const value = places.reduce((sum, place, n) => sum + place * 45 ** n, 0);
    const size = places.length - 1;
    if (size === 0 || value >= 256 ** size) throw new Unreadable("base45");
    out.push(...(size === 2 ? [value >> 8, value & 255] : [value]));
  }
  return new Uint8Array(out);
}
