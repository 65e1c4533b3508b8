/** How far the chambers are drawn together, 0 to 1, at this share of one beat. */
export function beat(phase: number): number {
  const systole = Math.exp(-(((phase - 0.16) / 0.085) ** 2));
  const atria = 0.28 * Math.exp(-(((phase - 0.94) / 0.05) ** 2));
  const early = 0.28 * Math.exp(-(((phase + 0.06) / 0.05) ** 2));
  return Math.min(1, systole + atria + early);
}

/** How full the lungs are, 0 to 1: in for two fifths of a breath, out and rest for three. */
export function breath(phase: number): number {
  const turn = phase < 0.4 ? phase / 0.4 : 1 - (phase - 0.4) / 0.6;
  return 0.5 - 0.5 * Math.cos(Math.PI * turn);
}

const SLOWEST_PER_MIN = 4;
const FASTEST_PER_MIN = 260;
const SETTLE_S = 1.5;

/** A rhythm that follows a measured rate and stands still where there is none. */
export class Rhythm {
  private phase = 0;
  private rate = 0;
  private strength = 0;
  private goal: number | null = null;

  constructor(private readonly shape: (phase: number) => number) {}

  /** Follow this rate [1/min]; null where nobody measured one. */
  follow(per_min: number | null): void {
    const isPossible = per_min !== null && per_min >= SLOWEST_PER_MIN && per_min <= FASTEST_PER_MIN;
    this.goal = isPossible ? per_min : null;
    if (this.goal !== null && this.rate === 0) this.rate = this.goal;
  }

  get isStill(): boolean {
    return this.goal === null && this.strength < 0.001;
  }

  /** Go on by `dt` seconds and give where the movement stands, 0 to 1. */
  update(dt: number): number {
    const ease = 1 - Math.exp(-dt / SETTLE_S); // the same at 30 and at 120 frames a second
    this.strength += ((this.goal === null ? 0 : 1) - this.strength) * ease;
    if (this.goal !== null) this.rate += (this.goal - this.rate) * ease;
    if (this.isStill) {
      this.phase = 0;
      this.rate = 0;
      return 0;
    }
    this.phase = (this.phase + (this.rate / 60) * dt) % 1;
    return this.shape(this.phase) * this.strength;
  }
}
