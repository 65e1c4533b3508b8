import type { Bone } from "three";
import { Motion } from "../../wire/world";

/** A gesture that somebody shows, and since when. */
export interface Emote {
  readonly motion: Motion;
  /** [s] */
  readonly for_s: number;
}

type Turn = (joint: string, x: number, y?: number, z?: number) => void;

const SOFT_S = 0.32;
const FINGERS = ["Index", "Middle", "Ring", "Pinky"] as const;

/** How long each passes [s]; a wave and a raised hand are the gait's. */
export const EMOTES_S: Partial<Readonly<Record<Motion, number>>> = {
  [Motion.NOD]: 1.5,
  [Motion.CLAP]: 2.4,
  [Motion.THUMBS_UP]: 2.6,
  [Motion.BOW]: 2.2,
  [Motion.HEART]: 2.8,
};

const POSES: Partial<Readonly<Record<Motion, (turn: Turn, share: number, t: number) => void>>> = {
  [Motion.NOD]: (turn, share, t) => turn("Head", share * (0.16 + 0.22 * Math.sin(t * 9)), 0, 0),
  [Motion.CLAP]: (turn, share, t) => {
    const apart = 0.5 + 0.5 * Math.cos(t * 15);
    for (const [side, sign] of SIDES) {
      turn(`${side}Arm`, -0.42 * share, 0, -sign * (0.1 - 0.12 * apart) * share);
      turn(`${side}ForeArm`, -1.02 * share, 0, -sign * (0.62 - 0.34 * apart) * share);
    }
    turn("Head", 0.06 * share);
  },
  [Motion.THUMBS_UP]: (turn, share) => {
    turn("RightArm", -0.62 * share, 0, -0.1 * share);
    turn("RightForeArm", -1.25 * share, 0, 0.12 * share);
    for (const finger of FINGERS) {
      for (const joint of [1, 2, 3]) turn(`RightHand${finger}${joint}`, 0, 0, 1.15 * share);
    }
    turn("RightHandThumb1", 0, 0, -0.35 * share);
    turn("Head", 0.05 * share);
  },
  [Motion.BOW]: (turn, share) => {
    turn("Spine", 0.34 * share);
    turn("Spine1", 0.22 * share);
    turn("Neck", 0.18 * share);
    turn("Head", 0.16 * share);
    for (const [side] of SIDES) turn(`${side}Arm`, -0.24 * share);
  },
  [Motion.HEART]: (turn, share) => {
    turn("RightArm", -0.32 * share, 0, -0.12 * share);
    turn("RightForeArm", -1.12 * share, 0, 1.12 * share);
    turn("RightHand", 0, -0.2 * share, 0.1 * share);
    turn("Head", 0.14 * share, 0, 0.05 * share);
  },
};

const SIDES: readonly (readonly ["Left" | "Right", 1 | -1])[] = [
  ["Left", 1],
  ["Right", -1],
];

/** Lay a gesture over how somebody stands; it comes and goes softly. */
export function show(bones: ReadonlyMap<string, Bone>, { motion, for_s }: Emote): void {
  const long = EMOTES_S[motion];
  const pose = POSES[motion];
  if (!long || !pose || for_s < 0 || for_s >= long) return;
  const share = ease(Math.min(1, for_s / SOFT_S, (long - for_s) / SOFT_S));
  pose(
    (joint, x, y = 0, z = 0) => {
      const bone = bones.get(joint);
      if (!bone) return;
      const { rotation } = bone;
      const isArm = joint.includes("Arm");
      const rest = isArm ? 1 - share : 1; // an arm leaves its swing, a head only adds
      rotation.set(rotation.x * rest + x, rotation.y * rest + y, rotation.z * rest + z);
    },
    share,
    for_s,
  );
}

function ease(share: number): number {
  return share * share * (3 - 2 * share);
}
