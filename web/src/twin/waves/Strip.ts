import type { Chunk } from "./wave";

/** How much of a waveform is seen at once [ms]. */
export const SEEN_MS = 6000;
const KEPT_MS = 3 * SEEN_MS;
const LATE_MS = 2500; // a source that was further behind than this makes the strip wait longer
const SETTLE = 0.1;
const JOINT = 2.5; // samples between two chunks that are no gap: clocks count in whole milliseconds

/** One point of a strip: how far from its left edge (0 to 1), and the value; NaN lifts the pen. */
export type Point = readonly [x: number, value: number];

/**
 * The last seconds of one waveform, told at an even pace though it comes in chunks: what is shown
 * lies as far behind the clock as the chunks come late, so that the pen never has to wait.
 */
export class Strip {
  private chunks: Chunk[] = [];
  private behind_ms = 0;
  /** When the last chunk came [ms, by our clock]. */
  heard_ms = 0;

  /** Take in a chunk; out of order or twice is no harm. */
  push(chunk: Chunk, now_ms: number): void {
    if (this.chunks.some(({ at_ms }) => at_ms === chunk.at_ms)) return;
    this.chunks = [...this.chunks, chunk]
      .sort((a, b) => a.at_ms - b.at_ms)
      .filter((one) => endOf(one) > this.end_ms(chunk) - KEPT_MS);
    const late = Math.max(now_ms - chunk.at_ms, 0);
    // At once to where it is late, slowly back to where it is early.
    if (late > this.behind_ms || late > LATE_MS) this.behind_ms = Math.max(this.behind_ms, late);
    else this.behind_ms += SETTLE * (late - this.behind_ms);
    this.heard_ms = now_ms;
  }

  get last(): Chunk | undefined {
    return this.chunks.at(-1);
  }

  /** What to draw now, oldest first. */
  points(now_ms: number): Point[] {
    const right = now_ms - this.behind_ms;
    const left = right - SEEN_MS;
    const points: Point[] = [];
    let end = Number.NEGATIVE_INFINITY;
    for (const chunk of this.chunks) {
      if (chunk.at_ms - end > JOINT * chunk.period_ms && points.length > 0)
        points.push([0, Number.NaN]);
      chunk.samples.forEach((value, i) => {
        const at = chunk.at_ms + i * chunk.period_ms;
        if (at >= left && at <= right) points.push([(at - left) / SEEN_MS, value]);
      });
      end = endOf(chunk) - chunk.period_ms;
    }
    return points;
  }

  /** The lowest and the highest of what is kept; the pen's paper reaches a little further. */
  get range(): readonly [low: number, high: number] {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const { samples } of this.chunks) {
      for (const value of samples) {
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
    return low < high ? [low, high] : [low - 1 || -1, low + 1 || 1];
  }

  private end_ms(newest: Chunk): number {
    return Math.max(endOf(newest), ...this.chunks.map(endOf));
  }
}

function endOf({ at_ms, samples, period_ms }: Chunk): number {
  return at_ms + samples.length * period_ms;
}
