import type { Choice } from "../choices/model";

/** One signature: a beginning or an end of something that was said. */
export interface Signature {
  readonly id: string;
  /** Its place in the log, from 0. */
  readonly leaf: number;
  readonly at: string;
  /** Whose word it was; "" where the house kept order by itself. */
  readonly by: string;
  /** The patient said it herself. */
  readonly is_herself: boolean;
  /** Whoever is signed in said it. */
  readonly is_mine: boolean;
  /** Whoever said it signed it with a passkey of theirs. */
  readonly has_proof: boolean;
  readonly state: "unsigned" | "waiting" | "recorded" | "refused";
  readonly block: number | null;
  /** Of an end: revoked, changed, merged, …; of what was refused: why. */
  readonly why: string | null;
}

/** One thing that was said, from its beginning to its end. */
export interface SignedOne {
  readonly consent: string;
  readonly choice: Choice | null;
  readonly begun: Signature;
  readonly ended: Signature | null;
  readonly until: string;
  readonly is_over: boolean;
}

/** What the public record itself says of it. */
export interface Standing {
  readonly state: "granted" | "revoked" | "expired" | "unknown" | "other";
}

/** The signature that counts now: the end, else the beginning. */
export function lastOf({ begun, ended }: SignedOne): Signature {
  return ended ?? begun;
}

/** How a signature came to be, as the texts name it. */
export function howOf({ is_herself, has_proof, by, is_mine }: Signature): string {
  if (by === "" && !is_herself) return "house";
  if (is_herself) return `${is_mine ? "mine" : "hers"}.${has_proof ? "passkey" : "custody"}`;
  return has_proof ? "helper.passkey" : "helper.custody";
}

/** Whether whoever is signed in may put a passkey's signature beside it. */
export function mayProve(one: SignedOne): boolean {
  const last = lastOf(one);
  const canStill = last.state === "waiting" || last.state === "recorded";
  return last.is_mine && !last.has_proof && canStill;
}

/** Whether something of it is still on its way, so that it is worth looking again. */
export function isUnderWay({ begun, ended }: SignedOne): boolean {
  const states = [begun.state, ended?.state];
  return states.includes("waiting") || states.includes("unsigned");
}
