import type { Door } from "../../wire/world";
import type { Ground, Vec2 } from "../ground/ground";

const PACE_M_S = 2;
const DEAD = 0.15; // of the stick's way: a thumb that rests is no wish
const DOOR_M = 0.8;
const AWAY_M = 1.2; // one has to have been so far away before: nobody is sent back at once

/** A stick: to the right and towards oneself, −1 … 1 each. */
export type Stick = readonly [number, number];

export function isPushed([x, y]: Stick): boolean {
  return Math.hypot(x, y) > DEAD;
}

/**
 * Where a push of the stick takes the feet, sliding along walls.
 *
 * @param heading where the head looks [rad].
 */
export function glided(
  from: Vec2,
  stick: Stick,
  heading: number,
  dt: number,
  ground: Ground,
): Vec2 {
  if (!isPushed(stick)) return from;
  const [x, y] = stick;
  const length = Math.max(1, Math.hypot(x, y));
  const way = (PACE_M_S * dt) / length;
  const [sin, cos] = [Math.sin(heading), Math.cos(heading)];
  const to: Vec2 = [from[0] + (y * sin + x * cos) * way, from[1] + (y * cos - x * sin) * way];
  return ground.step(from, to);
}

/** Goes through a door that one glides up to, once. */
export class Threshold {
  private isArmed = false;

  constructor(private readonly doors: readonly Door[]) {}

  /** The door one has just come to; null for none. */
  at([x, z]: Vec2): Door | null {
    const gaps = this.doors.map(({ position }) => Math.hypot(position[0] - x, position[2] - z));
    if (gaps.every((gap) => gap > AWAY_M)) this.isArmed = true;
    const door = this.doors[gaps.findIndex((gap) => gap < DOOR_M)];
    if (!door || !this.isArmed) return null;
    this.isArmed = false;
    return door;
  }
}
