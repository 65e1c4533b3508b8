/** A point on a board, as shares of its width and height from the upper left. */
export type Share = readonly [number, number];

const DEEP_M = 0.006;
const FREE_M = 0.025; // so far off a finger must have been before it presses again
const NEAR_M = 0.08;

/** A fingertip before a board: x to the right, y up, z towards the person [m]. */
export type Tip = readonly [number, number, number];

/** Where a fingertip is over a board of that size; null beside it. */
export function shareAt([x, y]: Tip, width: number, height: number): Share | null {
  const at: Share = [x / width + 0.5, 0.5 - y / height];
  return at.every((part) => part >= 0 && part <= 1) ? at : null;
}

/** One fingertip that presses when it comes through a board from the front, once each time. */
export class Poke {
  /** Where the finger hovers; null where it is far off. */
  over: Share | null = null;
  private isFree = false;

  /** @returns where it has just pressed; null for not at all. */
  update(tip: Tip | null, width: number, height: number): Share | null {
    const at = tip && shareAt(tip, width, height);
    this.over = at && tip && Math.abs(tip[2]) < NEAR_M ? at : null;
    if (!tip || !at || tip[2] > FREE_M) {
      this.isFree = tip !== null && tip[2] > FREE_M; // what comes from behind or aside is no press
      return null;
    }
    if (!this.isFree || tip[2] > DEEP_M) return null;
    this.isFree = false;
    return at;
  }
}
