import { useEffect } from "react";
import { ApiError, api } from "../../kit/api";
import { type Asked, useAsked } from "../../kit/asked";
import { askPasskey, canUsePasskeys, type PasskeyOptions, PasskeyRefused } from "../../kit/passkey";
import { Store, useStore } from "../../kit/store";
import { consentsChanged, headersOf, type Subject } from "../subject";
import { isUnderWay, lastOf, mayProve, type SignedOne } from "./model";

const KEPT = "asklepion.signs-with-passkey";
const RECENT = 20; // among these is what was said just now, begun or ended
const LOOK_MS = 5000; // how often one looks again while something is on its way

/** Whether each choice is to be signed with a passkey, on this device. */
export const signsWithPasskey = new Store(globalThis.localStorage?.getItem(KEPT) !== "no");

export function setSignsWithPasskey(next: boolean): void {
  localStorage.setItem(KEPT, next ? "yes" : "no");
  signsWithPasskey.set(next);
}

interface Keys {
  readonly passkeys: readonly { readonly can_sign: boolean; readonly works_here: boolean }[];
}

/** Whether a passkey can sign: one made at this address, only others, or none. */
export type Signing = "here" | "elsewhere" | "none";

/** Whether whoever is signed in has a passkey that signs; undefined until that is known. */
export function useSigning(): Signing | undefined {
  return useAsked(signing, []).value;
}

async function signing(stop?: AbortSignal): Promise<Signing> {
  if (!canUsePasskeys()) return "none";
  const { passkeys } = await api.get<Keys>("/api/identity/keys", stop);
  const able = passkeys.filter(({ can_sign }) => can_sign);
  if (able.some(({ works_here }) => works_here)) return "here";
  return able.length > 0 ? "elsewhere" : "none";
}

/** Everything that was signed about her record, newest first; read again while some is on its way. */
export function useSigned(who: Subject): Asked<SignedOne[]> {
  const path = `/api/records/patients/${who.patient}/signed`;
  const signed = useAsked(
    (stop) => api.get<SignedOne[]>(path, stop, headersOf(who)),
    [path, who.purpose],
  );
  const turn = useStore(consentsChanged);
  const { again, value } = signed;
  useEffect(() => {
    if (turn > 0) again();
  }, [turn, again]);
  const isWaiting = value?.some(isUnderWay) ?? false;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each answer sets the next look
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setTimeout(again, LOOK_MS);
    return () => clearTimeout(timer);
  }, [isWaiting, again, value]);
  return signed;
}

/** Have a passkey sign what was said by a consent, last or as named: one touch. */
export async function proveConsent(
  who: Subject | null,
  consent: string,
  signature = "",
): Promise<void> {
  const path = `/api/records/consents/${consent}/passkey`;
  const which = `?signature=${signature}`;
  const { options } = await api.post<{ options: PasskeyOptions }>(
    `${path}/options${which}`,
    {},
    headersOf(who),
  );
  await api.post(path + which, await askPasskey(options), headersOf(who));
  consentsChanged.update((n) => n + 1);
}

/**
 * The same right after something was said, where it is wanted here. It counts without, signed by
 * the house; so whoever has no passkey, or will not now, is not held up.
 */
export async function proveIfWanted(
  who: Subject | null,
  consent: string,
  signature = "",
): Promise<boolean> {
  if (!signsWithPasskey.get()) return false;
  try {
    if ((await signing()) !== "here") return false;
    await proveConsent(who, consent, signature);
    return true;
  } catch (error) {
    if (error instanceof PasskeyRefused || error instanceof ApiError) return false;
    throw error;
  }
}

/** The same for what one said last, wherever one said it, such as in a visit. */
export async function proveNewestIfWanted(patient: string): Promise<boolean> {
  if (!signsWithPasskey.get() || !canUsePasskeys()) return false;
  const path = `/api/records/patients/${patient}/signed?count=${RECENT}`;
  const found = await api.get<SignedOne[]>(path).catch(() => []);
  const [newest] = found.sort((a, b) => lastOf(b).leaf - lastOf(a).leaf);
  if (!newest || !mayProve(newest)) return false;
  return await proveIfWanted(null, newest.consent, lastOf(newest).id);
}
