import { type Quaternion, Vector3 } from "three";
import { Flag } from "../../wire/world";
import type { Hand, Pose } from "../net/poses";
import type { Comfort } from "./comfort";

/** Something in the room: where it is [m] and how it is turned. */
export interface Held {
  readonly position: Vector3;
  readonly turn: Quaternion;
}

const STANDING_M = 1.55; // eyes above the floor
const LOWEST_M = 0.3; // what the house takes for a head
const HIGHEST_M = 2.6;
const HANGING: Readonly<Record<"left" | "right", Hand>> = {
  left: { offset: [-0.22, -0.65, 0], turn: [0, 0, 0, 1] },
  right: { offset: [0.22, -0.65, 0], turn: [0, 0, 0, 1] },
};

/** Head and hands as others hear of them; the feet are under the head. */
export function trackedPose(
  head: Held,
  left: Held | null,
  right: Held | null,
  floor: number,
): Omit<Pose, "at"> {
  const ahead = new Vector3(0, 0, -1).applyQuaternion(head.turn);
  const { x, y, z } = head.position;
  const headY = Math.max(LOWEST_M, Math.min(HIGHEST_M, y - floor));
  return {
    position: [x, floor, z],
    yaw: Math.atan2(-ahead.x, -ahead.z),
    pitch: Math.asin(Math.max(-1, Math.min(1, ahead.y))),
    flags: (left ? Flag.LEFT : 0) | (right ? Flag.RIGHT : 0),
    tracked: {
      headY,
      head: [head.turn.x, head.turn.y, head.turn.z, head.turn.w],
      left: left ? handOf(left, head) : HANGING.left,
      right: right ? handOf(right, head) : HANGING.right,
    },
  };
}

function handOf({ position, turn }: Held, head: Held): Hand {
  const { x, y, z } = position.clone().sub(head.position);
  return { offset: [x, y, z], turn: [turn.x, turn.y, turn.z, turn.w] };
}

/**
 * Who sits sees the world from a standing person's eyes: how much to be lifted [m].
 *
 * @param seat as the person says; "auto": as the height of the eyes says.
 */
export function seatedLift(eyes_m: number, seat: Comfort["seat"] = "auto"): number {
  const isSitting = seat === "auto" ? eyes_m > 0.4 && eyes_m < 1.3 : seat === "sitting";
  return isSitting ? Math.max(0, STANDING_M - eyes_m) : 0;
}
