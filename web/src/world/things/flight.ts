import type { Ground, Vec2 } from "../ground/ground";
import type { Turn, Vec3 } from "../net/poses";

export const BALL_M = 0.12; // radius
const GRAVITY = 9.81;
const BOUNCE = 0.62; // of the speed that stays when it hits the ground
const RUB = 0.78; // of the speed along the ground that stays with each bounce
const ROLL_S = 0.9; // how fast rolling dies out
const STILL_M_S = 0.25;
const STEP_S = 1 / 120;
const LONGEST_S = 12;

/** A ball in the air and on the ground, until it rests. Whoever threw it lets it fly. */
export class Flight {
  turn: Turn = [0, 0, 0, 1];
  isResting = false;
  private age = 0;
  private rest = 0;

  constructor(
    private readonly ground: Ground,
    public position: Vec3,
    public velocity: Vec3,
  ) {}

  /** Let so much time pass. */
  update(dt: number): void {
    for (let left = Math.min(dt, 0.25); left > 0 && !this.isResting; left -= STEP_S) {
      this.step(Math.min(left, STEP_S));
    }
  }

  private step(dt: number): void {
    this.age += dt;
    let [x, y, z] = this.position;
    let [vx, vy, vz] = this.velocity;
    vy -= GRAVITY * dt;
    const from: Vec2 = [x, z];
    const to: Vec2 = [x + vx * dt, z + vz * dt];
    // Over a low wall a ball flies; into a high one it does not.
    const over = Math.max(0, y - (this.ground.floor(x, z) ?? y));
    if (this.ground.isBlocked(from, to, over, BALL_M)) [vx, vz] = [-vx * BOUNCE, -vz * BOUNCE];
    else if (this.leaves(from, to)) [vx, vz] = [-vx * 0.4, -vz * 0.4];
    else [x, z] = to;
    y += vy * dt;
    const floor = (this.ground.floor(x, z) ?? 0) + BALL_M;
    if (y <= floor) {
      y = floor;
      const isRolling = -vy < 0.6;
      vy = isRolling ? 0 : -vy * BOUNCE;
      const rub = isRolling ? Math.exp(-dt / ROLL_S) : RUB;
      [vx, vz] = [vx * rub, vz * rub];
    }
    this.position = [x, y, z];
    this.velocity = [vx, vy, vz];
    this.roll(vx, vz, dt);
    const isSlow = Math.hypot(vx, vy, vz) < STILL_M_S && y - floor < 0.02;
    this.rest = isSlow ? this.rest + dt : 0;
    if (this.rest > 0.15 || this.age > LONGEST_S) this.land(x, z);
  }

  /** Past the edge of the ground nobody could fetch it. */
  private leaves(from: Vec2, to: Vec2): boolean {
    return this.ground.floor(...to) === null && this.ground.floor(...from) !== null;
  }

  private land(x: number, z: number): void {
    this.position = [x, (this.ground.floor(x, z) ?? 0) + BALL_M, z];
    this.velocity = [0, 0, 0];
    this.isResting = true;
  }

  /** Turn as a ball does that rolls this way. */
  private roll(vx: number, vz: number, dt: number): void {
    const speed = Math.hypot(vx, vz);
    if (speed < 1e-3) return;
    const half = (speed * dt) / BALL_M / 2;
    const [sin, cos] = [Math.sin(half) / speed, Math.cos(half)];
    this.turn = times([vz * sin, 0, -vx * sin, cos], this.turn);
  }
}

function times([a, b, c, d]: Turn, [x, y, z, w]: Turn): Turn {
  const made: Turn = [
    d * x + a * w + b * z - c * y,
    d * y - a * z + b * w + c * x,
    d * z + a * y - b * x + c * w,
    d * w - a * x - b * y - c * z,
  ];
  const length = Math.hypot(...made) || 1;
  return [made[0] / length, made[1] / length, made[2] / length, made[3] / length];
}
