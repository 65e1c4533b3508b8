import { api } from "../../kit/api";
import type { OneTimeLink } from "../keys/model";

/** How far the closing of an account is. */
export interface Closing {
  readonly state: "closing" | "suspended" | "closed";
  readonly reason: string;
  /** Who asked for it; empty: somebody at the house's own command line. */
  readonly by: string;
  readonly is_own: boolean;
  readonly ends_at: string;
}

/** A new invitation for somebody who lost every key. */
export interface Return {
  readonly reason: string;
  readonly by: string;
  readonly ready_at: string;
}

/** Its link, shown this once. */
export interface ReturnLink extends OneTimeLink {
  readonly ready_at: string;
}

/** How long there is time to object [h]; it is the same for everybody. */
export async function askDelay(stop: AbortSignal): Promise<number> {
  return (await api.get<{ delay_h: number }>("/api/identity/keys", stop)).delay_h;
}
