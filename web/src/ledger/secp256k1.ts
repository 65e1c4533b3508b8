import { secp256k1 } from "@noble/curves/secp256k1.js";
import { keccak_256 } from "@noble/hashes/sha3.js";

/** The address whose key signed this; null where it is no signature, or the mirror image of one. */
export function signerOf(digest: Uint8Array, signature: Uint8Array): Uint8Array | null {
  const odd = (signature[64] ?? 0) - 27;
  if (signature.length !== 65 || (odd !== 0 && odd !== 1)) return null;
  try {
    const read = secp256k1.Signature.fromBytes(signature.slice(0, 64)).addRecoveryBit(odd);
    if (read.hasHighS()) return null;
    const key = read.recoverPublicKey(digest).toBytes(false).slice(1);
    return keccak_256(key).slice(12);
  } catch {
    return null;
  }
}
