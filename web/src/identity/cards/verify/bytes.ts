/** Base64 for addresses, without padding. */
export function unbase64(text: string): Uint8Array<ArrayBuffer> {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new Error("not base64url");
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

export function base64(octets: Uint8Array): string {
  const plain = String.fromCharCode(...octets);
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

export function base58(octets: Uint8Array): string {
  let number = octets.reduce((sum, each) => sum * 256n + BigInt(each), 0n);
  let text = "";
  for (; number > 0n; number /= 58n) text = ALPHABET.charAt(Number(number % 58n)) + text;
  for (const each of octets) {
    if (each !== 0) break;
    text = `1${text}`;
  }
  return text;
}

export function unbase58(text: string): Uint8Array<ArrayBuffer> {
  if (text.length > 200) throw new Error("too long");
  let number = 0n;
  for (const sign of text) {
    const value = ALPHABET.indexOf(sign);
    if (value < 0) throw new Error("not base58");
    number = number * 58n + BigInt(value);
  }
  const octets: number[] = [];
  for (; number > 0n; number >>= 8n) octets.unshift(Number(number & 255n));
  const zeros = text.length - text.replace(/^1+/, "").length;
  return Uint8Array.from([...new Array<number>(zeros).fill(0), ...octets]);
}

/** JSON from base64url, as an object. */
export function unpack(text: string): Record<string, unknown> {
  const found: unknown = JSON.parse(new TextDecoder().decode(unbase64(text)));
  if (typeof found !== "object" || found === null || Array.isArray(found)) throw new Error("form");
  return found as Record<string, unknown>;
}

export function isObject(found: unknown): found is Record<string, unknown> {
  return typeof found === "object" && found !== null && !Array.isArray(found);
}

/** A zlib stream, unpacked, but never to more than is sane. */
export async function inflate(packed: Uint8Array<ArrayBuffer>, most: number): Promise<Uint8Array> {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > most) {
      await reader.cancel();
      throw new Error("too large");
    }
    parts.push(value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
