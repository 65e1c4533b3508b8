import { Quaternion, Vector3 } from "three";
import type { Held } from "./tracked";

const OPENS = { palm: 0.5, gaze: 0.8 }; // cosines
const STAYS = { palm: 0.3, gaze: 0.6 };
const ABOVE_M = 0.13;
const FARTHEST_M = 0.8;

/** Which way the inner side looks: of a hand as WebXR sees it, or of a controller in it. */
function innerOf(side: XRHandedness, isHand: boolean): Vector3 {
  if (isHand) return new Vector3(0, -1, 0);
  return new Vector3(side === "left" ? 1 : -1, 0, 0);
}

/** Whether somebody looks at the inner side of their wrist. */
export function isLookedAt(
  head: Held,
  wrist: Held,
  { side, isHand, wasShown }: { side: XRHandedness; isHand: boolean; wasShown: boolean },
): boolean {
  const to = wrist.position.clone().sub(head.position);
  if (to.length() > FARTHEST_M) return false;
  const way = to.normalize();
  const inner = innerOf(side, isHand).applyQuaternion(wrist.turn);
  const gaze = new Vector3(0, 0, -1).applyQuaternion(head.turn);
  const enough = wasShown ? STAYS : OPENS;
  return -inner.dot(way) > enough.palm && gaze.dot(way) > enough.gaze;
}

/** Where the menu hangs over a wrist: upright, its face to the eyes. */
export function besideWrist(head: Held, wrist: Held): Held {
  const position = wrist.position.clone().setY(wrist.position.y + ABOVE_M);
  const to = head.position.clone().sub(position);
  const turn = new Quaternion().setFromAxisAngle(UP, Math.atan2(to.x, to.z));
  const lean = new Quaternion().setFromAxisAngle(
    new Vector3(1, 0, 0),
    -Math.atan2(to.y, Math.hypot(to.x, to.z)),
  );
  return { position, turn: turn.multiply(lean) };
}

const UP = new Vector3(0, 1, 0);
