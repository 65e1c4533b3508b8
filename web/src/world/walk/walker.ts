import type { Door, Spot } from "../../wire/world";
import type { Ground, Vec2 } from "../ground/ground";
import { findRoute } from "../ground/route";

const WALK_M_S = 2.4;
const RUN_M_S = 4.2;
const START_S = 0.12; // to be at full speed, and to stand still again
const TURN_S = 0.1; // to face where one walks
const CORNER_M = 0.25;
const DOOR_M = 0.8; // so near a door one goes through
const AWAY_M = 1.2; // one has to have been so far away before: nobody is sent back at once
const FALL_M_S = 6;

/** What somebody wants of their legs: −1…1 each, seen from behind. */
export interface Wish {
  readonly ahead: number;
  readonly right: number;
  readonly isRunning: boolean;
}

/** Our own legs: walk where the keys say, or along a way to where somebody clicked. */
export class Walker {
  position: [number, number, number] = [0, 0, 0];
  yaw = 0;
  /** How fast we walk right now [m/s]. */
  speed = 0;
  private velocity: [number, number] = [0, 0];
  private route: Vec2[] = [];
  private near_m = 0;
  private isArmed = false;

  constructor(
    private readonly ground: Ground,
    private readonly doors: readonly Door[],
    private readonly through: (door: Door) => void,
  ) {}

  /** Stand there at once. */
  put({ position, yaw }: Spot): void {
    this.position = [...position];
    this.yaw = yaw;
    this.velocity = [0, 0];
    this.route = [];
    this.isArmed = false;
  }

  /** Walk there; false where no way leads there. */
  goTo([x, z]: Vec2, near_m = 0): boolean {
    const route = findRoute(this.ground, this.here, [x, z]);
    this.route = route ?? [];
    this.near_m = near_m;
    this.isArmed = true; // a door that somebody chose is meant
    return route !== null;
  }

  get isOnTheWay(): boolean {
    return this.route.length > 0;
  }

  /** Take a step; `heading` is where one looks [rad]. */
  update(wish: Wish, heading: number, dt: number): void {
    const aim = this.aim(wish, heading);
    const share = 1 - Math.exp(-dt / START_S);
    this.velocity[0] += (aim[0] - this.velocity[0]) * share;
    this.velocity[1] += (aim[1] - this.velocity[1]) * share;
    const from = this.here;
    const to: Vec2 = [from[0] + this.velocity[0] * dt, from[1] + this.velocity[1] * dt];
    const [x, z] = Math.hypot(...this.velocity) < 0.02 ? from : this.ground.step(from, to);
    this.speed = dt > 0 ? Math.hypot(x - from[0], z - from[1]) / dt : 0;
    this.stand(x, z, dt);
    if (Math.hypot(...aim) > 0.1) this.face(Math.atan2(-aim[0], -aim[1]), dt);
    this.tryDoors();
  }

  private get here(): Vec2 {
    return [this.position[0], this.position[2]];
  }

  private aim({ ahead, right, isRunning }: Wish, heading: number): Vec2 {
    const strength = Math.min(1, Math.hypot(ahead, right));
    if (strength < 0.05) return this.alongRoute();
    this.route = []; // whoever takes the keys decides anew
    const pace = (strength * (isRunning ? RUN_M_S : WALK_M_S)) / Math.hypot(ahead, right);
    const [sin, cos] = [Math.sin(heading), Math.cos(heading)];
    return [(-ahead * sin + right * cos) * pace, (-ahead * cos - right * sin) * pace];
  }

  private alongRoute(): Vec2 {
    const [next] = this.route;
    if (!next) return [0, 0];
    const [x, z] = this.here;
    const gap = Math.hypot(next[0] - x, next[1] - z);
    const isLast = this.route.length === 1;
    if (gap < (isLast ? Math.max(CORNER_M, this.near_m) : CORNER_M)) {
      this.route.shift();
      return this.alongRoute();
    }
    return [((next[0] - x) / gap) * WALK_M_S, ((next[1] - z) / gap) * WALK_M_S];
  }

  private stand(x: number, z: number, dt: number): void {
    const floor = this.ground.floor(x, z) ?? this.position[1];
    const gap = floor - this.position[1];
    const y = this.position[1] + Math.max(-FALL_M_S * dt, Math.min(FALL_M_S * dt, gap));
    this.position = [x, y, z];
  }

  private face(yaw: number, dt: number): void {
    const circle = 2 * Math.PI;
    const gap = ((((yaw - this.yaw + Math.PI) % circle) + circle) % circle) - Math.PI;
    this.yaw += gap * (1 - Math.exp(-dt / TURN_S));
  }

  private tryDoors(): void {
    const gaps = this.doors.map((door) => this.gapTo(door));
    if (gaps.every((gap) => gap > AWAY_M)) this.isArmed = true;
    const door = this.doors[gaps.findIndex((gap) => gap < DOOR_M)];
    if (!door || !this.isArmed) return;
    this.isArmed = false;
    this.route = [];
    this.through(door);
  }

  private gapTo({ position }: Door): number {
    return Math.hypot(position[0] - this.position[0], position[2] - this.position[2]);
  }
}
