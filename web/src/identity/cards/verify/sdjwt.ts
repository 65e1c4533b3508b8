import { base64, isObject, unbase64 } from "./bytes";
import { type Jwk, read, verify } from "./jose";
import { Unproven } from "./unproven";

const TYPES = ["dc+sd-jwt", "vc+sd-jwt"];
const DEEPEST = 16;
const EARLY_S = 60;
const FRESH_S = 300;
/** What is not for people to read, and never hidden. */
const TECHNICAL = new Set([
  ...["iss", "iat", "nbf", "exp", "cnf", "vct", "vct#integrity", "status", "sub"],
]);
const ALWAYS_OPEN = new Set(["iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status"]);

interface Disclosure {
  readonly digest: string;
  readonly name: string | null;
  readonly value: unknown;
}

export interface Question {
  readonly audience: string;
  readonly nonce: string;
}

export interface Parts {
  readonly jwt: string;
  readonly disclosures: readonly string[];
  readonly binding: string;
}

/** Take a presentation apart. https://www.rfc-editor.org/rfc/rfc9901 */
export function parse(text: string): Parts {
  const [jwt = "", ...rest] = text.split("~");
  const binding = rest.pop();
  if (!jwt || binding === undefined) throw new Unproven("form");
  return { jwt, disclosures: rest, binding };
}

async function digestOf(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return base64(new Uint8Array(hash));
}

async function disclosureOf(text: string): Promise<Disclosure> {
  let found: unknown;
  try {
    found = JSON.parse(new TextDecoder().decode(unbase64(text)));
  } catch {
    throw new Unproven("disclosure");
  }
  if (!Array.isArray(found) || found.length < 2 || found.length > 3)
    throw new Unproven("disclosure");
  const name: unknown = found.length === 3 ? found[1] : null;
  const isName = typeof name === "string" && name !== "_sd" && name !== "...";
  if (name !== null && !isName) throw new Unproven("disclosure");
  return { digest: await digestOf(text), name, value: found.at(-1) as unknown };
}

/** Puts what is disclosed where its digest stands; section 7.1. */
class Opening {
  private readonly known = new Map<string, Disclosure>();
  private readonly seen = new Set<string>();

  constructor(disclosures: readonly Disclosure[]) {
    for (const each of disclosures) this.known.set(each.digest, each);
    if (this.known.size < disclosures.length) throw new Unproven("disclosure");
  }

  open(value: unknown, depth = 0): unknown {
    if (depth > DEEPEST) throw new Unproven("form");
    if (Array.isArray(value)) return this.array(value, depth);
    return isObject(value) ? this.object(value, depth) : value;
  }

  requireAllUsed(): void {
    for (const digest of this.known.keys())
      if (!this.seen.has(digest)) throw new Unproven("disclosure");
  }

  private object(value: Record<string, unknown>, depth: number): Record<string, unknown> {
    const digests = value._sd ?? [];
    if (!Array.isArray(digests) || "..." in value) throw new Unproven("form");
    const told: Record<string, unknown> = {};
    for (const [name, each] of Object.entries(value)) {
      if (name !== "_sd" && (depth > 0 || name !== "_sd_alg"))
        told[name] = this.open(each, depth + 1);
    }
    for (const digest of digests) {
      const found = this.take(digest);
      if (!found) continue;
      const isMisplaced = found.name === null || Object.hasOwn(told, found.name);
      if (isMisplaced || (depth === 0 && ALWAYS_OPEN.has(found.name ?? ""))) {
        throw new Unproven("disclosure");
      }
      told[found.name ?? ""] = this.open(found.value, depth + 1);
    }
    return told;
  }

  private array(value: readonly unknown[], depth: number): unknown[] {
    const told: unknown[] = [];
    for (const each of value) {
      if (!isObject(each) || !("..." in each)) {
        told.push(this.open(each, depth + 1));
        continue;
      }
      if (Object.keys(each).length !== 1) throw new Unproven("form");
      const found = this.take(each["..."]);
      if (!found) continue;
      if (found.name !== null) throw new Unproven("disclosure");
      told.push(this.open(found.value, depth + 1));
    }
    return told;
  }

  private take(digest: unknown): Disclosure | undefined {
    if (typeof digest !== "string" || this.seen.has(digest)) throw new Unproven("disclosure");
    this.seen.add(digest);
    return this.known.get(digest);
  }
}

/** The claims that the issuer signed, with what is disclosed; not yet whether they are in force. */
export async function claimsOf(text: string, key: Jwk): Promise<Record<string, unknown>> {
  const parts = parse(text);
  const payload = await verify(parts.jwt, key, TYPES);
  if ((payload._sd_alg ?? "sha-256") !== "sha-256") throw new Unproven("algorithm");
  const opening = new Opening(await Promise.all(parts.disclosures.map(disclosureOf)));
  const claims = opening.open(payload) as Record<string, unknown>;
  opening.requireAllUsed();
  return claims;
}

/** Take a presentation only from its holder, for us, for this question; section 7.3. */
export async function requireBinding(text: string, asked: Question, now_s: number): Promise<void> {
  const { jwt, disclosures, binding } = parse(text);
  const confirmed = read(jwt).payload.cnf;
  const key = isObject(confirmed) ? confirmed.jwk : undefined;
  if (!isObject(key) || !binding) throw new Unproven("binding");
  const proof = await verify(binding, key as unknown as Jwk, ["kb+jwt"]).catch(() => {
    throw new Unproven("binding");
  });
  const body = [jwt, ...disclosures, ""].join("~");
  if (proof.sd_hash !== (await digestOf(body))) throw new Unproven("binding");
  if (proof.aud !== asked.audience) throw new Unproven("audience");
  if (proof.nonce !== asked.nonce) throw new Unproven("nonce");
  const late_s = typeof proof.iat === "number" ? now_s - proof.iat : Number.POSITIVE_INFINITY;
  if (late_s > FRESH_S || late_s < -EARLY_S) throw new Unproven("stale");
}

/** Let nothing pass that is over, or has not begun. */
export function requireInForce(claims: Record<string, unknown>, now_s: number): void {
  const { exp, nbf } = claims;
  for (const each of [exp, nbf])
    if (each !== undefined && typeof each !== "number") throw new Unproven("form");
  if (typeof exp === "number" && now_s >= exp) throw new Unproven("expired");
  if (typeof nbf === "number" && now_s < nbf - EARLY_S) throw new Unproven("early");
}

/** The claims that say something about somebody. */
export function readable(claims: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !TECHNICAL.has(name)));
}
