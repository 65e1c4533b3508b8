import { Store } from "../kit/store";
import type { Motion } from "../wire/world";

const KEPT = 200; // older ones are gone; the house keeps none at all

/** One line of what happened here. */
export interface Happening {
  readonly id: number;
  readonly kind:
    | "said"
    | "uttered"
    | "came"
    | "left"
    | "waved"
    | Exclude<Motion, "wave" | "hand-down">;
  readonly slot: number;
  readonly name: string;
  readonly isMine: boolean;
  /** Said to those in one's aside alone. */
  readonly isPrivate: boolean;
  /** What was said; of a phrase, which one. */
  readonly text: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** What was said and what happened in this place since we came, the oldest first. */
export class Happenings {
  readonly store = new Store<readonly Happening[]>([]);
  private count = 0;

  add(line: Omit<Happening, "id">): void {
    this.count += 1;
    const happening = { ...line, id: this.count };
    this.store.update((lines) => [...lines, happening].slice(-KEPT));
  }

  forget(): void {
    this.store.set([]);
  }
}
