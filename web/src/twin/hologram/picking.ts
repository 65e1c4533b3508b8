import { Mesh, type Ray, Raycaster, Sphere, type Vector3 } from "three";
import type { OrganMesh } from "./anatomy";

/** A finger is broader than a gland: how far beside an organ a ray may pass [m, body frame]. */
const GRACE_M = 0.028;

export interface Nearness {
  readonly near: { readonly middle: Vector3; readonly reach: number; readonly share: number };
  readonly chosen?: string;
}

/**
 * Which organ a ray means: the first it meets; else the one it nearly meets, the nearest to the
 * ray; else bone, vessel or skin.
 */
export function pick(
  ray: Ray,
  organs: ReadonlyMap<string, OrganMesh>,
  { near }: Nearness,
): string | null {
  const caster = new Raycaster(ray.origin, ray.direction);
  const [inner, outer] = [firstHit(caster, organs, near, isInner), nearMiss(ray, organs, near)];
  return inner ?? outer ?? firstHit(caster, organs, near, (organ) => !isInner(organ));
}

function isInner({ form }: OrganMesh): boolean {
  return form.look !== "skin" && form.look !== "bone" && form.id !== "vessels";
}

function firstHit(
  caster: Raycaster,
  organs: ReadonlyMap<string, OrganMesh>,
  near: Nearness["near"],
  wanted: (organ: OrganMesh) => boolean,
): string | null {
  let [best, least] = [null as string | null, Infinity];
  for (const [id, organ] of organs) {
    if (!wanted(organ)) continue;
    for (const hit of hits(caster, organ)) {
      if (near.share > 0.5 && hit.point.distanceTo(near.middle) > near.reach) continue;
      if (hit.distance < least) [best, least] = [id, hit.distance];
    }
  }
  return best;
}

/** Meshes are asked in the body's own frame, whatever place the body has in the world. */
function hits(caster: Raycaster, { mesh }: OrganMesh): { distance: number; point: Vector3 }[] {
  const bare = new Mesh(mesh.geometry, mesh.material);
  return caster.intersectObject(bare, false);
}

function nearMiss(
  ray: Ray,
  organs: ReadonlyMap<string, OrganMesh>,
  near: Nearness["near"],
): string | null {
  let [best, least] = [null as string | null, Infinity];
  for (const [id, organ] of organs) {
    if (!isInner(organ) || organ.radius > 0.08) continue;
    if (near.share > 0.5 && organ.middle.distanceTo(near.middle) > near.reach) continue;
    const bound = organ.mesh.geometry.boundingSphere ?? new Sphere();
    const past = ray.distanceToPoint(bound.center) - bound.radius;
    if (past < GRACE_M && past < least) [best, least] = [id, past];
  }
  return best;
}
