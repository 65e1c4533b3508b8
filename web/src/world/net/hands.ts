import {
  BENT_LEAST,
  BENT_MOST,
  HAND_BENDS,
  HAND_BYTES,
  HAND_TURNS,
  Kind,
  Side,
} from "../../wire/world";
import { packTurn, readTurn, type Turn } from "./poses";

// The twin of asklepion/world/wire/hands.py; golden bytes hold both to the same layout.

/** How the fingers of one hand are held: rotations from the wrist, and bends [rad]. */
export interface Fingers {
  /** The thumb's first bone, and those of index, middle, ring and little finger. */
  readonly turns: readonly Turn[];
  /** The second and third joint of the thumb, then of each finger. */
  readonly bends: readonly number[];
}

export interface BothHands {
  readonly left: Fingers | null;
  readonly right: Fingers | null;
}

/** The hands of some who are near. */
export interface HandsHeard {
  readonly type: "hands";
  readonly hands: ReadonlyMap<number, BothHands>;
}

const STEP = (BENT_MOST - BENT_LEAST) / 255;
const TURNS_BYTES = 4 * HAND_TURNS;

/** Hands as the frame a visitor sends; null where no hand is seen. */
export function handsFrame({ left, right }: BothHands): Uint8Array<ArrayBuffer> | null {
  const shown = [left, right].filter((hand) => hand !== null);
  if (!shown.length) return null;
  const frame = new Uint8Array(2 + HAND_BYTES * shown.length);
  const view = new DataView(frame.buffer);
  view.setUint8(0, Kind.HANDS);
  view.setUint8(1, (left ? Side.LEFT : 0) | (right ? Side.RIGHT : 0));
  for (const [i, hand] of shown.entries()) write(view, 2 + i * HAND_BYTES, hand);
  return frame;
}

function write(view: DataView, start: number, { turns, bends }: Fingers): void {
  for (const [i, turn] of turns.entries()) view.setUint32(start + 4 * i, packTurn(turn), true);
  for (const [i, bend] of bends.entries()) {
    const step = Math.round((bend - BENT_LEAST) / STEP);
    view.setUint8(start + TURNS_BYTES + i, Math.max(0, Math.min(255, step)));
  }
}

function readFingers(view: DataView, start: number): Fingers {
  const turns = Array.from({ length: HAND_TURNS }, (_, i) =>
    readTurn(view.getUint32(start + 4 * i, true)),
  );
  const bends = Array.from(
    { length: HAND_BENDS },
    (_, i) => BENT_LEAST + view.getUint8(start + TURNS_BYTES + i) * STEP,
  );
  return { turns, bends };
}

/** Take a frame of hands apart. Throws a RangeError where it is shorter than it says. */
export function readHands(view: DataView): HandsHeard {
  const hands = new Map<number, BothHands>();
  let at = 2;
  for (let entry = 0; entry < view.getUint8(1); entry++) {
    const slot = view.getUint16(at, true);
    const sides = view.getUint8(at + 2);
    at += 3;
    const next = (side: number): Fingers | null => {
      if (!(sides & side)) return null;
      at += HAND_BYTES;
      return readFingers(view, at - HAND_BYTES);
    };
    hands.set(slot, { left: next(Side.LEFT), right: next(Side.RIGHT) });
  }
  return { type: "hands", hands };
}
