import type { Simulation } from "../../wire/twin";
import type { Rates } from "../simulated";

const LASTS_S = 30; // how long a whole run plays, at the usual speed

/** Goes through a simulation's time, and knows what a curve says at each moment. */
export class Player {
  isPlaying = false;
  now: number;

  constructor(
    readonly start: number,
    readonly end: number,
  ) {
    this.now = start;
  }

  static for(runs: readonly Simulation[]): Player {
    const times = runs.flatMap(({ times }) => [times[0] ?? 0, times.at(-1) ?? 0]);
    return new Player(Math.min(...times), Math.max(...times));
  }

  /** Go on by `dt` seconds of the reader's time; the end is where it rests. */
  update(dt: number): void {
    if (!this.isPlaying) return;
    this.now += ((this.end - this.start) / LASTS_S) * dt;
    if (this.now >= this.end) {
      this.now = this.end;
      this.isPlaying = false;
    }
  }

  toggle(): void {
    if (this.now >= this.end) this.now = this.start;
    this.isPlaying = !this.isPlaying;
  }

  seek(to: number): void {
    this.now = Math.min(this.end, Math.max(this.start, to));
  }
}

/** Which of a run's moments is the last one that has come. */
export function indexAt(times: readonly number[], now: number): number {
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((times[middle] ?? 0) <= now + 1e-9) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** What a run says of one quantity at a moment; null where a monitor would show a dash. */
export function valueAt(run: Simulation, key: string, now: number): number | null {
  const curve = run.curves.find((one) => one.key === key);
  return curve?.values[indexAt(run.times, now)] ?? null;
}

/** How the hologram should beat and breathe at a moment; null where the run tells nothing of it. */
export function ratesAt(run: Simulation, now: number): Rates | null {
  if (run.kind !== "circulation") return null;
  return {
    heart: valueAt(run, "heart_rate", now),
    breaths: valueAt(run, "respiratory_rate", now),
  };
}
