const LOOK_S = 1.2; // how long frames are watched before anything is changed
const SLOW_S = 1 / 34;
const QUICK_S = 1 / 57;
const STEP = 0.82;
const SETTLE = 3; // times that a change for the worse is believed, before it is kept for good

/** Keeps the picture fluent: fewer points where frames take too long, more where there is time. */
export class Pace {
  private time = 0;
  private frames = 0;
  private share: number;
  private reversals = 0;

  /** @param least and most points of the picture for each point of the page. */
  constructor(
    private readonly least: number,
    private readonly most: number,
  ) {
    this.share = most;
  }

  /** Points for each point of the page, if it should change now. */
  update(dt: number): number | null {
    if (dt > 0.5) return null; // the page slept
    this.time += dt;
    this.frames += 1;
    if (this.time < LOOK_S) return null;
    const mean = this.time / this.frames;
    this.time = 0;
    this.frames = 0;
    if (mean > SLOW_S && this.share > this.least) return this.change(this.share * STEP);
    if (mean < QUICK_S && this.share < this.most && this.reversals < SETTLE) {
      this.reversals += 1;
      return this.change(this.share / STEP);
    }
    return null;
  }

  private change(to: number): number {
    this.share = Math.max(this.least, Math.min(this.most, to));
    return this.share;
  }
}
