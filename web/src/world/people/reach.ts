import { type Bone, Quaternion, Vector3 } from "three";

const shoulder = new Vector3();
const wanted = new Vector3();
const way = new Vector3();
const elbow = new Vector3();
const side = new Vector3();
const rest = new Vector3();
const above = new Quaternion();
const turn = new Quaternion();

/** Two bones and what hangs at their end: an arm with its hand, a leg with its foot. */
export interface Limb {
  readonly upper: Bone;
  readonly lower: Bone;
  readonly end: Bone;
}

/**
 * Bend a limb so that its end comes to a point, or as near as it reaches.
 *
 * @param target in the frame of `root`, as are all the bones' parents.
 * @param pole where the elbow or knee should point, from the middle of the limb.
 */
export function reach(
  { upper, lower, end }: Limb,
  root: Bone,
  target: Vector3,
  pole: Vector3,
): void {
  upper.quaternion.identity();
  lower.quaternion.identity();
  frameOf(upper, root, shoulder, above);
  const [long, short] = [lower.position.length(), end.position.length()];
  way.subVectors(target, shoulder);
  const far = Math.min(
    Math.max(way.length(), Math.abs(long - short) * 1.001),
    (long + short) * 0.999,
  );
  way.normalize();
  wanted.copy(shoulder).addScaledVector(way, far);
  const along = (far * far + long * long - short * short) / (2 * far);
  const off = Math.sqrt(Math.max(0, long * long - along * along));
  side.copy(pole).addScaledVector(way, -pole.dot(way));
  if (side.lengthSq() < 1e-8) side.set(0, 0, 1).addScaledVector(way, -way.z);
  side.normalize();
  elbow.copy(shoulder).addScaledVector(way, along).addScaledVector(side, off);
  point(upper, lower.position, elbow.sub(shoulder));
  frameOf(lower, root, shoulder, above);
  point(lower, end.position, wanted.sub(shoulder));
}

/** Turn a bone so that what it carries lies in that direction of the root's frame. */
function point(bone: Bone, carries: Vector3, direction: Vector3): void {
  rest.copy(carries).normalize();
  way.copy(direction).normalize().applyQuaternion(turn.copy(above).invert());
  bone.quaternion.setFromUnitVectors(rest, way);
}

/** Where a bone turns and how its parent is turned, both in the frame of the root's parent. */
export function frameOf(bone: Bone, root: Bone, at: Vector3, turned: Quaternion): void {
  const chain: Bone[] = [];
  for (let next = bone.parent; next; next = next.parent) {
    if (!("isBone" in next)) break;
    chain.unshift(next as Bone);
    if (next === root) break;
  }
  at.set(0, 0, 0);
  turned.identity();
  for (const link of chain) {
    at.add(rest.copy(link.position).applyQuaternion(turned));
    turned.multiply(link.quaternion);
  }
  at.add(rest.copy(bone.position).applyQuaternion(turned));
}
