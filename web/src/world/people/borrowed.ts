import { Bone, Quaternion, Vector3 } from "three";

const X = new Vector3(1, 0, 0);
const Z = new Vector3(0, 0, 1);
const HANG_RAD = 1.39; // from arms stretched out to arms that hang
const ELBOW_RAD = 0.71; // as bodies were baked: a little bent
const WRIST_RAD = 0.82;
const CURL_RAD = 0.3; // of each finger joint, at rest

/** Our name of a joint, what it hangs from, and the bone of a VRM that stands for it. */
export type Joint = readonly [name: string, above: string, bone: string];

const TRUNK: readonly Joint[] = [
  ["Hips", "", "hips"],
  ["Spine", "Hips", "spine"],
  ["Spine1", "Spine", "chest"],
  ["Spine2", "Spine1", "upperChest"],
  ["Neck", "Spine2", "neck"],
  ["Head", "Neck", "head"],
];
const LIMBS: readonly Joint[] = [
  ["Shoulder", "Spine2", "Shoulder"],
  ["Arm", "Shoulder", "UpperArm"],
  ["ForeArm", "Arm", "LowerArm"],
  ["Hand", "ForeArm", "Hand"],
  ["UpLeg", "Hips", "UpperLeg"],
  ["Leg", "UpLeg", "LowerLeg"],
  ["Foot", "Leg", "Foot"],
  ["ToeBase", "Foot", "Toes"],
];
const FINGERS = ["Index", "Middle", "Ring", "Pinky"] as const;
const PHALANGES = ["Proximal", "Intermediate", "Distal"] as const;
const THUMB = ["Metacarpal", "Proximal", "Distal"] as const;
/** Of a face: expressions and a gaze are read off them. */
const FACE = ["Jaw", "LeftLid", "RightLid", "LeftEye", "RightEye"] as const;

/** All joints, each after what it hangs from. */
export const JOINTS: readonly Joint[] = [...TRUNK, ...sideJoints("Left"), ...sideJoints("Right")];

function sideJoints(side: "Left" | "Right"): readonly Joint[] {
  const at = side.toLowerCase();
  const limbs = LIMBS.map(([name, above, bone]): Joint => {
    const isTrunk = above === "Hips" || above === "Spine2";
    return [`${side}${name}`, isTrunk ? above : `${side}${above}`, `${at}${bone}`];
  });
  const fingers = [...FINGERS, "Thumb"].flatMap((finger) => {
    const parts = finger === "Thumb" ? THUMB : PHALANGES;
    const told = finger === "Pinky" ? "Little" : finger;
    return parts.map((part, i): Joint => {
      const above = i ? `${side}Hand${finger}${i}` : `${side}Hand`;
      return [`${side}Hand${finger}${i + 1}`, above, `${at}${told}${part}`];
    });
  });
  return [...limbs, ...fingers];
}

/** How a joint of ours at rest is turned from that of a VRM, whose arms are stretched out. */
export function restOf(name: string): Quaternion {
  const side = name.startsWith("Left") ? -1 : 1;
  const hang = new Quaternion().setFromAxisAngle(Z, side * HANG_RAD);
  const bent = (by: number) => new Quaternion().setFromAxisAngle(X, -by).multiply(hang);
  if (/^(Left|Right)Arm$/.test(name)) return hang;
  if (/ForeArm$/.test(name)) return bent(ELBOW_RAD);
  const finger = /Hand(?:(Thumb)|[A-Z][a-z]+)?(\d)?$/.exec(name);
  if (!finger) return new Quaternion();
  const curl = finger[1] ? 0 : Number(finger[2] ?? 0) * CURL_RAD;
  return bent(WRIST_RAD).multiply(new Quaternion().setFromAxisAngle(Z, side * curl));
}

interface Held {
  readonly bone: Bone;
  /** Of the VRM; empty where it has none, and what is below turns in its place. */
  readonly told: string;
  readonly rest: Quaternion;
  readonly above: Held | null;
}

const turned = new Quaternion();

/** A skeleton like that of our own bodies, of the size of another's, which it moves. */
export class BorrowedBones {
  readonly bones = new Map<string, Bone>();
  private readonly held: readonly Held[];

  /** @param places where each bone of the VRM is, arms stretched out, facing +z [m]. */
  constructor(places: ReadonlyMap<string, Vector3>) {
    const held = new Map<string, Held>();
    const stands = new Map<string, Vector3>();
    for (const [name, above, told] of JOINTS) {
      const place = places.get(told);
      if (!place && /Hand[A-Z]/.test(name)) continue;
      const [over, from] = [held.get(above) ?? null, stands.get(above) ?? new Vector3()];
      const bone = Object.assign(new Bone(), { name });
      const at = place ?? from;
      bone.position.subVectors(at, from).applyQuaternion(over?.rest ?? turned.identity());
      over?.bone.add(bone);
      stands.set(name, at);
      held.set(name, { bone, told: place ? told : "", rest: restOf(name), above: over });
      this.bones.set(name, bone);
    }
    for (const name of FACE) {
      const bone = Object.assign(new Bone(), { name });
      this.bones.get("Head")?.add(bone);
      this.bones.set(name, bone);
    }
    this.held = [...held.values()];
  }

  get root(): Bone {
    return this.bones.get("Hips") as Bone;
  }

  /** Tell how each bone of the VRM is turned in what it hangs from. */
  tell(turn: (bone: string, by: Quaternion) => void): void {
    for (const { bone, told, rest, above } of this.held) {
      if (!told) continue;
      turned.copy(bone.quaternion);
      let over = above;
      for (; over && !over.told; over = over.above) turned.premultiply(over.bone.quaternion);
      turned.multiply(rest);
      if (over) turned.premultiply(inverse.copy(over.rest).invert());
      turn(told, turned);
    }
  }
}

const inverse = new Quaternion();
