/**
 * Whose key made a signature on secp256k1: only checks, of what is public, so that the time it
 * takes tells nothing. SEC 1, section 4.1.6, https://www.secg.org/sec1-v2.pdf
 */

import { keccak256 } from "./keccak";

const P = 2n ** 256n - 2n ** 32n - 977n;
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const G: Point = [
  0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
  0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
];

type Point = readonly [bigint, bigint];

/** The address whose key signed this; null where it is no signature, or the mirror image of one. */
export function signerOf(digest: Uint8Array, signature: Uint8Array): Uint8Array | null {
  if (signature.length !== 65) return null;
  const r = numberOf(signature.slice(0, 32));
  const s = numberOf(signature.slice(32, 64));
  const odd = (signature[64] ?? 0) - 27;
  if (r === 0n || r >= ORDER || s === 0n || s > ORDER / 2n || (odd !== 0 && odd !== 1)) return null;
  const raised = lift(r, BigInt(odd));
  if (!raised) return null;
  const inverse = power(r, ORDER - 2n, ORDER);
  const z = numberOf(digest) % ORDER;
  const own = times(raised, mod(s * inverse, ORDER));
  const point = plus(own, times(G, mod(-z * inverse, ORDER)));
  if (!point) return null;
  const key = new Uint8Array(64);
  key.set(bytesOf(point[0]));
  key.set(bytesOf(point[1]), 32);
  return keccak256(key).slice(12);
}

/** The point with this x whose y is odd, or even. */
function lift(x: bigint, odd: bigint): Point | null {
  const square = mod(x * x * x + 7n, P);
  const y = power(square, (P + 1n) / 4n, P);
  if (mod(y * y, P) !== square) return null;
  return [x, (y & 1n) === odd ? y : P - y];
}

function plus(a: Point | null, b: Point | null): Point | null {
  if (!a) return b;
  if (!b) return a;
  if (a[0] === b[0] && mod(a[1] + b[1], P) === 0n) return null;
  const slope =
    a[0] === b[0]
      ? mod(3n * a[0] * a[0] * power(2n * a[1], P - 2n, P), P)
      : mod((b[1] - a[1]) * power(mod(b[0] - a[0], P), P - 2n, P), P);
  const x = mod(slope * slope - a[0] - b[0], P);
  return [x, mod(slope * (a[0] - x) - a[1], P)];
}

function times(point: Point, by: bigint): Point | null {
  let sum: Point | null = null;
  let added: Point | null = point;
  for (let left = by; left > 0n; left >>= 1n) {
    if (left & 1n) sum = plus(sum, added);
    added = plus(added, added);
  }
  return sum;
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let squared = mod(base, modulus);
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = mod(result * squared, modulus);
    squared = mod(squared * squared, modulus);
  }
  return result;
}

function mod(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

function numberOf(bytes: Uint8Array): bigint {
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function bytesOf(value: bigint): Uint8Array {
  const hex = value.toString(16).padStart(64, "0");
  return Uint8Array.from({ length: 32 }, (_, n) =>
    Number.parseInt(hex.slice(2 * n, 2 * n + 2), 16),
  );
}
