import { TICKS_PER_S } from "../../wire/world";
import { type BothHands, type HandsHeard, handsFrame } from "./hands";

const EVERY_MS = 1000 / TICKS_PER_S;
const FRESH_MS = 600; // older hands are not where they were
const ALIVE_MS = 300; // hands that are held still are told again so often

/** Our own hands, at most 20 times a second, and those that we heard of. */
export class HandsShown {
  private readonly heard = new Map<number, { hands: BothHands; at: number }>();
  private last: Uint8Array<ArrayBuffer> | null = null;
  private sentAt = Number.NEGATIVE_INFINITY;

  /** @param show sends a frame; false if it did not leave. */
  constructor(private readonly show: (frame: Uint8Array<ArrayBuffer>) => boolean) {}

  /** Called every frame with how our fingers are held. */
  take(hands: BothHands, now: number): void {
    if (now - this.sentAt < EVERY_MS) return;
    const frame = handsFrame(hands);
    if (!frame || (this.isSame(frame) && now - this.sentAt < ALIVE_MS)) return;
    if (!this.show(frame)) return;
    this.last = frame;
    this.sentAt = now;
  }

  hear({ hands }: HandsHeard, now: number): void {
    for (const [slot, both] of hands) this.heard.set(slot, { hands: both, at: now });
  }

  of(slot: number, now: number): BothHands | null {
    const found = this.heard.get(slot);
    return found && now - found.at < FRESH_MS ? found.hands : null;
  }

  /** Another place: the slots are others'. */
  forget(): void {
    this.heard.clear();
    this.last = null;
  }

  private isSame(frame: Uint8Array): boolean {
    const { last } = this;
    return last?.length === frame.length && frame.every((value, i) => value === last[i]);
  }
}
