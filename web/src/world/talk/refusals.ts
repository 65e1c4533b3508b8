import { Store } from "../../kit/store";
import type { SfuRefused } from "../../wire/world";
import type { Timing } from "../net/socket";

const ANSWER_MS = 6000; // so long it may take until we hear how it went

/** What we know of an SFU that refuses us something: in how long it is asked again. */
export class Refusal {
  /** Seconds; 0 while it refuses nothing. */
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

/** An SFU may refuse to take our voice, and to give us others'. */
export class Refusals {
  readonly speaking: Refusal;
  readonly hearing: Refusal;

  constructor(after: Timing["after"]) {
    this.speaking = new Refusal(after);
    this.hearing = new Refusal(after);
  }

  hear({ again_s, is_hearing }: SfuRefused): void {
    (is_hearing ? this.hearing : this.speaking).hear(again_s);
  }

  forget(): void {
    this.speaking.forget();
    this.hearing.forget();
  }
}
