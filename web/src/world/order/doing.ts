import { useState } from "react";

/** Carry out one thing after another, and remember what went wrong with the last. */
export function useDoing(): {
  readonly error: unknown;
  readonly isBusy: boolean;
  /** Does it, then the rest; nothing of the rest where it failed. */
  readonly carryOut: (work: Promise<unknown>, then?: () => void) => void;
} {
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  function carryOut(work: Promise<unknown>, then?: () => void): void {
    setBusy(true);
    setError(undefined);
    work
      .then(() => then?.())
      .catch(setError)
      .finally(() => setBusy(false));
  }
  return { error, isBusy, carryOut };
}
