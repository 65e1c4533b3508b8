import { useEffect } from "react";
import { type Asked, useAsked } from "../../kit/asked";
import { Store, useStore } from "../../kit/store";

/** Counts up with everything that changed between people, so that lists are read anew. */
export const changes = new Store(0);

export function changed(): void {
  changes.update((n) => n + 1);
}

/** The answer to a question, asked again with every change; meanwhile the old one stays. */
export function useLatest<T>(
  question: (stop: AbortSignal) => Promise<T>,
  about: readonly unknown[],
): Asked<T> {
  const asked = useAsked(question, about);
  const { again } = asked;
  const turn = useStore(changes);
  useEffect(() => {
    if (turn) again();
  }, [turn, again]);
  return asked;
}
