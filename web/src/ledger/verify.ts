/**
 * Checks a receipt in the visitor's own browser, with nothing but SHA-256, HMAC and Ed25519.
 * The same checks as `asklepion verify`, whose code this does not share.
 */

export const FORMAT = "asklepion-receipt/1";
const HASH_BYTES = 32;
const MOST_STEPS = 64;
const ED25519 = 1;
const ORIGIN = /^[!-*,-~]{1,200}$/;

export type CheckName = "form" | "inclusion" | "signature" | "signer";
export type CheckState = "passed" | "failed" | "not made";

export interface Check {
  readonly name: CheckName;
  readonly state: CheckState;
}

export interface Verdict {
  readonly checks: readonly Check[];
  /** Nothing failed, and the event was found in the log. */
  readonly isGood: boolean;
  /** How many entries the signed log had; null where that could not be read. */
  readonly size: number | null;
}

interface Verifier {
  readonly name: string;
  readonly hash: Uint8Array;
  readonly key: Uint8Array;
}

interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
  /** The signed bytes, and what was signed with them: key hash and signature. */
  readonly text: string;
  readonly signatures: readonly { name: string; bytes: Uint8Array }[];
}

interface Parts {
  readonly event: Record<string, unknown>;
  readonly key: Uint8Array;
  readonly index: number;
  readonly proof: readonly Uint8Array[];
  readonly checkpoint: Checkpoint;
  readonly verifier: Verifier;
}

class Unreadable extends Error {}

/**
 * Check everything that a receipt claims; whatever it is given, it answers.
 * `published` is the verifier key that the house itself publishes, where it could be had.
 */
export async function verifyReceipt(receipt: unknown, published: string | null): Promise<Verdict> {
  let parts: Parts;
  try {
    parts = await readParts(receipt);
  } catch {
    const rest: CheckName[] = ["inclusion", "signature", "signer"];
    const checks: Check[] = rest.map((name) => ({ name, state: "not made" }));
    return { checks: [{ name: "form", state: "failed" }, ...checks], isGood: false, size: null };
  }
  const claims = receipt as { verifier: string };
  const checks: Check[] = [
    { name: "form", state: "passed" },
    { name: "inclusion", state: passedIf(await isIncluded(parts)) },
    { name: "signature", state: await checkSignature(parts) },
    {
      name: "signer",
      state: published === null ? "not made" : passedIf(published.trim() === claims.verifier),
    },
  ];
  const isGood = checks.every(({ state }) => state !== "failed") && checks[1]?.state === "passed";
  return { checks, isGood, size: parts.checkpoint.size };
}

function passedIf(isSo: boolean): CheckState {
  return isSo ? "passed" : "failed";
}

/** The one way to write a JSON value without fractions. https://www.rfc-editor.org/rfc/rfc8785 */
export function canonical(value: unknown): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new Unreadable("no whole number");
    return String(value);
  }
  if (typeof value === "string") {
    if (/\p{Surrogate}/u.test(value)) throw new Unreadable("broken text");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object") throw new Unreadable("no JSON");
  const members = value as Record<string, unknown>;
  const keys = Object.keys(members).sort(); // by UTF-16 units, as RFC 8785 wants it
  return `{${keys.map((key) => `${canonical(key)}:${canonical(members[key])}`).join(",")}}`;
}

/** Whether the proof leads from this event at this place to the root. RFC 9162, 2.1.3.2. */
async function isIncluded({ event, key, index, proof, checkpoint }: Parts): Promise<boolean> {
  if (index >= checkpoint.size) return false;
  let at = index;
  let last = checkpoint.size - 1;
  let hash = await sha256(new Uint8Array([0]), await commit(event, key));
  for (const step of proof) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      hash = await sha256(new Uint8Array([1]), step, hash);
      while (at % 2 === 0 && at !== 0) {
        at /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      hash = await sha256(new Uint8Array([1]), hash, step);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && isSame(hash, checkpoint.root);
}

async function checkSignature({ checkpoint, verifier }: Parts): Promise<CheckState> {
  const [signature, ...others] = checkpoint.signatures;
  if (!signature || others.length > 0) return "failed";
  if (checkpoint.origin !== verifier.name || signature.name !== verifier.name) return "failed";
  if (!isSame(signature.bytes.slice(0, 4), verifier.hash)) return "failed";
  let key: CryptoKey;
  try {
    key = await crypto.subtle.importKey("raw", bytes(verifier.key), "Ed25519", false, ["verify"]);
  } catch {
    return "not made"; // an older browser, which knows no Ed25519
  }
  const signed = new TextEncoder().encode(checkpoint.text);
  const own = bytes(signature.bytes.slice(4));
  return passedIf(await crypto.subtle.verify("Ed25519", key, own, signed));
}

async function commit(event: Record<string, unknown>, secret: Uint8Array): Promise<Uint8Array> {
  const how = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes(secret), how, false, ["sign"]);
  const text = new TextEncoder().encode(canonical(event));
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, text));
}

async function sha256(...parts: readonly Uint8Array[]): Promise<Uint8Array> {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

async function readParts(receipt: unknown): Promise<Parts> {
  const r = receipt as Record<string, unknown> | null;
  if (typeof r !== "object" || r === null || r.format !== FORMAT) throw new Unreadable("format");
  const { event, key, index, proof, checkpoint, verifier } = r;
  if (typeof index !== "number" || !Number.isSafeInteger(index) || index < 0) {
    throw new Unreadable("index");
  }
  if (typeof event !== "object" || event === null || Array.isArray(event)) {
    throw new Unreadable("event");
  }
  if (!Array.isArray(proof) || proof.length > MOST_STEPS) throw new Unreadable("proof");
  canonical(event); // says what in it can never have been committed
  return {
    event: event as Record<string, unknown>,
    key: fromBase64(key, HASH_BYTES),
    index,
    proof: proof.map((step) => fromBase64(step, HASH_BYTES)),
    checkpoint: readCheckpoint(checkpoint),
    verifier: await readVerifier(verifier),
  };
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

async function readVerifier(text: unknown): Promise<Verifier> {
  const [, name = "", hash = "", encoded] =
    typeof text === "string" ? (/^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? []) : [];
  const key = fromBase64(encoded, HASH_BYTES + 1);
  if (!ORIGIN.test(name) || key[0] !== ED25519) throw new Unreadable("verifier");
  const named = await sha256(new TextEncoder().encode(`${name}\n`), key);
  if (toHex(named.slice(0, 4)) !== hash) throw new Unreadable("verifier");
  return { name, hash: named.slice(0, 4), key: key.slice(1) };
}

function fromBase64(text: unknown, size?: number): Uint8Array {
  if (typeof text !== "string") throw new Unreadable("base64");
  const decoded = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const isOneRightForm = btoa(String.fromCharCode(...decoded)) === text;
  if (!isOneRightForm || (size !== undefined && decoded.length !== size)) {
    throw new Unreadable("base64");
  }
  return decoded;
}

function toHex(value: Uint8Array): string {
  return [...value].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, n) => byte === b[n]);
}

/** WebCrypto wants to know that the bytes are not shared between threads. */
function bytes(value: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(value);
}
