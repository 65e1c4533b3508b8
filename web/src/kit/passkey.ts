/** What the house sends and gets of a passkey, as JSON. https://www.w3.org/TR/webauthn-3/ */
export type PasskeyOptions = Record<string, unknown>;
export interface PasskeyAnswer {
  readonly id: string;
  readonly rawId: string;
  readonly type: string;
  readonly response: Readonly<Record<string, string>>;
}

/** Somebody closed the window that asked for the finger, or waited too long. */
export class PasskeyRefused extends Error {}

/** This device has a passkey of ours already. */
export class PasskeyKnown extends Error {}

/** Why there are no passkeys here: no name in the address, no safe line, or an old browser; or "". */
export function whyNoPasskeys(host: string = location.hostname): "" | "number" | "unsafe" | "old" {
  // Browsers take no number for a relying party. https://www.w3.org/TR/webauthn-3/#rp-id
  if (/^[\d.]+$/.test(host) || host.startsWith("[")) return "number";
  if (globalThis.isSecureContext === false) return "unsafe";
  const can = typeof globalThis.PublicKeyCredential === "function" && !!navigator.credentials;
  return can ? "" : "old";
}

/** Whether passkeys can be made and used here at all. */
export function canUsePasskeys(): boolean {
  return whyNoPasskeys() === "";
}

/** Whether a host is this machine itself, which nobody elsewhere can open. */
export function isThisMachine(host: string): boolean {
  return /^(127\.[\d.]+|\[::1\]|([^.]+\.)*localhost)$/.test(host);
}

/** Whether the browser can offer passkeys by itself, while somebody types. */
export async function canOfferPasskeys(): Promise<boolean> {
  if (!canUsePasskeys()) return false;
  return (await PublicKeyCredential.isConditionalMediationAvailable?.()) ?? false;
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

function text(data: ArrayBuffer): string {
  const plain = String.fromCharCode(...new Uint8Array(data));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

interface Listed {
  readonly id: string;
  readonly type: PublicKeyCredentialType;
}

function listed(all: unknown): PublicKeyCredentialDescriptor[] {
  return ((all ?? []) as Listed[]).map(({ id, type }) => ({ id: bytes(id), type }));
}

async function asked(question: Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const found = await question;
    if (found) return found as PublicKeyCredential;
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    if (error.name === "AbortError") throw error;
    if (error.name === "InvalidStateError") throw new PasskeyKnown();
  }
  throw new PasskeyRefused();
}

function answer(found: PublicKeyCredential, response: Record<string, string>): PasskeyAnswer {
  return { id: found.id, rawId: text(found.rawId), type: found.type, response };
}

/** Make a passkey on this device. */
export async function makePasskey(options: PasskeyOptions): Promise<PasskeyAnswer> {
  const user = options.user as { id: string; name: string; displayName: string };
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge as string),
    user: { ...user, id: bytes(user.id) },
    excludeCredentials: listed(options.excludeCredentials),
  } as unknown as PublicKeyCredentialCreationOptions;
  const found = await asked(navigator.credentials.create({ publicKey }));
  const response = found.response as AuthenticatorAttestationResponse;
  return answer(found, {
    clientDataJSON: text(response.clientDataJSON),
    attestationObject: text(response.attestationObject),
  });
}

/** Have a passkey sign what the house asks. */
export async function askPasskey(
  options: PasskeyOptions,
  more: Pick<CredentialRequestOptions, "mediation" | "signal"> = {},
): Promise<PasskeyAnswer> {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge as string),
    allowCredentials: listed(options.allowCredentials),
  } as unknown as PublicKeyCredentialRequestOptions;
  const found = await asked(navigator.credentials.get({ ...more, publicKey }));
  const response = found.response as AuthenticatorAssertionResponse;
  return answer(found, {
    clientDataJSON: text(response.clientDataJSON),
    authenticatorData: text(response.authenticatorData),
    signature: text(response.signature),
    ...(response.userHandle ? { userHandle: text(response.userHandle) } : {}),
  });
}
