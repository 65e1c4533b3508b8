const KEPT = "asklepion.renewed";
const PAUSE_MS = 60_000; // once a minute at most: a house that is broken is not asked for ever

/**
 * After an update of the house an open page asks for parts that are gone; then it starts anew,
 * which costs nothing: place and drafts are kept. Call the answer to stop.
 */
export function renewWhenOld(reload: () => void, now: () => number = Date.now): () => void {
  const onMissing = (event: Event): void => {
    const last = Number(sessionStorage.getItem(KEPT) ?? 0);
    if (now() - last < PAUSE_MS) return;
    event.preventDefault();
    sessionStorage.setItem(KEPT, String(now()));
    reload();
  };
  addEventListener("vite:preloadError", onMissing);
  return () => removeEventListener("vite:preloadError", onMissing);
}
