import { session } from "../../src/kit/session";

/** Be signed in as this account. */
export function signIn(account: string): void {
  const me = { account, name: account, roles: [], person: null, language: "en" as const };
  session.set({ state: "known", me });
}
