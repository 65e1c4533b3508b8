import { api, ask } from "../../../kit/api";
import { base64, inflate, isObject, unbase64 } from "./bytes";
import {
  documentClaims,
  Elsewhere,
  isDocument,
  listOf,
  type Paper,
  paperOf,
  requireDocumentInForce,
  requireSigned,
  typeOf,
  untilOf,
} from "./document";
import { type Jwk, keyInName, nameOf, read, verify } from "./jose";
import { claimsOf, parse, type Question, readable, requireBinding, requireInForce } from "./sdjwt";
import { Unproven, type Why } from "./unproven";

/** What something shown proves, and who looked. */
export interface Verdict {
  readonly why: Why | "";
  readonly by: "browser" | "house";
  readonly issuer: string;
  readonly isHere: boolean;
  readonly isTrusted: boolean;
  readonly vct: string;
  readonly claims: Readonly<Record<string, unknown>>;
  /** Milliseconds since 1970; none where it has no end. */
  readonly until: number | null;
  readonly checkedAt: number;
  /** A document hides nothing, and is bound to nobody unless it is presented. */
  readonly isDocument: boolean;
  /** Who presents it; empty where nobody does. */
  readonly holder: string;
  /** What a presentation holds. */
  readonly credentials: readonly Verdict[];
}

interface Issuer {
  readonly jwk: Jwk;
  readonly is_here: boolean;
  readonly is_trusted: boolean;
}

interface Told {
  readonly why: Why | "";
  readonly issuer: string;
  readonly is_here: boolean;
  readonly is_trusted: boolean;
  readonly vct: string;
  readonly claims: Record<string, unknown>;
  readonly until: string | null;
  readonly form?: string;
  readonly holder?: string;
  readonly credentials?: readonly Told[];
}

const STATUS = "/api/identity/status/";
const MOST = 1 << 22;

/** A question that nobody has asked before. */
export function newNonce(): string {
  return base64(crypto.getRandomValues(new Uint8Array(24)));
}

/**
 * Verify a presentation in this browser, whatever the house says: the issuer's signature, what is
 * disclosed, the holder's proof, the time, and the issuer's list. Only where the browser has no
 * means for it, or the issuer is elsewhere, the house looks.
 */
export async function check(text: string, asked: Question): Promise<Verdict> {
  if (!globalThis.crypto?.subtle) return byHouse(text, asked);
  let verdict: Verdict = nothing("form");
  try {
    const { header, payload } = read(parse(text).jwt);
    const issuer = await issuerOf(String(payload.iss ?? ""), String(header.kid ?? ""));
    if (!issuer.is_here) return await byHouse(text, asked);
    const claims = await claimsOf(text, issuer.jwk);
    verdict = told(claims, issuer);
    await requireBinding(text, asked, Date.now() / 1000);
    requireInForce(claims, Date.now() / 1000);
    await requireStanding(claims);
    return { ...verdict, why: "" };
  } catch (error) {
    if (error instanceof Unproven) return { ...verdict, why: error.why };
    throw error;
  }
}

/**
 * Verify a credential that is a document, such as a badge file. The browser looks at its signature,
 * its time, and this house's own lists; chains of proofs, presentations and the lists of others are
 * the house's to look at.
 */
export async function checkDocument(text: string): Promise<Verdict> {
  if (!globalThis.crypto?.subtle) return byHouse(text);
  let verdict: Verdict = { ...nothing("form"), isDocument: true };
  try {
    const paper = paperOf(text);
    await requireSigned(paper, keyOf);
    const issuer = await issuerOf(paper.issuer, "").catch(() => null);
    verdict = toldOf(paper, issuer);
    requireDocumentInForce(paper, Date.now());
    await requireDocumentStanding(paper, issuer?.is_here ?? false);
    return { ...verdict, why: "" };
  } catch (error) {
    if (error instanceof Elsewhere || error instanceof DOMException) return byHouse(text);
    if (error instanceof Unproven && error.why !== "issuer") return { ...verdict, why: error.why };
    if (error instanceof Unproven) return byHouse(text); // it may know whom this browser does not
    throw error;
  }
}

/** Whatever somebody gives: a part of an SD-JWT for us, or a document. */
export function checkAny(text: string, asked: Question): Promise<Verdict> {
  return isDocument(text) ? checkDocument(text) : check(text, asked);
}

async function keyOf(who: string, key: string): Promise<Jwk> {
  return keyInName(who) ?? (await issuerOf(who, key)).jwk;
}

/** What the issuer's lists say of a document now. */
async function requireDocumentStanding(paper: Paper, isHere: boolean): Promise<void> {
  const places = listOf(paper.document.credentialStatus);
  if (places.length === 0 && paper.document.status === undefined) return;
  if (!isHere || paper.document.status !== undefined) throw new Elsewhere();
  const entries = new Map<string, number>(); // by list: the same list says both purposes
  for (const place of places) {
    if (!isObject(place)) throw new Unproven("status");
    const [uri, entry] = [String(place.statusListCredential), String(place.statusListIndex)];
    const bare = uri.replace(/\.(revocation|suspension)$/, "");
    const isOther = (entries.get(bare) ?? Number(entry)) !== Number(entry);
    if (!uri.includes(STATUS) || !/^\d{1,10}$/.test(entry) || isOther) throw new Unproven("status");
    entries.set(bare, Number(entry));
  }
  for (const [uri, idx] of entries) {
    await requireStanding({ iss: paper.issuer, status: { status_list: { uri, idx } } });
  }
}

async function issuerOf(name: string, kid: string): Promise<Issuer> {
  const query = new URLSearchParams({ did: name, kid });
  const found = await api.get<Issuer>(`/api/identity/issuers?${query}`).catch(() => {
    throw new Unproven("issuer");
  });
  // A key that is its own name needs nobody's word for it.
  const own = name.startsWith("did:key:") ? keyInName(name) : null;
  if (own) return { ...found, jwk: own };
  if (name.startsWith("did:key:") && nameOf(found.jwk) !== name) throw new Unproven("issuer");
  return found;
}

/** What its issuer's list says of it now; the list must be the issuer's own, and fresh. */
async function requireStanding(claims: Record<string, unknown>): Promise<void> {
  if (claims.status === undefined) return;
  const named = isObject(claims.status) ? claims.status.status_list : undefined;
  if (!isObject(named) || typeof named.uri !== "string" || !Number.isInteger(named.idx)) {
    throw new Unproven("status");
  }
  const id = named.uri.slice(named.uri.lastIndexOf(STATUS) + STATUS.length);
  const headers = { accept: "application/statuslist+jwt" };
  const text = await (await ask(`${STATUS}${encodeURIComponent(id)}`, { headers })).text();
  const issuer = String(claims.iss ?? "");
  const list = await statusListOf(text, issuer);
  if (String(list.sub).split(STATUS)[1] !== id) throw new Unproven("status");
  const state = await entryOf(list.status_list, named.idx as number);
  if (state === 2) throw new Unproven("suspended");
  if (state !== 0) throw new Unproven("revoked");
}

async function statusListOf(text: string, issuer: string): Promise<Record<string, unknown>> {
  const { header, payload } = read(text);
  // The house's keys may have been renewed since: then another of its own names signs its lists.
  const name = String(payload.iss ?? issuer);
  const signer = await issuerOf(name, String(header.kid ?? ""));
  if (name !== issuer && !signer.is_here) throw new Unproven("status");
  const list = await verify(text, signer.jwk, ["statuslist+jwt"]);
  if (typeof list.exp === "number" && Date.now() / 1000 >= list.exp) throw new Unproven("status");
  return list;
}

async function entryOf(list: unknown, entry: number): Promise<number> {
  if (!isObject(list) || typeof list.lst !== "string" || typeof list.bits !== "number") {
    throw new Unproven("status");
  }
  const octets = await inflate(unbase64(list.lst), MOST).catch(() => {
    throw new Unproven("status");
  });
  const perByte = 8 / list.bits;
  const octet = octets[Math.floor(entry / perByte)];
  if (octet === undefined || entry < 0) throw new Unproven("status");
  return (octet >> (list.bits * (entry % perByte))) & ((1 << list.bits) - 1);
}

async function byHouse(text: string, asked?: Question): Promise<Verdict> {
  return fromHouse(await api.post<Told>("/api/identity/verify", { presentation: text, ...asked }));
}

function fromHouse(found: Told): Verdict {
  return {
    why: found.why,
    by: "house",
    issuer: found.issuer,
    isHere: found.is_here,
    isTrusted: found.is_trusted,
    vct: found.vct,
    claims: found.claims,
    until: found.until ? Date.parse(found.until) : null,
    checkedAt: Date.now(),
    isDocument: found.form === "vc" || found.form === "vp",
    holder: found.holder ?? "",
    credentials: (found.credentials ?? []).map(fromHouse),
  };
}

function toldOf(paper: Paper, issuer: Issuer | null): Verdict {
  return {
    ...nothing(""),
    issuer: paper.issuer,
    isHere: issuer?.is_here ?? false,
    isTrusted: issuer?.is_trusted ?? false,
    vct: typeOf(paper),
    claims: documentClaims(paper),
    until: untilOf(paper),
    isDocument: true,
  };
}

function told(claims: Record<string, unknown>, issuer: Issuer): Verdict {
  return {
    ...nothing(""),
    issuer: String(claims.iss),
    isHere: issuer.is_here,
    isTrusted: issuer.is_trusted,
    vct: String(claims.vct ?? ""),
    claims: readable(claims),
    until: typeof claims.exp === "number" ? claims.exp * 1000 : null,
  };
}

function nothing(why: Why | ""): Verdict {
  return {
    why,
    by: "browser",
    issuer: "",
    isHere: false,
    isTrusted: false,
    vct: "",
    claims: {},
    until: null,
    checkedAt: Date.now(),
    isDocument: false,
    holder: "",
    credentials: [],
  };
}
