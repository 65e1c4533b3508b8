import { isObject, unbase58, unbase64 } from "./bytes";
import { isSigned, type Jwk, octetsOf, read } from "./jose";
import { canonical, parseJson } from "./json";
import { Unproven } from "./unproven";

type Document = Record<string, unknown>;

const BASE = "https://www.w3.org/ns/credentials/v2";
const ENVELOPE = /^data:application\/vc\+jwt,/i;
const PROOFS_MOST = 10;
const EARLY_MS = 60_000;
const MOMENT = /^-?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** A credential that is a document, taken apart; nobody has looked at what proves it yet. */
export interface Paper {
  readonly document: Document;
  /** Empty: its proofs stand in it. */
  readonly jwt: string;
  readonly issuer: string;
}

/** Finds the key by its full name. */
export type KeyOf = (who: string, key: string) => Promise<Jwk>;

/** What this browser leaves to the house. */
export class Elsewhere extends Error {}

/** Whether a text means to be a document, and no SD-JWT. */
export function isDocument(text: string): boolean {
  return text.trim().startsWith("{") || !text.includes("~");
}

/** Take a credential apart. https://www.w3.org/TR/vc-data-model-2.0/ */
export function paperOf(text: string): Paper {
  const plain = text.trim();
  if (!plain.startsWith("{")) return signedPaper(plain);
  const document = parseJson(plain);
  if (!isObject(document)) throw new Unproven("form");
  const types = listOf(document.type);
  if (types.includes("EnvelopedVerifiableCredential")) {
    const id = String(document.id);
    if (!ENVELOPE.test(id)) throw new Unproven("form");
    return signedPaper(id.replace(ENVELOPE, ""));
  }
  return checked(document, "");
}

/** https://www.w3.org/TR/vc-jose-cose/ */
function signedPaper(jwt: string): Paper {
  const { header, payload } = read(jwt);
  for (const part of jwt.split(".").slice(0, 2)) parseJson(textOf(part));
  const kind = String(header.typ ?? "")
    .toLowerCase()
    .replace("application/", "");
  if (kind === "vp+jwt") throw new Elsewhere();
  if (kind !== "vc+jwt" || "vc" in payload || "proof" in payload) throw new Unproven("form");
  const paper = checked(payload, jwt);
  if (payload.iss !== undefined && payload.iss !== paper.issuer) throw new Unproven("issuer");
  return paper;
}

function textOf(part: string): string {
  return new TextDecoder().decode(octetsOf(() => unbase64(part)));
}

function checked(document: Document, jwt: string): Paper {
  const types = listOf(document.type);
  if (types.some((each) => String(each).endsWith("Presentation"))) throw new Elsewhere();
  const isFormed = listOf(document["@context"])[0] === BASE;
  if (!isFormed || !types.includes("VerifiableCredential")) throw new Unproven("form");
  const subjects = listOf(document.credentialSubject);
  if (subjects.length === 0 || !subjects.every(isObject)) throw new Unproven("form");
  const said = isObject(document.issuer) ? document.issuer.id : document.issuer;
  if (typeof said !== "string" || said === "") throw new Unproven("form");
  return { document, jwt, issuer: said };
}

/** Let nothing pass that its issuer did not sign. */
export async function requireSigned(paper: Paper, keyOf: KeyOf): Promise<void> {
  if (paper.jwt) return requireText(paper, keyOf);
  const { proof, ...bare } = paper.document;
  const proofs = listOf(proof);
  if (proofs.length === 0 || proofs.length > PROOFS_MOST) throw new Unproven("signature");
  let isByIssuer = false;
  for (const each of proofs) {
    if (!isObject(each)) throw new Unproven("form");
    const who = await requireProof(bare, each, keyOf);
    isByIssuer ||= who === paper.issuer;
  }
  if (!isByIssuer) throw new Unproven("issuer");
}

async function requireText(paper: Paper, keyOf: KeyOf): Promise<void> {
  const { header } = read(paper.jwt);
  const kid = String(header.kid ?? "");
  if (kid.startsWith("did:") && whoseIs(kid) !== paper.issuer) throw new Unproven("issuer");
  const key = await keyOf(paper.issuer, kid);
  const at = paper.jwt.lastIndexOf(".");
  const signed = new TextEncoder().encode(paper.jwt.slice(0, at));
  const names = key.crv === "Ed25519" ? ["EdDSA", "Ed25519"] : ["ES256"];
  if (!names.includes(String(header.alg)) || "crit" in header) throw new Unproven("algorithm");
  const signature = octetsOf(() => unbase64(paper.jwt.slice(at + 1)));
  if (!(await isSigned(signed, signature, key))) throw new Unproven("signature");
}

/** Look at one proof; tells whose it is. https://www.w3.org/TR/vc-di-eddsa/#eddsa-jcs-2022 */
async function requireProof(bare: Document, proof: Document, keyOf: KeyOf): Promise<string> {
  const { proofValue, ...options } = proof;
  const isKnown = proof.type === "DataIntegrityProof" && proof.cryptosuite === "eddsa-jcs-2022";
  if (!isKnown) throw new Unproven("algorithm");
  if (proof.previousProof !== undefined) throw new Elsewhere(); // one upon another
  const method = proof.verificationMethod;
  const isMeant = proof.proofPurpose === "assertionMethod" && typeof method === "string";
  if (!isMeant || typeof proofValue !== "string" || !proofValue.startsWith("z")) {
    throw new Unproven("signature");
  }
  const [ours, theirs] = [listOf(bare["@context"]), listOf(proof["@context"])];
  if (theirs.some((each, at) => canonical(each) !== canonical(ours[at] ?? null))) {
    throw new Unproven("signature");
  }
  const key = await keyOf(whoseIs(method), method);
  if (key.crv !== "Ed25519") throw new Unproven("issuer");
  const parts = await Promise.all([options, bare].map(digestOf));
  const octets = new Uint8Array(parts.flatMap((part) => [...part]));
  const signature = octetsOf(() => unbase58(proofValue.slice(1)));
  if (!(await isSigned(octets, signature, key))) throw new Unproven("signature");
  return whoseIs(method);
}

async function digestOf(value: unknown): Promise<Uint8Array> {
  const octets = new TextEncoder().encode(canonical(value));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", octets));
}

/** Let nothing pass that is over, or has not begun; nor its signature. */
export function requireDocumentInForce(paper: Paper, now_ms: number): void {
  const begins = [momentOf(paper.document.validFrom)];
  const ends = [untilOf(paper)];
  if (paper.jwt) {
    const { nbf, iat, exp } = paper.document;
    begins.push(secondsOf(nbf), secondsOf(iat));
    ends.push(secondsOf(exp));
  }
  for (const proof of paper.jwt ? [] : listOf(paper.document.proof).filter(isObject)) {
    begins.push(momentOf(proof.created));
    ends.push(momentOf(proof.expires));
  }
  if (ends.some((end) => end !== null && now_ms >= end)) throw new Unproven("expired");
  if (begins.some((begin) => begin !== null && now_ms < begin - EARLY_MS)) {
    throw new Unproven("early");
  }
}

/** Milliseconds since 1970; none where it has no end. */
export function untilOf(paper: Paper): number | null {
  return momentOf(paper.document.validUntil);
}

function momentOf(said: unknown): number | null {
  if (said === undefined) return null;
  const at = typeof said === "string" && MOMENT.test(said) ? Date.parse(said) : Number.NaN;
  if (Number.isNaN(at)) throw new Unproven("form");
  return at;
}

function secondsOf(said: unknown): number | null {
  if (said === undefined) return null;
  if (typeof said !== "number") throw new Unproven("form");
  return said * 1000;
}

/** What it says about whoever it is about. */
export function documentClaims(paper: Paper): Record<string, unknown> {
  const subjects = listOf(paper.document.credentialSubject).filter(isObject).map(told);
  const [first = {}] = subjects;
  if (subjects.length > 1) return { subjects };
  const name = paper.document.name;
  const isSaid = Object.values(first).some((each) => isObject(each) && each.name === name);
  return typeof name === "string" && !isSaid ? { title: name, ...first } : first;
}

function told(subject: Document): Record<string, unknown> {
  const { id: _id, type: _type, "@context": _context, ...rest } = subject;
  return rest;
}

/** What kind of credential it says that it is. */
export function typeOf(paper: Paper): string {
  const types = listOf(paper.document.type).filter((each) => each !== "VerifiableCredential");
  return String(types.at(-1) ?? "VerifiableCredential").slice(0, 200);
}

export function listOf(found: unknown): unknown[] {
  if (found === undefined || found === null) return [];
  return Array.isArray(found) ? found : [found];
}

function whoseIs(method: string): string {
  return method.split("#")[0] ?? "";
}
