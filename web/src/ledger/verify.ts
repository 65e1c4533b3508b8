/**
 * Checks a receipt in the visitor's own browser, with nothing but SHA-256, HMAC and Ed25519.
 * The same checks as `asklepion verify`, whose code this does not share.
 */

import { bytes, canonical, isSame, sha256 } from "./bytes";
import { LOOKS } from "./extras";
import {
  type Checkpoint,
  COSIGNATURE,
  ED25519,
  FORMAT_1,
  MORE,
  type Parts,
  readParts,
  readVerifier,
  type Verifier,
} from "./reading";

export { canonical } from "./bytes";

export type CheckName =
  | "form"
  | "inclusion"
  | "signature"
  | "signer"
  | "growth"
  | "witnesses"
  | "consent"
  | "chain"
  | "passkey";
export type CheckState = "passed" | "failed" | "not made";

export interface Check {
  readonly name: CheckName;
  readonly state: CheckState;
}

/** Somebody outside the house who cosigned, and when [seconds since 1970]. */
export interface Seen {
  readonly name: string;
  readonly at_s: number;
}

export interface Verdict {
  readonly checks: readonly Check[];
  /** Nothing failed, and the event was found in the log. */
  readonly isGood: boolean;
  /** How many entries the signed log had; null where that could not be read. */
  readonly size: number | null;
  /** How many it had in the earlier state that the receipt goes on from. */
  readonly since: number | null;
  readonly seen: readonly Seen[];
  /** Of a consent that a passkey signed too: where, and the key as people compare it. */
  readonly passkey: { readonly origin: string; readonly mark: string } | null;
}

/** What whoever checks knows from elsewhere than the receipt. */
export interface Known {
  readonly key: string | null;
  readonly witnesses?: readonly string[];
  /** Passkeys of the person whose consent it is. */
  readonly passkeys?: readonly string[];
}

/**
 * Check everything that a receipt claims; whatever it is given, it answers.
 * `known` is the verifier key that the house itself publishes, where it could be had, or more.
 */
export async function verifyReceipt(
  receipt: unknown,
  known: string | null | Known,
): Promise<Verdict> {
  const {
    key,
    witnesses = [],
    passkeys = [],
  } = typeof known === "object" && known ? known : { key: known };
  let parts: Parts;
  try {
    parts = await readParts(receipt);
  } catch {
    const rest: CheckName[] = ["inclusion", "signature", "signer"];
    const checks: Check[] = rest.map((name) => ({ name, state: "not made" }));
    const nothing = { isGood: false, size: null, since: null, seen: [], passkey: null };
    return { checks: [{ name: "form", state: "failed" }, ...checks], ...nothing };
  }
  const checks: Check[] = [
    { name: "form", state: "passed" },
    { name: "inclusion", state: passedIf(await isIncluded(parts)) },
    { name: "signature", state: await checkSignature(parts) },
    {
      name: "signer",
      state: key === null ? "not made" : passedIf(key.trim() === parts.verifier.text),
    },
  ];
  if (parts.earlier) checks.push({ name: "growth", state: await checkGrowth(parts) });
  if (parts.format !== FORMAT_1 || witnesses.length > 0) {
    checks.push({ name: "witnesses", state: await checkWitnesses(parts, witnesses) });
  }
  for (const name of MORE.filter((each) => each in parts.more)) {
    const look = LOOKS[name];
    checks.push({ name, state: look ? await look(parts.more[name], parts) : "not made" });
  }
  const said = await consentIn(parts, passkeys);
  const state = said?.checks.find(({ name }) => name === "passkey")?.state;
  if (state) checks.push({ name: "passkey", state });
  const { origin = null, mark = null } = said ?? {};
  const passkey = origin !== null && mark !== null ? { origin, mark } : null;
  const isGood = checks.every(({ state }) => state !== "failed") && checks[1]?.state === "passed";
  const since = parts.earlier?.checkpoint.size ?? null;
  return { checks, isGood, size: parts.checkpoint.size, since, seen: seenBy(parts), passkey };
}

async function consentIn({ event, more }: Parts, passkeys: readonly string[]) {
  if (!("consent" in more)) return null;
  const { verifyConsent } = await import("./consent"); // it brings cryptography of its own
  return await verifyConsent({ event, consent: more.consent }, passkeys);
}

function passedIf(isSo: boolean): CheckState {
  return isSo ? "passed" : "failed";
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
      hash = await nodeHash(step, hash);
      while (at % 2 === 0 && at !== 0) {
        at /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      hash = await nodeHash(hash, step);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && isSame(hash, checkpoint.root);
}

/** Whether a log begins with all of an older one. RFC 9162, 2.1.4.2. */
export async function isConsistent(
  older: Pick<Checkpoint, "size" | "root">,
  newer: Pick<Checkpoint, "size" | "root">,
  proof: readonly Uint8Array[],
): Promise<boolean> {
  if (older.size === newer.size) return proof.length === 0 && isSame(older.root, newer.root);
  if (older.size === 0 || older.size > newer.size || proof.length === 0) return false;
  let at = older.size - 1;
  let last = newer.size - 1;
  while (at % 2 === 1) {
    at = (at - 1) / 2;
    last = Math.floor(last / 2);
  }
  const [first, ...steps] = at === 0 ? [older.root, ...proof] : proof;
  let was = first ?? older.root;
  let now = was;
  for (const step of steps) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      [was, now] = [await nodeHash(step, was), await nodeHash(step, now)];
      while (at % 2 === 0 && at !== 0) {
        at /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      now = await nodeHash(now, step);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && isSame(was, older.root) && isSame(now, newer.root);
}

function nodeHash(left: Uint8Array, right: Uint8Array): Promise<Uint8Array> {
  return sha256(new Uint8Array([1]), left, right);
}

async function checkSignature({ checkpoint, verifier, witnesses }: Parts): Promise<CheckState> {
  if (checkpoint.signatures.length !== 1 + witnesses.length) return "failed";
  return await isSigned(checkpoint, verifier, ED25519);
}

async function checkGrowth({ earlier, checkpoint, verifier }: Parts): Promise<CheckState> {
  if (!earlier) return "not made";
  const signed = await isSigned(earlier.checkpoint, verifier, ED25519);
  if (signed !== "passed") return signed;
  return passedIf(await isConsistent(earlier.checkpoint, checkpoint, earlier.proof));
}

/** Each witness that the receipt names has cosigned; and all that are trusted are among them. */
async function checkWitnesses(parts: Parts, trusted: readonly string[]): Promise<CheckState> {
  const states = await Promise.all(
    parts.witnesses.map((key) => isSigned(parts.checkpoint, key, COSIGNATURE)),
  );
  if (states.includes("failed")) return "failed";
  if (trusted.length === 0 || states.includes("not made")) return "not made";
  try {
    const wanted = await Promise.all(trusted.map((key) => readVerifier(key.trim(), COSIGNATURE)));
    const there = parts.witnesses.map(({ text }) => text);
    return passedIf(wanted.every(({ text }) => there.includes(text)));
  } catch {
    return "failed"; // no key
  }
}

function seenBy({ checkpoint, witnesses }: Parts): Seen[] {
  return witnesses.flatMap((key) => {
    const [own] = ofKey(checkpoint, key);
    return own ? [{ name: key.name, at_s: stampOf(own) }] : [];
  });
}

function stampOf(signature: Uint8Array): number {
  return Number(new DataView(bytes(signature).buffer).getBigUint64(4));
}

function ofKey(checkpoint: Checkpoint, key: Verifier): Uint8Array[] {
  return checkpoint.signatures
    .filter(({ name, bytes }) => name === key.name && isSame(bytes.slice(0, 4), key.hash))
    .map(({ bytes }) => bytes);
}

/** Whether a checkpoint has a log's signature, or a witness's cosignature: all of them genuine. */
async function isSigned(note: Checkpoint, verifier: Verifier, kind: number): Promise<CheckState> {
  const isOurs = kind === COSIGNATURE || note.origin === verifier.name;
  const own = ofKey(note, verifier);
  if (!isOurs || own.length === 0) return "failed";
  let key: CryptoKey;
  try {
    key = await crypto.subtle.importKey("raw", bytes(verifier.key), "Ed25519", false, ["verify"]);
  } catch {
    return "not made"; // an older browser, which knows no Ed25519
  }
  for (const signature of own) {
    const start = kind === COSIGNATURE ? 12 : 4;
    if (signature.length !== start + 64) return "failed";
    const before = kind === COSIGNATURE ? `cosignature/v1\ntime ${stampOf(signature)}\n` : "";
    const signed = new TextEncoder().encode(before + note.text);
    const value = bytes(signature.slice(start));
    if (!(await crypto.subtle.verify("Ed25519", key, value, signed))) return "failed";
  }
  return "passed";
}

async function commit(event: Parts["event"], secret: Uint8Array): Promise<Uint8Array> {
  const how = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes(secret), how, false, ["sign"]);
  const text = new TextEncoder().encode(canonical(event));
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, text));
}
