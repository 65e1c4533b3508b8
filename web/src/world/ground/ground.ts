import type { Box, Circle, Place } from "../../wire/world";

// The twin of asklepion/world/model/ground.py; a golden file holds both to the same rules.

export type Vec2 = readonly [number, number]; // x, z

/** How far a body keeps away from what stands there [m]. */
export const BODY_M = 0.3;
/** The clearance by which the house judges: outlines smaller than they are. */
export const JUDGED_M = -0.2;
const REACH_M = 0.1; // the ground is wider by this
const SAMPLE_M = 0.25;
const PUSHES = 4;

interface Outline {
  readonly x: number;
  readonly z: number;
  readonly cos: number;
  readonly sin: number;
  readonly halfW: number;
  readonly halfD: number;
  /** Of a round one; 0 of a box. */
  readonly radius: number;
  readonly height: number;
}

/** Where one can stand and walk in one place. */
export class Ground {
  private readonly bounds: readonly (Circle | Box)[];
  private readonly outlines: readonly Outline[];

  constructor(place: Pick<Place, "bounds" | "obstacles">) {
    this.bounds = place.bounds;
    this.outlines = place.obstacles.map(({ shape, height }) => outline(shape, height));
  }

  /** The height of the floor, null where there is none. Of two floors the later counts. */
  floor(x: number, z: number): number | null {
    let height: number | null = null;
    for (const shape of this.bounds) height = floorOf(shape, x, z) ?? height;
    return height;
  }

  /** Whether there is a floor and nothing stands within `clearance` of it. */
  isFree(x: number, z: number, clearance = BODY_M): boolean {
    if (this.floor(x, z) === null) return false;
    return !this.outlines.some((one) => isInside(one, x, z, clearance));
  }

  /** Whether anything higher than `over` lies on the straight way; what one stands in does not. */
  isBlocked(from: Vec2, to: Vec2, over = 0, clearance = BODY_M): boolean {
    return this.outlines.some((one) => {
      if (one.height <= over || isInside(one, from[0], from[1], clearance)) return false;
      return one.radius > 0
        ? hitsRound(one, from, to, clearance)
        : hitsBox(one, from, to, clearance);
    });
  }

  /** Whether one can walk straight from one point to another. */
  isClear(from: Vec2, to: Vec2): boolean {
    if (this.isBlocked(from, to)) return false;
    const steps = Math.max(1, Math.ceil(Math.hypot(to[0] - from[0], to[1] - from[1]) / SAMPLE_M));
    for (let i = 1; i <= steps; i++) {
      const share = i / steps;
      const x = from[0] + (to[0] - from[0]) * share;
      const z = from[1] + (to[1] - from[1]) * share;
      if (this.floor(x, z) === null) return false;
    }
    return true;
  }

  /** Where a small step really leads: around what stands there, along the edge, or nowhere. */
  step(from: Vec2, to: Vec2): Vec2 {
    let [x, z] = to;
    for (let push = 0; push < PUSHES; push++) {
      const one = this.outlines.find((o) => isInside(o, x, z, BODY_M));
      if (!one) break;
      [x, z] = pushedOut(one, x, z);
    }
    const slid: readonly Vec2[] = [[x, z], [to[0], from[1]], [from[0], to[1]], this.inward(x, z)];
    return slid.find((at) => this.isFree(at[0], at[1]) && !this.isBlocked(from, at)) ?? from;
  }

  /** The nearest point that has a floor. */
  private inward(x: number, z: number): Vec2 {
    const near = this.bounds.map((shape) => nearest(shape, x, z));
    const gap = (at: Vec2) => Math.hypot(at[0] - x, at[1] - z);
    return near.reduce((best, at) => (gap(at) < gap(best) ? at : best), near[0] ?? [x, z]);
  }
}

function outline(shape: Circle | Box, height: number): Outline {
  const [x, z] = shape.center;
  if (shape.kind === "circle") {
    return { x, z, cos: 1, sin: 0, halfW: 0, halfD: 0, radius: shape.radius, height };
  }
  const [cos, sin] = [Math.cos(shape.yaw), Math.sin(shape.yaw)];
  return { x, z, cos, sin, halfW: shape.size[0] / 2, halfD: shape.size[1] / 2, radius: 0, height };
}

/** An offset in the world in the axes of something turned. */
function turned(dx: number, dz: number, cos: number, sin: number): Vec2 {
  return [dx * cos - dz * sin, dx * sin + dz * cos];
}

function grown(half: number, clearance: number): number {
  return Math.max(half + clearance, 0.02);
}

function floorOf(shape: Circle | Box, x: number, z: number): number | null {
  const [dx, dz] = [x - shape.center[0], z - shape.center[1]];
  if (shape.kind === "circle") return Math.hypot(dx, dz) <= shape.radius + REACH_M ? shape.y : null;
  const [across, along] = turned(dx, dz, Math.cos(shape.yaw), Math.sin(shape.yaw));
  const [width, depth] = shape.size;
  if (Math.abs(across) > width / 2 + REACH_M || Math.abs(along) > depth / 2 + REACH_M) return null;
  return shape.y + shape.rise * Math.min(1, Math.max(0, along / depth + 0.5));
}

function isInside(one: Outline, x: number, z: number, clearance: number): boolean {
  const [dx, dz] = [x - one.x, z - one.z];
  if (one.radius > 0) return Math.hypot(dx, dz) < grown(one.radius, clearance);
  const [across, along] = turned(dx, dz, one.cos, one.sin);
  const isAcross = Math.abs(across) < grown(one.halfW, clearance);
  return isAcross && Math.abs(along) < grown(one.halfD, clearance);
}

function hitsRound(one: Outline, from: Vec2, to: Vec2, clearance: number): boolean {
  const [wayX, wayZ] = [to[0] - from[0], to[1] - from[1]];
  const [dx, dz] = [one.x - from[0], one.z - from[1]];
  const length2 = wayX * wayX + wayZ * wayZ || 1;
  const share = Math.min(1, Math.max(0, (dx * wayX + dz * wayZ) / length2));
  return Math.hypot(dx - share * wayX, dz - share * wayZ) < grown(one.radius, clearance);
}

/** Clip the way against both pairs of sides. */
function hitsBox(one: Outline, from: Vec2, to: Vec2, clearance: number): boolean {
  const a = turned(from[0] - one.x, from[1] - one.z, one.cos, one.sin);
  const b = turned(to[0] - one.x, to[1] - one.z, one.cos, one.sin);
  const halves = [grown(one.halfW, clearance), grown(one.halfD, clearance)] as const;
  let [enters, leaves] = [0, 1];
  for (const axis of [0, 1] as const) {
    const way = b[axis] - a[axis];
    const half = halves[axis];
    if (way === 0) {
      if (Math.abs(a[axis]) > half) return false;
      continue;
    }
    const [first, second] = [(-half - a[axis]) / way, (half - a[axis]) / way];
    enters = Math.max(enters, Math.min(first, second));
    leaves = Math.min(leaves, Math.max(first, second));
  }
  return enters <= leaves;
}

/** The nearest point that keeps a body's distance from something one is too near to. */
function pushedOut(one: Outline, x: number, z: number): Vec2 {
  const [dx, dz] = [x - one.x, z - one.z];
  const a_hair = 1e-4;
  if (one.radius > 0) {
    const gap = Math.hypot(dx, dz) || 1;
    const reach = (one.radius + BODY_M + a_hair) / gap;
    return [one.x + (dx || 1) * reach, one.z + dz * reach];
  }
  const [across, along] = turned(dx, dz, one.cos, one.sin);
  const [w, d] = [one.halfW + BODY_M + a_hair, one.halfD + BODY_M + a_hair];
  const leavesAcross = w - Math.abs(across) < d - Math.abs(along);
  const out: Vec2 = leavesAcross ? [across < 0 ? -w : w, along] : [across, along < 0 ? -d : d];
  const [backX, backZ] = turned(out[0], out[1], one.cos, -one.sin);
  return [one.x + backX, one.z + backZ];
}

function nearest(shape: Circle | Box, x: number, z: number): Vec2 {
  const [dx, dz] = [x - shape.center[0], z - shape.center[1]];
  if (shape.kind === "circle") {
    const share = Math.min(1, shape.radius / (Math.hypot(dx, dz) || 1));
    return [shape.center[0] + dx * share, shape.center[1] + dz * share];
  }
  const [cos, sin] = [Math.cos(shape.yaw), Math.sin(shape.yaw)];
  const [across, along] = turned(dx, dz, cos, sin);
  const within = (v: number, half: number) => Math.max(-half, Math.min(half, v));
  const inside = turned(
    within(across, shape.size[0] / 2),
    within(along, shape.size[1] / 2),
    cos,
    -sin,
  );
  return [shape.center[0] + inside[0], shape.center[1] + inside[1]];
}
