import { type FromVisitor, type FromWorld, Kind } from "../../wire/world";
import { type ItemPoses, type Points, readThings } from "../things/poses";
import { type HandsHeard, readHands } from "./hands";
import { readSnapshot, type Snapshot } from "./poses";

/** All that the world may say. */
export type Heard = FromWorld | Snapshot | HandsHeard | ItemPoses | Points;

const writer = new TextEncoder();
const reader = new TextDecoder();

/** A message as the frame a visitor sends. */
export function controlFrame(message: FromVisitor): Uint8Array<ArrayBuffer> {
  const text = writer.encode(JSON.stringify(message));
  const frame = new Uint8Array(1 + text.length);
  frame[0] = Kind.CONTROL;
  frame.set(text, 1);
  return frame;
}

/** What a frame of the world says; null for a kind that this client does not know yet. */
export function readFrame(frame: ArrayBuffer): Heard | null {
  const view = new DataView(frame);
  switch (view.getUint8(0)) {
    case Kind.CONTROL:
      return JSON.parse(reader.decode(new Uint8Array(frame, 1))) as FromWorld;
    case Kind.SNAPSHOT:
      return readSnapshot(view);
    case Kind.HANDS:
      return readHands(view);
    default:
      return readThings(view);
  }
}
