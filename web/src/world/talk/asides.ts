import { Store } from "../../kit/store";
import type { FromTalkers, FromWorld } from "../../wire/world";
import type { Timing } from "../net/socket";

export type AsideMessage = Extract<FromWorld, { type: "asked-aside" | "went-aside" }>;
export type Asked = Extract<FromWorld, { type: "asked-aside" }>;

const STANDS_MS = 60_000; // so long a question stands in the house
/** So near must stand whom one asks [m]. */
export const NEAR_M = 4;

export interface AsidesParts {
  readonly say: (message: FromTalkers) => boolean;
  readonly me: () => number;
  /** Somebody speaks privately in that aside now; 0: with everybody. */
  readonly went: (slot: number, aside: number) => void;
  readonly after: Timing["after"];
}

/** Speaking privately: who asks us to, and our answers. */
export class Asides {
  readonly asked = new Store<readonly Asked[]>([]);

  constructor(private readonly parts: AsidesParts) {}

  hear(message: AsideMessage): void {
    if (message.type === "went-aside") {
      this.parts.went(message.slot, message.aside);
      if (message.slot === this.parts.me()) this.drop(message.aside);
    } else {
      this.drop(message.aside);
      this.asked.update((before) => [...before, message]);
      this.parts.after(STANDS_MS, () =>
        this.asked.update((before) => before.filter((one) => one !== message)),
      );
    }
  }

  /** False where there is no line. */
  ask(to: readonly number[]): boolean {
    return this.parts.say({ type: "ask-aside", to });
  }

  /** Say yes. The question stands until we are in, for the house may refuse; false: no line. */
  accept({ aside }: Asked): boolean {
    return this.parts.say({ type: "join-aside", aside });
  }

  decline({ aside }: Asked): void {
    this.parts.say({ type: "decline-aside", aside });
    this.drop(aside);
  }

  leave(): void {
    this.parts.say({ type: "leave-aside" });
  }

  /** Somebody is gone, and what they asked with them. */
  part(slot: number): void {
    this.asked.update((before) => before.filter((one) => one.slot !== slot));
  }

  forget(): void {
    this.asked.set([]);
  }

  private drop(aside: number): void {
    this.asked.update((before) => before.filter((one) => one.aside !== aside));
  }
}
