import {
  COARSE_BYTES,
  HAND_REACH,
  HAND_STEPS,
  HEADER_BYTES,
  Kind,
  METRE_STEPS,
  POSE_BYTES,
  SLOT_BYTES,
  TRACKED_BYTES,
  TURN_STEPS,
} from "../../wire/world";

// The twin of asklepion/world/wire/poses.py; golden bytes hold both to the same layout.

export type Vec3 = readonly [number, number, number];
/** A quaternion x y z w. */
export type Turn = readonly [number, number, number, number];

/** A hand: its offset from the head [m] along the world's axes, and its rotation. */
export interface Hand {
  readonly offset: Vec3;
  readonly turn: Turn;
}

/** What a headset adds: the head's height above the floor [m], its rotation, the hands. */
export interface Tracked {
  readonly headY: number;
  readonly head: Turn;
  readonly left: Hand;
  readonly right: Hand;
}

/** Where somebody stands [m], which way they face and look [rad], at which of their own ms. */
export interface Pose {
  readonly position: Vec3;
  readonly yaw: number;
  readonly pitch: number;
  readonly flags: number;
  readonly at: number;
  readonly tracked: Tracked | null;
}

/** Those who moved, or, if whole, everybody who is there. Of those far away little is told. */
export interface Snapshot {
  readonly type: "snapshot";
  readonly tick: number;
  readonly whole: boolean;
  readonly poses: ReadonlyMap<number, Pose>;
}

const CIRCLE = 2 * Math.PI;

/** A pose as the frame a visitor sends. What does not fit is bent to what does. */
export function poseFrame(pose: Pose): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(1 + (pose.tracked ? TRACKED_BYTES : POSE_BYTES));
  frame[0] = Kind.POSE;
  const view = new DataView(frame.buffer, 1);
  const [x, y, z] = pose.position;
  view.setInt16(0, bend(x * METRE_STEPS, -32768, 32767), true);
  view.setInt16(2, bend(y * METRE_STEPS, -32768, 32767), true);
  view.setInt16(4, bend(z * METRE_STEPS, -32768, 32767), true);
  view.setUint16(6, Math.round((pose.yaw / CIRCLE) * 65536) & 0xffff, true);
  view.setInt8(8, bend((pose.pitch / (Math.PI / 2)) * 127, -127, 127));
  view.setUint8(9, pose.flags);
  view.setUint16(10, pose.at & 0xffff, true);
  if (pose.tracked) writeTracked(view, pose.tracked);
  return frame;
}

function writeTracked(view: DataView, tracked: Tracked): void {
  const { headY, head, left, right } = tracked;
  view.setUint16(POSE_BYTES, bend(headY * 1000, 0, 65535), true);
  view.setUint32(POSE_BYTES + 2, packTurn(head), true);
  view.setUint32(POSE_BYTES + 6, packOffset(left.offset), true);
  view.setUint32(POSE_BYTES + 10, packTurn(left.turn), true);
  view.setUint32(POSE_BYTES + 14, packOffset(right.offset), true);
  view.setUint32(POSE_BYTES + 18, packTurn(right.turn), true);
}

/** The pose that 12 bytes hold from there on, or 34 with a headset. */
export function readPose(view: DataView, start: number, hasHeadset: boolean): Pose {
  return {
    position: readPosition(view, start),
    yaw: (view.getUint16(start + 6, true) / 65536) * CIRCLE,
    pitch: (view.getInt8(start + 8) / 127) * (Math.PI / 2),
    flags: view.getUint8(start + 9),
    at: view.getUint16(start + 10, true),
    tracked: hasHeadset ? readTracked(view, start + POSE_BYTES) : null,
  };
}

function readTracked(view: DataView, start: number): Tracked {
  const hand = (from: number): Hand => ({
    offset: readOffset(view.getUint32(from, true)),
    turn: readTurn(view.getUint32(from + 4, true)),
  });
  return {
    headY: view.getUint16(start, true) / 1000,
    head: readTurn(view.getUint32(start + 2, true)),
    left: hand(start + 6),
    right: hand(start + 14),
  };
}

/** Take a snapshot apart. Throws a RangeError where it is shorter than it says. */
export function readSnapshot(view: DataView): Snapshot {
  const counts = [2, 4, 6].map((at) => view.getUint16(at, true));
  const poses = new Map<number, Pose>();
  let start = HEADER_BYTES;
  for (const [kind, { bytes, read }] of ENTRIES.entries()) {
    for (let left = counts[kind] ?? 0; left > 0; left--) {
      poses.set(view.getUint16(start, true), read(view, start + SLOT_BYTES));
      start += bytes;
    }
  }
  const whole = view.getUint8(1) !== 0;
  return { type: "snapshot", tick: view.getUint32(8, true), whole, poses };
}

/** The kinds of entries, in the order in which a snapshot has them. */
const ENTRIES: readonly { bytes: number; read: (view: DataView, start: number) => Pose }[] = [
  { bytes: SLOT_BYTES + POSE_BYTES, read: (view, start) => readPose(view, start, false) },
  { bytes: SLOT_BYTES + TRACKED_BYTES, read: (view, start) => readPose(view, start, true) },
  { bytes: COARSE_BYTES, read: readCoarse },
];

/** Somebody far away: where, and which way they face. */
function readCoarse(view: DataView, start: number): Pose {
  return {
    position: readPosition(view, start),
    yaw: (view.getUint8(start + 6) / 256) * CIRCLE,
    pitch: 0,
    flags: view.getUint8(start + 7),
    at: view.getUint16(start + 8, true),
    tracked: null,
  };
}

function readPosition(view: DataView, start: number): Vec3 {
  const metres = (at: number) => view.getInt16(start + at, true) / METRE_STEPS;
  return [metres(0), metres(2), metres(4)];
}

export function bend(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, Math.round(value)));
}

function packOffset([x, y, z]: Vec3): number {
  const steps = (v: number) => bend(v * HAND_STEPS, -HAND_REACH, HAND_REACH) + HAND_REACH;
  return (steps(x) | (steps(y) << 10) | (steps(z) << 20)) >>> 0;
}

function readOffset(packed: number): Vec3 {
  const metres = (shift: number) => (((packed >>> shift) & 0x3ff) - HAND_REACH) / HAND_STEPS;
  return [metres(0), metres(10), metres(20)];
}

/** The three smallest parts; the largest follows from them, once its sign is made plus. */
export function packTurn(turn: Turn): number {
  const length = Math.hypot(...turn) || 1;
  let largest = 0;
  turn.forEach((part, i) => {
    if (Math.abs(part) > Math.abs(turn[largest] ?? 0)) largest = i;
  });
  const sign = (turn[largest] ?? 0) < 0 ? -1 : 1;
  let packed = largest << 30;
  let shift = 0;
  turn.forEach((part, i) => {
    if (i === largest) return;
    const share = ((sign * part) / length) * Math.SQRT1_2 + 0.5; // −√½…√½ becomes 0…1
    packed |= bend(share * TURN_STEPS, 0, TURN_STEPS) << shift;
    shift += 10;
  });
  return packed >>> 0;
}

/** The rotation that three parts tell. */
export function readTurn(packed: number): Turn {
  const part = (shift: number) => (((packed >>> shift) & 0x3ff) / TURN_STEPS - 0.5) * Math.SQRT2;
  const parts = [part(0), part(10), part(20)];
  const rest = Math.sqrt(Math.max(0, 1 - parts.reduce((sum, p) => sum + p * p, 0)));
  parts.splice(packed >>> 30, 0, rest);
  const length = Math.hypot(...parts);
  const [x = 0, y = 0, z = 0, w = 1] = parts.map((p) => p / length);
  return [x, y, z, w];
}
