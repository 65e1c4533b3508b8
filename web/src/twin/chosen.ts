import { Store } from "../kit/store";
import { opened } from "./opened";

/** The organ whose card is open, and the one under the pointer; the same in the scene and beside it. */
export const chosen = new Store<string | null>(null);
export const hovered = new Store<string | null>(null);

/** Turn the body in the scene by an angle [rad]; whoever draws it listens. */
export const turns = new Store<{ readonly by: number }>({ by: 0 });

/** How many scenes draw the body now: where none does, the panel draws its own. */
export const scenes = new Store(0);

opened.epoch.subscribe(() => {
  chosen.set(null);
  hovered.set(null);
});
