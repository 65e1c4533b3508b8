/**
 * Checks what a receipt says of a consent: that exactly these words were signed, by the key made for
 * them, for one contract; and by a passkey, where one did. The same as `asklepion verify`.
 * https://eips.ethereum.org/EIPS/eip-712
 */

import { keccak_256 as keccak256 } from "@noble/hashes/sha3.js";
import { bytes, canonical, fromBase64, isSame, joined, sha256, toBase64 } from "./bytes";
import { signerOf } from "./secp256k1";

export type ConsentCheckName = "signed" | "passkey";

export interface ConsentCheck {
  readonly name: ConsentCheckName;
  readonly state: "passed" | "failed" | "not made";
}

export interface ConsentVerdict {
  readonly checks: readonly ConsentCheck[];
  readonly isGood: boolean;
  /** Where the passkey was used; null where none was. */
  readonly origin: string | null;
  /** The passkey's key, as people compare it; null where there is none. */
  readonly mark: string | null;
}

interface Told {
  readonly chain: number;
  readonly contract: string;
  readonly digest: string;
  readonly signature: string;
  readonly salt?: string;
  readonly passkey?: Readonly<Record<string, string>>;
}

type Fields = Readonly<Record<string, string | number>>;

const DOMAIN = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";
const TYPES = {
  grant:
    "Grant(bytes32 record,address subject,bytes32 scope,uint64 notBefore,uint64 notAfter," +
    "uint256 nonce,uint64 deadline)",
  revoke: "Revoke(bytes32 record,address subject,uint256 nonce,uint64 deadline)",
} as const;
const ORDER = {
  grant: ["record", "subject", "scope", "not_before", "not_after", "nonce", "deadline"],
  revoke: ["record", "subject", "nonce", "deadline"],
} as const;
const FINGERPRINT = 16; // bytes of a passkey's hash that people compare
const SEEN = 1 | 4; // somebody was there, and was known to the device

/**
 * Check the part of a receipt that is about a consent; null where it has none.
 * `trusted` are passkeys of the person, known from elsewhere: anybody can make one and put it here.
 */
export async function verifyConsent(
  receipt: unknown,
  trusted: readonly string[] = [],
): Promise<ConsentVerdict | null> {
  const { event, consent } = (receipt ?? {}) as { event?: unknown; consent?: unknown };
  if (typeof consent !== "object" || consent === null) return null;
  const told = consent as Told;
  try {
    const digest = digestOf(event as Record<string, unknown>, told);
    const isSigned = await isExactly(event as Record<string, unknown>, told, digest);
    const checks: ConsentCheck[] = [{ name: "signed", state: isSigned ? "passed" : "failed" }];
    let origin: string | null = null;
    let mark: string | null = null;
    if ("passkey" in told) {
      origin = await passkeyOrigin(told.passkey ?? {}, digest);
      mark = origin === null ? null : await markOf(told.passkey ?? {});
    }
    checks.push({ name: "passkey", state: passkeyState("passkey" in told, mark, trusted) });
    return { checks, isGood: checks.every(({ state }) => state !== "failed"), origin, mark };
  } catch {
    const checks: ConsentCheck[] = [{ name: "signed", state: "failed" }];
    return { checks, isGood: false, origin: null, mark: null };
  }
}

/** Nobody but whoever knows her key can say that it is hers. */
function passkeyState(
  isThere: boolean,
  mark: string | null,
  trusted: readonly string[],
): ConsentCheck["state"] {
  if (isThere && mark === null) return "failed";
  if (trusted.length === 0) return "not made";
  const bare = (each: string) => each.replace(/\s/g, "").toLowerCase();
  return mark !== null && trusted.map(bare).includes(bare(mark)) ? "passed" : "failed";
}

/** A passkey as people compare it. */
async function markOf({ x, y }: Readonly<Record<string, string>>): Promise<string> {
  const hash = await sha256(fromBase64(x), fromBase64(y));
  const hex = [...hash.slice(0, FINGERPRINT)].map((byte) => byte.toString(16).padStart(2, "0"));
  return (hex.join("").match(/.{4}/g) ?? []).join(" ");
}

function actOf(event: Record<string, unknown>): { kind: "grant" | "revoke"; fields: Fields } {
  const kind = event.act;
  if (event.kind !== "consent" || (kind !== "grant" && kind !== "revoke")) throw new Error("event");
  return { kind, fields: event[kind] as Fields };
}

function digestOf(event: Record<string, unknown>, told: Told): Uint8Array {
  const { kind, fields } = actOf(event);
  const domain = keccak256(
    joined(
      keccakText(DOMAIN),
      keccakText("Asklepion Consent"),
      keccakText("1"),
      word(told.chain),
      word(told.contract),
    ),
  );
  const struct = [keccakText(TYPES[kind]), ...ORDER[kind].map((name) => word(fields[name]))];
  return keccak256(joined(new Uint8Array([0x19, 1]), domain, keccak256(joined(...struct))));
}

async function isExactly(
  event: Record<string, unknown>,
  told: Told,
  digest: Uint8Array,
): Promise<boolean> {
  const { kind, fields } = actOf(event);
  const subject = fromHex(fields.subject, 20);
  const isOurs = isSame(fromHex(fields.record, 32).slice(12), subject);
  if (!isOurs || !isSame(fromHex(told.digest, 32), digest)) return false;
  if (kind === "grant") {
    const scope = await hmac(fromBase64(told.salt), canonical(event.said));
    if (!isSame(scope, fromHex(fields.scope, 32))) return false;
  }
  const signer = signerOf(digest, fromHex(told.signature, 65));
  return signer !== null && isSame(signer, subject);
}

/** Where a passkey signed this; null where it did not. */
async function passkeyOrigin(
  told: Readonly<Record<string, string>>,
  digest: Uint8Array,
): Promise<string | null> {
  const client = fromBase64(told.client_data);
  const seen = fromBase64(told.authenticator_data);
  const said = JSON.parse(new TextDecoder().decode(client)) as Record<string, unknown>;
  const challenge = toBase64(digest).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  if (said.type !== "webauthn.get" || said.challenge !== challenge) return null;
  if (seen.length < 37 || ((seen[32] ?? 0) & SEEN) !== SEEN) return null;
  const origin = String(said.origin);
  if (!/^[\x20-\x7e]*$/.test(origin) || !(await isOf(origin, seen.slice(0, 32)))) return null;
  const point = joined(new Uint8Array([4]), fromBase64(told.x), fromBase64(told.y));
  const how = { name: "ECDSA", namedCurve: "P-256" };
  const key = await crypto.subtle.importKey("raw", bytes(point), how, false, ["verify"]);
  const text = joined(seen, new Uint8Array(await crypto.subtle.digest("SHA-256", bytes(client))));
  const signature = joined(fromBase64(told.r), fromBase64(told.s));
  const isGenuine = await crypto.subtle.verify(
    { name: "ECDSA", hash: "SHA-256" },
    key,
    bytes(signature),
    bytes(text),
  );
  return isGenuine ? origin : null;
}

/** Whether a passkey's site is the one it was used at, or a domain above it. */
async function isOf(origin: string, site: Uint8Array): Promise<boolean> {
  const host = (origin.split("://").at(-1) ?? "").split(":")[0] ?? "";
  const parts = host.split(".");
  for (let n = 0; n < parts.length; n++) {
    const name = new TextEncoder().encode(parts.slice(n).join("."));
    if (isSame(await sha256(name), site)) return true;
  }
  return false;
}

async function hmac(secret: Uint8Array, text: string): Promise<Uint8Array> {
  const how = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes(secret), how, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text)));
}

function keccakText(text: string): Uint8Array {
  return keccak256(new TextEncoder().encode(text));
}

/** A whole number, an address or 32 bytes as one word. */
function word(value: unknown): Uint8Array {
  const hex =
    typeof value === "number" && Number.isSafeInteger(value) && value >= 0
      ? value.toString(16)
      : typeof value === "string" && /^0x([0-9a-fA-F]{40}|[0-9a-fA-F]{64})$/.test(value)
        ? value.slice(2)
        : null;
  if (hex === null) throw new Error("word");
  return fromHex(`0x${hex.padStart(64, "0")}`, 32);
}

function fromHex(text: unknown, size: number): Uint8Array {
  if (typeof text !== "string" || !/^0x([0-9a-fA-F]{2})+$/.test(text)) throw new Error("hex");
  if (text.length !== 2 + 2 * size) throw new Error("hex");
  return Uint8Array.from({ length: size }, (_, n) =>
    Number.parseInt(text.slice(2 + 2 * n, 4 + 2 * n), 16),
  );
}
