import { base58, base64, unbase58, unbase64, unpack } from "./bytes";
import { Unproven } from "./unproven";

/** A public key of P-256 or Ed25519. */
export interface Jwk {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly y?: string;
}

export interface Signed {
  readonly header: Record<string, unknown>;
  readonly payload: Record<string, unknown>;
}

/** Header and payload of a signed text; nobody has looked at its signature yet. */
export function read(text: string): Signed {
  const [header, payload, signature, ...more] = text.split(".");
  if (!header || !payload || signature === undefined || more.length > 0) throw new Unproven("form");
  try {
    return { header: unpack(header), payload: unpack(payload) };
  } catch {
    throw new Unproven("form");
  }
}

/** The payload of a text that this key signed with ES256, of one of these kinds. */
export async function verify(
  text: string,
  key: Jwk,
  typ: readonly string[],
): Promise<Record<string, unknown>> {
  const { header, payload } = read(text);
  const kind = String(header.typ ?? "")
    .toLowerCase()
    .replace("application/", "");
  if (!typ.includes(kind) || "crit" in header) throw new Unproven("form");
  if (header.alg !== "ES256" || key.kty !== "EC" || key.crv !== "P-256" || !key.y) {
    throw new Unproven("algorithm");
  }
  const at = text.lastIndexOf(".");
  const signed = new TextEncoder().encode(text.slice(0, at));
  const signature = octetsOf(() => unbase64(text.slice(at + 1)));
  if (!(await isSigned(signed, signature, key))) throw new Unproven("signature");
  return payload;
}

/** Octets as somebody wrote them; what cannot be read is no signature and no key. */
export function octetsOf(decode: () => Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  try {
    return decode();
  } catch {
    throw new Unproven("signature");
  }
}

/** Whether these octets are signed by this key. */
export async function isSigned(
  octets: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
  key: Jwk,
): Promise<boolean> {
  const { kty, crv, x, y } = key;
  const isEd = crv === "Ed25519";
  const how = isEd ? { name: "Ed25519" } : { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const jwk = isEd || y === undefined ? { kty, crv, x } : { kty, crv, x, y };
  try {
    const imported = await crypto.subtle.importKey("jwk", jwk, how, false, ["verify"]);
    return await crypto.subtle.verify(how, imported, signature, octets);
  } catch (error) {
    const isUnable = error instanceof DOMException && error.name === "NotSupportedError";
    if (isUnable) throw error; // this browser has no means for it, which is not the signature's fault
    return false;
  }
}

/** The key of a did:key of Ed25519; nothing where it is of another kind. */
export function keyInName(name: string): Jwk | null {
  if (!name.startsWith("did:key:z")) return null;
  const [codec, one, ...key] = octetsOf(() => unbase58(name.slice("did:key:z".length)));
  const isEd = codec === 0xed && one === 1 && key.length === 32;
  return isEd ? { kty: "OKP", crv: "Ed25519", x: base64(Uint8Array.from(key)) } : null;
}

/** The name of a key of P-256 that is its own name: did:key. */
export function nameOf(key: Jwk): string {
  const x = unbase64(key.x);
  const y = unbase64(key.y ?? "");
  const sign = (y[y.length - 1] ?? 0) & 1 ? 3 : 2;
  return `did:key:z${base58(Uint8Array.from([0x80, 0x24, sign, ...x]))}`;
}
