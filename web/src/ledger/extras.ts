/** Checks of what else a receipt may carry: one function for each member. */

import type { Parts } from "./reading";
import type { CheckState } from "./verify";

export type Look = (value: unknown, parts: Parts) => Promise<CheckState>;

export const LOOKS: Record<string, Look> = {
  consent: async (value, { event }) => {
    const { verifyConsent } = await import("./consent"); // it brings cryptography of its own
    const found = await verifyConsent({ event, consent: value });
    return found?.isGood ? "passed" : "failed";
  },
};
