import { useState } from "react";
import { PasskeyKnown, PasskeyRefused } from "../../kit/passkey";
import { NotProven } from "./proving";

export interface Doing {
  readonly isBusy: boolean;
  readonly error: unknown;
  /** Text key of what the device, not the house, said; or "". */
  readonly said: string;
  readonly run: (work: () => Promise<void>) => Promise<void>;
}

/** One thing at a time: whether it goes on, and what came of it. Nothing is said of what one stopped. */
export function useDoing(): Doing {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [said, setSaid] = useState("");

  async function run(work: () => Promise<void>): Promise<void> {
    setBusy(true);
    setError(null);
    setSaid("");
    try {
      await work();
    } catch (failure) {
      if (failure instanceof PasskeyRefused) setSaid("identity.passkey.refused");
      else if (failure instanceof PasskeyKnown) setSaid("identity.passkey.known");
      else if (!(failure instanceof NotProven)) setError(failure);
    } finally {
      setBusy(false);
    }
  }

  return { isBusy, error, said, run };
}
