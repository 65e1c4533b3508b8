import { type Object3D, Quaternion, Vector3 } from "three";
import type { Fingers } from "../net/hands";
import type { Turn } from "../net/poses";
import type { Held } from "./tracked";

/** The joints of one hand as WebXR names them; a joint that is not seen is not visible. */
export type Joints = Readonly<Partial<Record<XRHandJoint, Object3D>>>;

const FINGERS = ["index", "middle", "ring", "pinky"] as const;
const THUMB: readonly XRHandJoint[] = [
  "thumb-metacarpal",
  "thumb-phalanx-proximal",
  "thumb-phalanx-distal",
];
const CHAINS: readonly (readonly XRHandJoint[])[] = [
  THUMB,
  ...FINGERS.map((finger): XRHandJoint[] => [
    `${finger}-finger-phalanx-proximal`,
    `${finger}-finger-phalanx-intermediate`,
    `${finger}-finger-phalanx-distal`,
  ]),
];
const between = new Quaternion();

/** Where a wrist is, in the world; null while the headset does not see the hand. */
export function wristOf(joints: Joints): Held | null {
  const wrist = joints.wrist;
  if (!wrist?.visible) return null;
  return {
    position: wrist.getWorldPosition(new Vector3()),
    turn: wrist.getWorldQuaternion(new Quaternion()),
  };
}

/** How the fingers are held; null while the headset does not see the hand. */
export function fingersOf(joints: Joints): Fingers | null {
  const wrist = joints.wrist;
  if (!wrist?.visible) return null;
  const turns: Turn[] = [];
  const bends: number[] = [];
  for (const chain of CHAINS) {
    let above = wrist;
    for (const [i, name] of chain.entries()) {
      const joint = joints[name];
      if (!joint) return null;
      between.copy(above.quaternion).invert().multiply(joint.quaternion);
      if (i === 0) turns.push(between.toArray() as unknown as Turn);
      else bends.push(bendOf(between));
      above = joint;
    }
  }
  return { turns, bends };
}

/** How far a joint is bent towards the palm [rad]: the turn about its own right. */
function bendOf({ x, w }: Quaternion): number {
  const turn = 2 * Math.atan2(x, w);
  return -(turn > Math.PI ? turn - 2 * Math.PI : turn < -Math.PI ? turn + 2 * Math.PI : turn);
}
