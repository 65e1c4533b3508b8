import { session } from "../kit/session";

/** Drafts lie in this tab only and go with it; they survive a reload and a session that ran out. */
const KEPT = "asklepion.draft.";

function keyOf(account: string, visit: string): string {
  return `${KEPT}${account}.${visit}`;
}

export function readDraft(account: string, visit: string): string {
  return sessionStorage.getItem(keyOf(account, visit)) ?? "";
}

export function keepDraft(account: string, visit: string, words: string): void {
  if (words) sessionStorage.setItem(keyOf(account, visit), words);
  else sessionStorage.removeItem(keyOf(account, visit));
}

export function dropDrafts(): void {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(KEPT)) sessionStorage.removeItem(key);
  }
}

/** Whoever signs out leaves nothing written behind. Call the answer to stop. */
export function dropDraftsAtSignOut(): () => void {
  return session.subscribe(() => {
    if (session.get().state === "stranger") dropDrafts();
  });
}
