import { type DependencyList, useCallback, useEffect, useState } from "react";

export interface Asked<T> {
  readonly value: T | undefined;
  readonly error: unknown;
  readonly isWaiting: boolean;
  /** Ask again; what was shown stays until the new answer is there. */
  readonly again: () => void;
}

interface Held<T> {
  readonly value?: T;
  readonly error?: unknown;
}

/**
 * The answer to a question, asked again when `about` changes. Then the old answer is dropped at
 * once: what belonged to another person or another visit never stays on the screen.
 */
export function useAsked<T>(
  question: (signal: AbortSignal) => Promise<T>,
  about: DependencyList,
): Asked<T> {
  const [held, setHeld] = useState<Held<T> & { of: string }>({ of: "" });
  const [turn, setTurn] = useState(0);
  const key = JSON.stringify(about);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the question is asked anew for `about` only
  useEffect(() => {
    const stop = new AbortController();
    question(stop.signal).then(
      (value) => !stop.signal.aborted && setHeld({ value, of: key }),
      (error: unknown) => !stop.signal.aborted && setHeld({ error, of: key }),
    );
    return () => stop.abort();
  }, [key, turn]);

  const again = useCallback(() => setTurn((n) => n + 1), []);
  const isOurs = held.of === key;
  return {
    value: isOurs ? held.value : undefined,
    error: isOurs ? held.error : undefined,
    isWaiting: !isOurs,
    again,
  };
}
