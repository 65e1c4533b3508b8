import { type Bone, Matrix4, Quaternion, Vector3 } from "three";
import type { BothHands, Fingers } from "../net/hands";

const NAMES = ["Thumb", "Index", "Middle", "Ring", "Pinky"] as const;
const SOFT_S = 0.05;
const THUMB_RAD = 0.92; // its nail looks to the side
const RIGHT = new Vector3(1, 0, 0);

/** One finger bone as it rests, and how it stands towards the hand's own frame. */
interface Joint {
  readonly bone: Bone;
  /** From the frame of the bone (−z along it, +y to the back of the hand) to how it was baked. */
  readonly rest: Quaternion;
}

interface Hand {
  readonly joints: readonly (readonly Joint[])[];
  /** The wrist's frame as the hand was baked. */
  readonly frame: Quaternion;
}

const wanted = new Quaternion();
const bent = new Quaternion();
const above = new Quaternion();
const matrix = new Matrix4();

/** Moves the fingers of a body as somebody's own, however long or short they are. */
export class FingerBones {
  private readonly left: Hand | null;
  private readonly right: Hand | null;

  constructor(bones: ReadonlyMap<string, Bone>) {
    this.left = handOf(bones, "Left");
    this.right = handOf(bones, "Right");
  }

  /** How a hand was baked, as its wrist's frame: the hand is turned so that this is where the wrist is. */
  frame(side: "Left" | "Right"): Quaternion | null {
    return (side === "Left" ? this.left : this.right)?.frame ?? null;
  }

  /** As they were baked: a little curled, as a hand that hangs. */
  rest(): void {
    for (const hand of [this.left, this.right]) {
      for (const joint of hand?.joints.flat() ?? []) joint.bone.quaternion.identity();
    }
  }

  update({ left, right }: BothHands, dt: number): void {
    const share = 1 - Math.exp(-dt / SOFT_S);
    if (this.left && left) bend(this.left, left, share);
    if (this.right && right) bend(this.right, right, share);
  }
}

function bend({ joints, frame }: Hand, { turns, bends }: Fingers, share: number): void {
  for (const [finger, [first, second, third]] of joints.entries()) {
    const turn = turns[finger];
    if (!turn || !first) continue;
    // In the hand's own space: the wrist's frame, turned as the first bone is from the wrist.
    wanted.set(...turn).premultiply(frame);
    above.identity();
    for (const [i, joint] of [first, second, third].entries()) {
      if (!joint) continue;
      if (i > 0) {
        bent.setFromAxisAngle(RIGHT, -(bends[finger * 2 + i - 1] ?? 0));
        wanted.multiply(bent);
      }
      bent.copy(wanted).multiply(joint.rest); // how the bone is turned in the hand
      joint.bone.quaternion.slerp(above.invert().multiply(bent), share);
      above.copy(bent);
    }
  }
}

function handOf(bones: ReadonlyMap<string, Bone>, side: "Left" | "Right"): Hand | null {
  const at = (name: string) => bones.get(`${side}Hand${name}`);
  const [index, middle, pinky] = [at("Index1"), at("Middle1"), at("Pinky1")];
  if (!index || !middle || !pinky) return null;
  const across = new Vector3().subVectors(index.position, pinky.position);
  if (side === "Left") across.negate(); // from the left of the hand to its right, seen from its back
  const frame = basis(middle.position, across.negate());
  const joints = NAMES.map((name) =>
    [1, 2, 3].flatMap((joint) => {
      const bone = at(`${name}${joint}`);
      const next = at(`${name}${joint + 1}`);
      if (!bone) return [];
      const along = next?.position ?? (joint === 3 ? bone.position : middle.position);
      const lean = name !== "Thumb" ? 0 : side === "Right" ? THUMB_RAD : -THUMB_RAD;
      const rest = basis(along, sideOf(frame, lean)).invert();
      return [{ bone, rest }];
    }),
  );
  return { joints, frame };
}

/** The right of a finger whose nail leans so far from the back of the hand. */
function sideOf(frame: Quaternion, lean: number): Vector3 {
  return new Vector3(Math.cos(lean), Math.sin(lean), 0).applyQuaternion(frame);
}

/** The frame whose −z runs along, and whose +x is as near to `right` as can be. */
function basis(along: Vector3, right: Vector3): Quaternion {
  const z = along.clone().normalize().negate();
  const x = right.clone().addScaledVector(z, -right.dot(z)).normalize();
  const y = new Vector3().crossVectors(z, x);
  return new Quaternion().setFromRotationMatrix(matrix.makeBasis(x, y, z));
}
