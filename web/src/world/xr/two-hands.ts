import type { Vec3 } from "../net/poses";

/** How something stands in a room: its foot [m], turned about +Y [rad], how large. */
export interface Stand {
  readonly position: Vec3;
  readonly yaw: number;
  readonly scale: number;
}

export const SMALLEST = 0.08;
export const LARGEST = 1.2;
const NEAREST_M = 0.03; // hands nearer to each other than that say nothing of size or turn

/** One hand drags it along. */
export function dragged(stand: Stand, from: Vec3, to: Vec3): Stand {
  const [x, y, z] = stand.position;
  const position: Vec3 = [x + to[0] - from[0], y + to[1] - from[1], z + to[2] - from[2]];
  return { ...stand, position };
}

/** Two hands hold it: it goes, turns and grows as the way from one to the other does. */
export function heldByTwo(
  stand: Stand,
  from: readonly [Vec3, Vec3],
  to: readonly [Vec3, Vec3],
): Stand {
  const [before, after] = [wayOf(from), wayOf(to)];
  const isSure = before.length > NEAREST_M && after.length > NEAREST_M;
  const scale = isSure ? limited((stand.scale * after.length) / before.length) : stand.scale;
  const isLevel = isSure && before.flat > NEAREST_M && after.flat > NEAREST_M;
  const turn = isLevel ? after.angle - before.angle : 0;
  const grown = scale / stand.scale;
  const [a, b] = [middle(from), middle(to)];
  const [dx, dy, dz] = [0, 1, 2].map((i) => (stand.position[i] ?? 0) - (a[i] ?? 0)) as [
    number,
    number,
    number,
  ];
  const [sin, cos] = [Math.sin(turn), Math.cos(turn)];
  const position: Vec3 = [
    b[0] + grown * (dx * cos + dz * sin),
    b[1] + grown * dy,
    b[2] + grown * (dz * cos - dx * sin),
  ];
  return { position, yaw: stand.yaw + turn, scale };
}

export function grownBy(stand: Stand, by: number): Stand {
  return { ...stand, scale: limited(stand.scale * by) };
}

function limited(scale: number): number {
  return Math.min(LARGEST, Math.max(SMALLEST, scale));
}

function wayOf([a, b]: readonly [Vec3, Vec3]) {
  const [x, y, z] = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
  return { length: Math.hypot(x, y, z), flat: Math.hypot(x, z), angle: Math.atan2(-z, x) };
}

function middle([a, b]: readonly [Vec3, Vec3]): Vec3 {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2, (a[2] + b[2]) / 2];
}
