/** Where the body is turned to and what is drawn near: everything moves softly, or at once. */
export interface Goal {
  /** Turn about the upright axis [rad]. */
  readonly yaw: number;
  /** How much larger, and the point of the body that is in the middle of it [m, body frame]. */
  readonly zoom: number;
  readonly at: readonly [number, number, number];
  /** How far the enlarged body is moved, so that the point comes to stand there [m]. */
  readonly shift: readonly [number, number, number];
  /** 0: the whole body is shown; 1: only what lies near the point. */
  readonly near: number;
}

const GLIDE_S = 0.32;
const COAST_S = 0.7;
const TURN_PER_S_MAX = 6;

export class Pose {
  yaw: number;
  zoom = 1;
  near = 0;
  readonly at: [number, number, number];
  readonly shift: [number, number, number];
  private goal: Goal;
  private spin = 0;
  private isHeld = false;

  constructor(rest: Goal) {
    this.goal = rest;
    this.yaw = rest.yaw;
    this.at = [...rest.at];
    this.shift = [...rest.shift];
    this.zoom = rest.zoom;
    this.near = rest.near;
  }

  /** Go there, the shorter way round. */
  turnTo(goal: Goal): void {
    this.goal = { ...goal, yaw: this.yaw + shortest(goal.yaw - this.yaw) };
    this.spin = 0;
  }

  /** A hand turns the body by this angle [rad], in a frame of `dt` seconds. */
  drag(by: number, dt: number): void {
    this.isHeld = true;
    this.yaw += by;
    this.goal = { ...this.goal, yaw: this.yaw };
    const now = by / Math.max(dt, 1 / 240);
    this.spin = Math.max(-TURN_PER_S_MAX, Math.min(TURN_PER_S_MAX, 0.6 * this.spin + 0.4 * now));
  }

  /** The hand lets go: the body coasts to a stop. */
  release(): void {
    this.isHeld = false;
  }

  /** Turn on by an angle [rad] from wherever it is going. */
  nudge(by: number): void {
    this.goal = { ...this.goal, yaw: this.goal.yaw + by };
  }

  /** Whether nothing moves any more. */
  get isAtRest(): boolean {
    return Math.abs(this.goal.yaw - this.yaw) < 1e-4 && Math.abs(this.goal.zoom - this.zoom) < 1e-4;
  }

  update(dt: number, isCalm: boolean): void {
    if (isCalm) {
      this.spin = 0;
      this.arrive(1);
      return;
    }
    if (this.isHeld) {
      this.arrive(0, 1 - Math.exp(-dt / GLIDE_S));
      return;
    }
    if (Math.abs(this.spin) > 0.01) {
      this.yaw += this.spin * dt;
      this.goal = { ...this.goal, yaw: this.yaw };
      this.spin *= Math.exp(-dt / COAST_S);
    }
    this.arrive(1 - Math.exp(-dt / GLIDE_S));
  }

  private arrive(turn: number, rest = turn): void {
    this.yaw += (this.goal.yaw - this.yaw) * turn;
    this.zoom += (this.goal.zoom - this.zoom) * rest;
    this.near += (this.goal.near - this.near) * rest;
    for (const k of [0, 1, 2] as const) {
      this.at[k] += (this.goal.at[k] - this.at[k]) * rest;
      this.shift[k] += (this.goal.shift[k] - this.shift[k]) * rest;
    }
  }
}

/** The same turn, between minus and plus half a circle. */
export function shortest(angle: number): number {
  return Math.atan2(Math.sin(angle), Math.cos(angle));
}
