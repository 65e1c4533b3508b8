/**
 * Opening a SMART Health Link: all of it happens here, in the browser. The key is in the part of the
 * address that no browser sends. https://hl7.org/fhir/uv/smart-health-cards-and-links/STU1/links-specification.html
 */

const SCHEME = "shlink:/";
const VERSION = 1;
/** Bytes that one file may unpack to. */
const MOST = 64 * 1024 * 1024;

export interface Link {
  readonly url: string;
  readonly key: string;
  /** Seconds since 1970; the house has the last word. */
  readonly exp?: number;
  readonly label: string;
  readonly needsPasscode: boolean;
  readonly isDirect: boolean;
}

export type Why =
  | "broken"
  | "elsewhere"
  | "newer"
  | "insecure"
  | "expired"
  | "revoked"
  | "used"
  | "locked"
  | "unknown"
  | "passcode"
  | "often"
  | "offline"
  | "altered";

/** Why a link does not open. */
export class ShareError extends Error {
  constructor(
    readonly why: Why,
    /** Tries that are left for the passcode. */
    readonly left = 0,
  ) {
    super(why);
    this.name = "ShareError";
  }
}

/** What a link says, or a ShareError. */
export function readLink(text: string): Link {
  const at = text.indexOf(SCHEME);
  let held: unknown;
  try {
    if (at < 0) throw new Error("no link");
    held = JSON.parse(new TextDecoder().decode(bytesOf(text.slice(at + SCHEME.length).trim())));
  } catch {
    throw new ShareError("broken");
  }
  const { url, key, exp, flag, label, v } = (held ?? {}) as Record<string, unknown>;
  if (typeof url !== "string" || typeof key !== "string") throw new ShareError("broken");
  if (typeof v === "number" && v > VERSION) throw new ShareError("newer");
  const flags = typeof flag === "string" ? flag : "";
  return {
    url,
    key,
    ...(typeof exp === "number" ? { exp } : {}),
    label: typeof label === "string" ? label.slice(0, 80) : "",
    needsPasscode: flags.includes("P"),
    isDirect: flags.includes("U"),
  };
}

/** Whether this page may ask whoever made the link: only its own house. */
export function isFromHere(link: Link, origin: string = location.origin): boolean {
  try {
    return new URL(link.url).origin === origin;
  } catch {
    return false;
  }
}

interface ManifestFile {
  readonly embedded?: string;
  readonly location?: string;
}

/** Everything behind a link, decrypted. */
export async function openLink(
  link: Link,
  recipient: string,
  passcode: string,
): Promise<unknown[]> {
  const texts = link.isDirect
    ? [await textOf(await get(`${link.url}?${new URLSearchParams({ recipient })}`))]
    : await filesOf(link, recipient, passcode);
  return Promise.all(texts.map(async (text) => JSON.parse(await decrypted(text, link.key))));
}

async function filesOf(link: Link, recipient: string, passcode: string): Promise<string[]> {
  const body = JSON.stringify({ recipient, ...(link.needsPasscode ? { passcode } : {}) });
  const headers = { "content-type": "application/json" };
  const manifest = await get(link.url, { method: "POST", headers, body });
  const { files } = (await manifest.json()) as { files: readonly ManifestFile[] };
  return Promise.all(
    files.map(async ({ embedded, location }) => embedded ?? textOf(await get(location ?? ""))),
  );
}

async function textOf(response: Response): Promise<string> {
  return (await response.text()).trim();
}

async function get(url: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { credentials: "omit", cache: "no-store", ...init });
  } catch {
    throw new ShareError("offline");
  }
  if (response.ok) return response;
  throw await whyNot(response);
}

const OVER: readonly string[] = ["expired", "revoked", "used", "locked"];

async function whyNot(response: Response): Promise<ShareError> {
  const told = await response.json().catch(() => ({}));
  if (response.status === 401)
    return new ShareError("passcode", Number(told.remainingAttempts ?? 0));
  if (response.status === 429) return new ShareError("often");
  const reason = told.issue?.[0]?.details?.coding?.[0]?.code;
  if (response.status === 404) return new ShareError(OVER.includes(reason) ? reason : "unknown");
  return new ShareError("offline");
}

/** The text of a compact JWE: dir, A256GCM, with or without DEF (RFC 7516, 7518). */
export async function decrypted(jwe: string, key: string): Promise<string> {
  if (!crypto.subtle) throw new ShareError("insecure");
  try {
    const [head = "", wrapped, nonce = "", body = "", tag = ""] = jwe.split(".");
    const header = JSON.parse(new TextDecoder().decode(bytesOf(head)));
    if (header.alg !== "dir" || header.enc !== "A256GCM" || wrapped !== "") throw new Error(head);
    const raw = await crypto.subtle.importKey("raw", bytesOf(key), "AES-GCM", false, ["decrypt"]);
    const pieces = [bytesOf(body), bytesOf(tag)];
    const sealed = joined(
      pieces,
      pieces.reduce((sum, { length }) => sum + length, 0),
    );
    const plain = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: bytesOf(nonce), additionalData: new TextEncoder().encode(head) },
      raw,
      sealed,
    );
    return new TextDecoder().decode(header.zip === "DEF" ? await inflated(plain) : plain);
  } catch {
    throw new ShareError("altered");
  }
}

async function inflated(packed: ArrayBuffer): Promise<Uint8Array> {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const reader = stream.getReader();
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > MOST) throw new Error("too large");
    pieces.push(value);
  }
  return joined(pieces, size);
}

function joined(pieces: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Base64 for URLs (RFC 4648, section 5) as bytes. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}
