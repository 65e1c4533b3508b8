import { ApiError, api, onUnauthenticated } from "./api";
import { Store, useStore } from "./store";
import { isLanguageChosen, type Language, language, setLanguage, showLanguage } from "./text";

export type Role = "patient" | "clinician" | "trainee" | "educator" | "operator" | "device";

/** Who is signed in. `person` is the FHIR reference the account speaks as. */
export interface Me {
  readonly account: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly person: string | null;
  readonly language: Language;
}

export type SessionState = "unknown" | "stranger" | "known" | "ended";
interface Session {
  readonly state: SessionState;
  readonly me: Me | null;
}

/** `ended` is a stranger whose session ran out while the page was open. */
export const session = new Store<Session>({ state: "unknown", me: null });

onUnauthenticated(() => {
  if (session.get().state === "known") session.set({ state: "ended", me: null });
});

/** Whoever the house let in is here. */
export function welcome(me: Me): Me {
  session.set({ state: "known", me });
  // English is what an account has until somebody chooses; it does not override the browser's.
  if (!isLanguageChosen() && me.language !== "en") void showLanguage(me.language);
  return me;
}

/** Ask the house who we are. Throws only when the house cannot be reached. */
export async function recall(): Promise<Me | null> {
  try {
    return welcome(await api.get<Me>("/api/identity/me"));
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) {
      session.set({ state: "stranger", me: null });
      return null;
    }
    throw error;
  }
}

export async function signIn(email: string, password: string): Promise<Me> {
  return welcome(await api.post<Me>("/api/identity/session", { email, password }));
}

type Parting = () => Promise<unknown>;
const partings = new Set<Parting>();

/** Do something while we are still known, before the session ends; call the answer to forget it. */
export function beforeSignOut(parting: Parting): () => void {
  partings.add(parting);
  return () => {
    partings.delete(parting);
  };
}

export async function signOut(): Promise<void> {
  await Promise.allSettled([...partings].map((parting) => parting()));
  await api.delete("/api/identity/session");
  session.set({ state: "stranger", me: null });
}

/** The language is the account's, so it is also the same on the next machine. */
export async function chooseLanguage(next: Language): Promise<void> {
  await setLanguage(next);
  if (language.get() !== next) return; // somebody chose again while its words came
  const { me, state } = session.get();
  if (!me) return;
  session.set({ state, me: { ...me, language: next } });
  await api.patch("/api/identity/me", { language: next });
}

/** The account that is signed in; "" for none. */
export function accountNow(): string {
  return session.get().me?.account ?? "";
}

/** Do something whenever another account, or none, is signed in; call the answer to stop. */
export function onAccountChange(tell: () => void): () => void {
  let account = accountNow();
  return session.subscribe(() => {
    if (account === accountNow()) return;
    account = accountNow();
    tell();
  });
}

/** Who is signed in, or null. */
export function useSession(): Me | null {
  return useStore(session).me;
}
