import type { Door } from "../../wire/world";
import type { Ground, Vec2 } from "../ground/ground";

type Vec3 = readonly [number, number, number];

const STEP_M = 0.15;
const FAR_M = 70;

/** What a ray from the eye meets first: a door, or a point of the floor; null for the sky. */
export function aimedAt(
  from: Vec3,
  way: Vec3,
  ground: Ground,
  doors: readonly Door[],
): { door: Door | null; at: Vec2 } | null {
  let best: { door: Door | null; at: Vec2; far: number } | null = null;
  for (const door of doors) {
    const far = meets(from, way, door);
    if (far !== null && (!best || far < best.far)) {
      best = { door, at: [door.position[0], door.position[2]], far };
    }
  }
  for (let far = 0; far < (best?.far ?? FAR_M); far += STEP_M) {
    const [x, y, z] = [from[0] + way[0] * far, from[1] + way[1] * far, from[2] + way[2] * far];
    const floor = ground.floor(x, z);
    if (floor !== null && y <= floor) return { door: null, at: [x, z] };
  }
  return best;
}

/** How far along the ray the door's opening lies; null where the ray passes it. */
function meets(from: Vec3, way: Vec3, { position, yaw, width, height }: Door): number | null {
  const [nx, nz] = [Math.sin(yaw), Math.cos(yaw)];
  const along = way[0] * nx + way[2] * nz;
  if (Math.abs(along) < 1e-4) return null;
  const far = ((position[0] - from[0]) * nx + (position[2] - from[2]) * nz) / along;
  if (far <= 0 || far > FAR_M) return null;
  const [x, y, z] = [from[0] + way[0] * far, from[1] + way[1] * far, from[2] + way[2] * far];
  const aside = (x - position[0]) * nz - (z - position[2]) * nx;
  const up = y - position[1];
  return Math.abs(aside) <= width / 2 && up >= 0 && up <= height ? far : null;
}
