import { AT_BYTE, Flag, TICKS_PER_S } from "../../wire/world";
import { type Pose, poseFrame } from "./poses";

const EVERY_MS = 1000 / TICKS_PER_S;
const EARLY_MS = 6; // frames do not fall on twentieths of a second
const ALIVE_MS = 5000; // somebody who stands still says so now and then
const FLAGS_BYTE = 10; // in a frame, behind its kind

/** Our own way, as others hear of it: at most 20 poses a second, none while nothing changes. */
export class Steps {
  private last: Uint8Array<ArrayBuffer> | null = null;
  private sentAt = Number.NEGATIVE_INFINITY;
  private hasJumped = false;

  /** @param show sends a frame; false if it did not leave. */
  constructor(private readonly show: (frame: Uint8Array<ArrayBuffer>) => boolean) {}

  /** Called every frame with where we are. MOVING and the time are added here. */
  take(pose: Omit<Pose, "at">, now: number): void {
    this.hasJumped ||= (pose.flags & Flag.JUMP) !== 0;
    if (now - this.sentAt < EVERY_MS - EARLY_MS) return;
    const jump = this.hasJumped ? Flag.JUMP : 0;
    const frame = poseFrame({ ...pose, flags: pose.flags | jump, at: Math.round(now) });
    if (this.goesOn(frame)) frame[FLAGS_BYTE] = (frame[FLAGS_BYTE] ?? 0) | Flag.MOVING;
    if (this.isSame(frame) && now - this.sentAt < ALIVE_MS) return;
    if (!this.show(frame)) return;
    this.last = frame;
    this.sentAt = now;
    this.hasJumped = false;
  }

  /** Another place, or another line: whatever was sent last does not count. */
  reset(): void {
    this.last = null;
    this.hasJumped = false;
  }

  private goesOn(frame: Uint8Array): boolean {
    const { last } = this;
    return last !== null && [1, 2, 3, 4, 5, 6].some((byte) => frame[byte] !== last[byte]);
  }

  private isSame(frame: Uint8Array): boolean {
    const { last } = this;
    if (last?.length !== frame.length) return false;
    return frame.every((value, i) => i === AT_BYTE + 1 || i === AT_BYTE + 2 || value === last[i]);
  }
}
