import {
  ITEM_BYTES,
  ITEM_KIND,
  ITEMS_KIND,
  POINT_BYTES,
  POINT_ENTRY_BYTES,
  POINT_KIND,
  POINTS_KIND,
} from "../../wire/world";
import { bend, packTurn, readTurn, type Turn, type Vec3 } from "../net/poses";

// The twin of asklepion/world/wire/item_poses.py; golden bytes hold both to the same layout.

/** Where a loose thing is [m], how it is turned, at which of its holder's milliseconds. */
export interface ItemPose {
  readonly number: number;
  readonly position: Vec3;
  readonly turn: Turn;
  readonly at: number;
}

export interface ItemPoses {
  readonly type: "item-poses";
  readonly poses: readonly ItemPose[];
}

/** Who points where; null for one who stopped. */
export interface Points {
  readonly type: "points";
  readonly points: ReadonlyMap<number, Vec3 | null>;
}

const HEADER_BYTES = 5;
const MOST_MM = 2 ** 31 - 1;

/** Poses as the frame a visitor sends. */
export function itemFrame(poses: readonly ItemPose[]): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(1 + poses.length * ITEM_BYTES);
  frame[0] = ITEM_KIND;
  const view = new DataView(frame.buffer);
  poses.forEach(({ number, position, turn, at }, i) => {
    const start = 1 + i * ITEM_BYTES;
    view.setUint16(start, number, true);
    writePoint(view, start + 2, position);
    view.setUint32(start + 14, packTurn(turn), true);
    view.setUint16(start + 18, at & 0xffff, true);
  });
  return frame;
}

/** A point as the frame a visitor sends; null: one points no more. */
export function pointFrame(point: Vec3 | null): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(point ? 1 + POINT_BYTES : 1);
  frame[0] = POINT_KIND;
  if (point) writePoint(new DataView(frame.buffer), 1, point);
  return frame;
}

/** What a frame says of things or of points; null where it is about something else. */
export function readThings(view: DataView): ItemPoses | Points | null {
  switch (view.getUint8(0)) {
    case ITEMS_KIND:
      return { type: "item-poses", poses: [...readPoses(view)] };
    case POINTS_KIND:
      return { type: "points", points: new Map(readPoints(view)) };
    default:
      return null;
  }
}

function* readPoses(view: DataView): Generator<ItemPose> {
  for (let at = HEADER_BYTES; at < view.byteLength; at += ITEM_BYTES) {
    yield {
      number: view.getUint16(at, true),
      position: readPoint(view, at + 2),
      turn: readTurn(view.getUint32(at + 14, true)),
      at: view.getUint16(at + 18, true),
    };
  }
}

function* readPoints(view: DataView): Generator<[number, Vec3 | null]> {
  for (let at = HEADER_BYTES; at < view.byteLength; at += POINT_ENTRY_BYTES) {
    const isOn = view.getUint8(at + 2) !== 0;
    yield [view.getUint16(at, true), isOn ? readPoint(view, at + 3) : null];
  }
}

function writePoint(view: DataView, start: number, point: Vec3): void {
  point.forEach((part, i) => {
    view.setInt32(start + 4 * i, bend(part * 1000, -MOST_MM, MOST_MM), true);
  });
}

function readPoint(view: DataView, start: number): Vec3 {
  const metres = (i: number) => view.getInt32(start + 4 * i, true) / 1000;
  return [metres(0), metres(1), metres(2)];
}
