import { base58, unbase64, unpack } from "./bytes";
import { Unproven } from "./unproven";

/** A public key of P-256. */
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
  const curve = { name: "ECDSA", namedCurve: "P-256" };
  const { kty, crv, x, y } = key;
  let isSigned = false;
  try {
    const imported = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, curve, false, [
      "verify",
    ]);
    isSigned = await crypto.subtle.verify(
      { name: "ECDSA", hash: "SHA-256" },
      imported,
      unbase64(text.slice(at + 1)),
      new TextEncoder().encode(text.slice(0, at)),
    );
  } catch {
    throw new Unproven("signature");
  }
  if (!isSigned) throw new Unproven("signature");
  return payload;
}

/** The name of a key of P-256 that is its own name: did:key. */
export function nameOf(key: Jwk): string {
  const x = unbase64(key.x);
  const y = unbase64(key.y ?? "");
  const sign = (y[y.length - 1] ?? 0) & 1 ? 3 : 2;
  return `did:key:z${base58(Uint8Array.from([0x80, 0x24, sign, ...x]))}`;
}
