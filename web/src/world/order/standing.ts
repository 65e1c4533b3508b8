import { Store } from "../../kit/store";
import type { FromWorld, Right, Standing, Told } from "../../wire/world";
import { changed } from "./changes";

/** What concerns the order of a place and ourselves in it. */
export type OrderMessage = Extract<FromWorld, { type: "standing" | "told" }>;

/** One thing that we were told, until we have read it. */
export interface News extends Told {
  /** Counts up, so that the same words twice are two. */
  readonly count: number;
}

const NOTHING: Standing = {
  type: "standing",
  place: "",
  part: "guest",
  rights: [],
  is_silent: false,
  phrases_only: false,
  slow_s: 0,
  bubble_m: 0,
};
const KEPT = 20; // more than that nobody reads

/** What we are and may do where we are, and what we were told that concerns us alone. */
export class Order {
  readonly standing = new Store<Standing>(NOTHING);
  readonly news = new Store<readonly News[]>([]);
  private count = 0;

  hear(message: OrderMessage): void {
    if (message.type === "standing") this.standing.set(message);
    else {
      this.count += 1;
      const fresh = { ...message, count: this.count };
      this.news.update((before) => [...before, fresh].slice(-KEPT));
      changed();
    }
  }

  may(right: Right): boolean {
    return this.standing.get().rights.includes(right);
  }

  /** It was read. */
  drop(count: number): void {
    this.news.update((before) => before.filter((one) => one.count !== count));
  }

  forget(): void {
    this.standing.set(NOTHING);
  }

  /** Somebody else is signed in: what was told concerns them no more. */
  forgetNews(): void {
    this.news.set([]);
  }
}
