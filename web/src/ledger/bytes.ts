/** Bytes, texts and hashes, as the checks of receipts need them. */

export class Unreadable extends Error {}

export const HASH_BYTES = 32;

export async function sha256(...parts: readonly Uint8Array[]): Promise<Uint8Array> {
  const whole = joined(...parts);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function fromBase64(text: unknown, size?: number): Uint8Array {
  if (typeof text !== "string") throw new Unreadable("base64");
  const decoded = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  if (toBase64(decoded) !== text || (size !== undefined && decoded.length !== size)) {
    throw new Unreadable("base64");
  }
  return decoded;
}

export function toBase64(value: Uint8Array): string {
  return btoa(String.fromCharCode(...value));
}

export function toHex(value: Uint8Array): string {
  return [...value].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, n) => byte === b[n]);
}

/** WebCrypto wants to know that the bytes are not shared between threads. */
export function bytes(value: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(value);
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
