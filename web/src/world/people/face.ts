import { type Bone, MathUtils, Vector3 } from "three";

const BLINK_S = 0.16;
/** How far lids and jaw turn, shut and open [rad]. */
export const LID_RAD = 0.62;
export const JAW_RAD = 0.2;
const HEAD_TURN = { yaw: 0.75, pitch: 0.35 } as const; // as far as a head follows the eyes
const EYE_TURN = { yaw: 0.42, pitch: 0.25 } as const;
const SOFT_S = 0.18;
const LIPS_S = 0.05;
const SYLLABLE = 17; // [rad/s]

/** What moves a face. */
export interface Feeling {
  /** How loud their voice is heard, 0 … 1. */
  readonly mouth: number;
  /** Where they look, seen from their own head (x left, y up, z ahead); null ahead. */
  readonly gaze: Vector3 | null;
  /** A headset turns the head: it is not ours to turn. */
  readonly isWorn: boolean;
}

/** Lids that blink, lips that move with the voice, eyes and a head that turn to who speaks. */
export class Face {
  private readonly jaw: Bone | undefined;
  private readonly head: Bone | undefined;
  private readonly lids: readonly Bone[];
  private readonly eyes: readonly Bone[];
  private time: number;
  private nextBlink: number;
  private open = 0;
  private yaw = 0;
  private pitch = 0;

  /** @param start a moment of one's own: people do not blink in step. */
  constructor(bones: ReadonlyMap<string, Bone>, start: number) {
    const found = (names: readonly string[]) =>
      names.flatMap((name) => bones.get(name) ?? []) as readonly Bone[];
    this.jaw = bones.get("Jaw");
    this.head = bones.get("Head");
    this.lids = found(["LeftLid", "RightLid"]);
    this.eyes = found(["LeftEye", "RightEye"]);
    this.time = start;
    this.nextBlink = start + 1 + (start % 3);
  }

  update({ mouth, gaze, isWorn }: Feeling, dt: number): void {
    this.time += dt;
    this.speak(mouth, dt);
    this.blink();
    this.look(gaze, isWorn, dt);
  }

  private speak(mouth: number, dt: number): void {
    const wave = 0.55 + 0.3 * Math.sin(this.time * SYLLABLE) + 0.15 * Math.sin(this.time * 7.3);
    const wanted = MathUtils.clamp(mouth, 0, 1) * wave;
    this.open += (wanted - this.open) * (1 - Math.exp(-dt / LIPS_S));
    this.jaw?.rotation.set(JAW_RAD * this.open, 0, 0);
  }

  private blink(): void {
    const since = this.time - this.nextBlink;
    if (since > BLINK_S) {
      const seed = Math.abs(Math.sin(this.time * 12.9898) * 43758.5453) % 1;
      this.nextBlink = this.time + 1.8 + 4 * seed;
    }
    const shut = since > 0 && since < BLINK_S ? Math.sin((since / BLINK_S) * Math.PI) : 0;
    for (const lid of this.lids) lid.rotation.set(LID_RAD * shut, 0, 0);
  }

  private look(gaze: Vector3 | null, isWorn: boolean, dt: number): void {
    const isAhead = gaze !== null && gaze.z > -0.5 * Math.hypot(gaze.x, gaze.z); // nobody is an owl
    const yaw = gaze && isAhead ? Math.atan2(gaze.x, gaze.z) : 0;
    const pitch = gaze && isAhead ? -Math.atan2(gaze.y, Math.hypot(gaze.x, gaze.z)) : 0;
    const share = 1 - Math.exp(-dt / SOFT_S);
    this.yaw += (yaw - this.yaw) * share;
    this.pitch += (pitch - this.pitch) * share;
    const turn = isWorn ? 0 : MathUtils.clamp(this.yaw * 0.75, -HEAD_TURN.yaw, HEAD_TURN.yaw);
    const nod = isWorn ? 0 : MathUtils.clamp(this.pitch * 0.7, -HEAD_TURN.pitch, HEAD_TURN.pitch);
    if (this.head && !isWorn) {
      this.head.rotation.y += turn;
      this.head.rotation.x += nod;
    }
    const side = MathUtils.clamp(this.yaw - turn, -EYE_TURN.yaw, EYE_TURN.yaw);
    const up = MathUtils.clamp(this.pitch - nod, -EYE_TURN.pitch, EYE_TURN.pitch);
    const flit = 0.02 * Math.sign(Math.sin(this.time * 1.7) + 0.4 * Math.sin(this.time * 4.1));
    for (const eye of this.eyes) eye.rotation.set(up, side + flit, 0);
  }
}

const there = new Vector3();

/** Another's head as seen from somebody's own, whose body is turned by `yaw`. */
export function gazeTo(
  from: readonly [number, number, number],
  yaw: number,
  to: readonly [number, number, number],
): Vector3 {
  there.set(to[0] - from[0], to[1] - from[1], to[2] - from[2]);
  return there.applyAxisAngle(new Vector3(0, 1, 0), -(yaw + Math.PI)).clone();
}
