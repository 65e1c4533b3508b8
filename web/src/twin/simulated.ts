import { Store } from "../kit/store";
import { opened } from "./opened";

/** How fast heart and breath go in a simulation that is being played. */
export interface Rates {
  readonly heart: number | null;
  readonly breaths: number | null;
}

/** While one is played, the hologram follows it instead of what was measured; else null. */
export const simulated = new Store<Rates | null>(null);

opened.epoch.subscribe(() => simulated.set(null));
