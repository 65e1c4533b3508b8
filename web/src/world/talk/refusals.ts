import { Store } from "../../kit/store";
import type { Timing } from "../net/socket";

const ANSWER_MS = 6000; // so long it may take until we hear how it went

/** What we know of an SFU that refuses us: in how long it is asked again. */
export class Refusals {
  /** Seconds; 0 while it takes our voice and gives us others'. */
  readonly again_s = new Store(0);
  private stop = () => {};

  constructor(private readonly after: Timing["after"]) {}

  hear(again_s: number): void {
    this.stop();
    this.again_s.set(again_s);
    this.stop = this.after(again_s * 1000 + ANSWER_MS, () => this.forget());
  }

  forget(): void {
    this.stop();
    this.again_s.set(0);
  }
}
