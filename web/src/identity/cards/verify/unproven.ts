/** Why something shown proves nothing; the house's own words for it. */
export type Why =
  | "form"
  | "algorithm"
  | "signature"
  | "issuer"
  | "disclosure"
  | "binding"
  | "audience"
  | "nonce"
  | "stale"
  | "expired"
  | "early"
  | "revoked"
  | "suspended"
  | "holder"
  | "status";

export class Unproven extends Error {
  constructor(readonly why: Why) {
    super(why);
    this.name = "Unproven";
  }
}
