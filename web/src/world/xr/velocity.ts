import type { Vec3 } from "../net/poses";

const WINDOW_MS = 100; // of the last moments before a hand opens
const FASTEST_M_S = 15; // the house takes 20
const STILL: Vec3 = [0, 0, 0];

/** How fast a hand moves, over its last moments: one bad frame throws nothing away. */
export class Velocity {
  private readonly seen: { readonly at: number; readonly position: Vec3 }[] = [];

  /** @param at on any clock [ms]. */
  add(position: Vec3, at: number): void {
    if (at <= (this.seen.at(-1)?.at ?? Number.NEGATIVE_INFINITY)) return;
    this.seen.push({ at, position });
    while (this.seen.length > 2 && at - (this.seen[0]?.at ?? at) > WINDOW_MS) this.seen.shift();
  }

  /** The slope of the straight line that fits best [m/s]. */
  now(): Vec3 {
    const n = this.seen.length;
    if (n < 2) return STILL;
    const middle = this.seen.reduce((sum, { at }) => sum + at, 0) / n;
    const spread = this.seen.reduce((sum, { at }) => sum + (at - middle) ** 2, 0);
    const slope = (axis: 0 | 1 | 2) =>
      (1000 * this.seen.reduce((sum, s) => sum + (s.at - middle) * s.position[axis], 0)) / spread;
    const found: Vec3 = [slope(0), slope(1), slope(2)];
    const speed = Math.hypot(...found);
    const share = speed > FASTEST_M_S ? FASTEST_M_S / speed : 1;
    return [found[0] * share, found[1] * share, found[2] * share];
  }
}
