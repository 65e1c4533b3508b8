import type { Door } from "../../wire/world";
import type { Ground, Vec2 } from "../ground/ground";

type Vec3 = readonly [number, number, number];

const SPEED_M_S = 7;
const PULL_M_S2 = 9.81;
const STEP_S = 0.02;
const LONGEST_S = 2.5;
const REACH_M = 11.5; // the house allows 12
const OVER_M = 1.3; // one jumps past what one can look over
const DOOR_M = 1.1;

/** Where a throw from the hand comes down. */
export interface Landing {
  readonly path: readonly Vec3[];
  readonly at: Vec3;
  readonly isGood: boolean;
  /** The door it comes down at: jumping there is going through. */
  readonly door: Door | null;
}

/** Follow the arc from a hand until it meets the floor; null if it never does. */
export function landing(
  from: Vec3,
  way: Vec3,
  feet: Vec2,
  ground: Ground,
  doors: readonly Door[],
): Landing | null {
  const path: Vec3[] = [];
  for (let t = 0; t < LONGEST_S; t += STEP_S) {
    const [x, z] = [from[0] + way[0] * SPEED_M_S * t, from[2] + way[2] * SPEED_M_S * t];
    const y = from[1] + way[1] * SPEED_M_S * t - (PULL_M_S2 * t * t) / 2;
    path.push([x, y, z]);
    const door = doors.find(
      ({ position }) => Math.hypot(position[0] - x, position[2] - z) < DOOR_M,
    );
    const floor = ground.floor(x, z) ?? (door ? door.position[1] : null);
    if (floor === null || y > floor) continue;
    const at: Vec3 = [x, floor, z];
    if (door?.to) return { path, at: door.position, isGood: isNear(feet, at), door };
    const isGood =
      isNear(feet, at) && ground.isFree(x, z) && !ground.isBlocked(feet, [x, z], OVER_M);
    return { path, at, isGood, door: null };
  }
  return null;
}

function isNear(feet: Vec2, at: Vec3): boolean {
  return Math.hypot(at[0] - feet[0], at[2] - feet[1]) <= REACH_M;
}
