import { type Bone, type Object3D, Quaternion, Vector3 } from "three";
import type { Hand, Tracked } from "../net/poses";
import { frameOf, type Limb, reach } from "./reach";

const STRIDE_M = 1.42; // two steps of somebody of middle height
const WAVE_S = 2.2;
const SOFT_S = 0.14;
const SEAT_M = 0.46;
const LOWEST_M = 0.62; // no lower than this do hips go

export interface Doing {
  /** How fast they walk [m/s]. */
  readonly speed: number;
  readonly pitch: number;
  readonly isSeated: boolean;
  readonly isHandUp: boolean;
  /** How long ago they began to wave [s]; Infinity if never. */
  readonly waved_s: number;
  /** Head and hands as a headset has them, and which hands it sees. */
  readonly headset?: Worn | null;
}

export interface Worn {
  readonly tracked: Tracked;
  /** Which way the body faces [rad]. */
  readonly yaw: number;
  readonly hasLeft: boolean;
  readonly hasRight: boolean;
  /** Of a hand whose own wrist is seen: the frame that its wrist was baked with. */
  readonly wrists?: Readonly<Record<Side, Quaternion | null>>;
}

export type Side = "Left" | "Right";

const about = new Vector3();
const target = new Vector3();
const pole = new Vector3();
const parent = new Quaternion();
const turned = new Quaternion();
const UP = new Vector3(0, 1, 0);
const AROUND = new Quaternion(0, 1, 0, 0); // bodies are baked facing the other way
/** From a controller's grip to a hand that hangs: its fingers point down, not ahead. */
const GRIP = new Quaternion().setFromAxisAngle(new Vector3(1, 0, 0), Math.PI / 2);

/** Moves the bones of one body: breath, steps, a wave, a raised hand, a seat, a headset. */
export class Gait {
  private readonly bones = new Map<string, Bone>();
  private readonly hips: Bone | null;
  private readonly hipsAt = new Vector3();
  private readonly eyes_m: number;
  private readonly stretch: number;
  private phase = 0;
  private time: number;
  private stride = 0;
  private arm = 0;
  private seat = 0;

  /**
   * @param eyes_m height of the eyes, standing.
   * @param start a moment of one's own: people do not breathe in step.
   */
  constructor(body: Object3D, eyes_m = 1.55, start = 0) {
    body.traverse((node) => {
      if ("isBone" in node) this.bones.set(node.name, node as Bone);
    });
    this.hips = this.bones.get("Hips") ?? null;
    if (this.hips) this.hipsAt.copy(this.hips.position);
    this.eyes_m = eyes_m;
    this.stretch = eyes_m / 1.55;
    this.time = start;
  }

  update(doing: Doing, dt: number): void {
    this.time += dt;
    this.phase += (doing.speed * dt * 2 * Math.PI) / (STRIDE_M * this.stretch);
    const share = 1 - Math.exp(-dt / SOFT_S);
    const isWaving = doing.waved_s < WAVE_S;
    this.stride += (Math.min(1.35, doing.speed / 2) - this.stride) * share;
    this.arm += (Number(isWaving || doing.isHandUp) - this.arm) * share;
    this.seat += (Number(doing.isSeated && !doing.headset) - this.seat) * share;
    this.stand();
    this.walk();
    this.look(doing.pitch);
    if (this.seat > 0.01) this.sit();
    if (doing.headset) this.wear(doing.headset);
    if (this.arm > 0.01) this.lift(isWaving);
  }

  private turn(joint: string, x: number, y = 0, z = 0): void {
    this.bones.get(joint)?.rotation.set(x, y, z);
  }

  /** Breath, and weight that shifts from foot to foot. */
  private stand(): void {
    const calm = 1 - Math.min(1, this.stride);
    const breath = Math.sin(this.time * 1.6);
    const sway = Math.sin(this.time * 0.37) * calm;
    this.hips?.position.copy(this.hipsAt);
    if (this.hips) this.hips.position.x += 0.012 * sway;
    this.turn("Hips", 0, 0, 0.012 * sway);
    this.turn("Spine", 0.006 * breath, 0, -0.01 * sway);
    this.turn("Spine1", 0.01 * breath);
    this.turn("Spine2", 0.008 * breath);
    this.turn("Neck", -0.012 * breath);
    for (const [side, sign] of SIDES) {
      this.turn(`${side}Shoulder`, 0, 0, 0.012 * breath * sign);
      this.turn(`${side}Arm`, 0.1 + 0.03 * Math.sin(this.time * 0.9 + sign), 0, 0);
      this.turn(`${side}ForeArm`, 0.02, 0, 0);
      this.turn(`${side}Hand`, 0, 0, 0);
      this.turn(`${side}UpLeg`, 0, 0, -0.012 * sway);
      this.turn(`${side}Leg`, 0);
      this.turn(`${side}Foot`, 0);
      this.turn(`${side}ToeBase`, 0);
    }
  }

  /** Steps: the heel strikes, the knee gives, the foot rolls off; arms and trunk swing against. */
  private walk(): void {
    const { stride } = this;
    if (stride < 0.01) return;
    for (const [side, sign] of SIDES) {
      const phase = this.phase + (sign > 0 ? 0 : Math.PI);
      const swing = Math.sin(phase);
      const lift = Math.max(0, Math.cos(phase)) ** 1.2; // while the leg comes forward
      this.turn(`${side}UpLeg`, -0.46 * stride * swing - 0.12 * stride * lift, 0, 0);
      this.turn(`${side}Leg`, stride * (0.1 + 0.92 * lift + 0.12 * Math.max(0, swing)));
      const roll = Math.max(0, -swing) ** 2 * (1 - lift);
      this.turn(`${side}Foot`, stride * (0.5 * roll - 0.2 * Math.max(0, swing) - 0.1 * lift));
      this.turn(`${side}ToeBase`, -0.4 * stride * roll);
      this.turn(`${side}Arm`, stride * (0.1 + 0.4 * swing), 0, 0);
      this.turn(`${side}ForeArm`, -0.16 * stride * (1 - swing * 0.7), 0, 0);
    }
    const turn = Math.sin(this.phase);
    this.turn("Hips", 0.02 * stride, -0.09 * stride * turn, 0.025 * stride * Math.cos(this.phase));
    this.turn("Spine1", 0.02 * stride, 0.07 * stride * turn, -0.02 * stride * Math.cos(this.phase));
    this.turn("Spine2", 0.01, 0.09 * stride * turn, 0);
    this.turn("Neck", -0.02, -0.06 * stride * turn, 0);
    if (this.hips) {
      this.hips.position.y -= 0.022 * stride * (1 + Math.cos(2 * this.phase)) * this.stretch;
      this.hips.position.x += 0.014 * stride * Math.sin(this.phase + Math.PI / 2);
    }
  }

  private look(pitch: number): void {
    const nod = Math.max(-0.6, Math.min(0.6, -pitch));
    const glance = 0.06 * Math.sin(this.time * 0.23) + 0.03 * Math.sin(this.time * 0.71);
    this.turn("Head", nod * 0.6, glance, 0);
  }

  /** An arm goes up; it swings while it waves. */
  private lift(isWaving: boolean): void {
    const { arm } = this;
    const sway = isWaving ? 0.42 * Math.sin(this.time * 8.5) : 0;
    this.turn("RightShoulder", 0, 0, -0.3 * arm);
    this.turn("RightArm", -0.25 * arm, 0.2 * arm, -1.9 * arm);
    this.turn("RightForeArm", -0.2 * arm, 0, (-0.6 + sway) * arm);
    this.turn("RightHand", 0, 0, (-0.1 + sway * 0.4) * arm);
  }

  private sit(): void {
    const { seat } = this;
    if (!this.hips) return;
    const hip = this.hipsAt.y;
    this.hips.position.y = hip + (SEAT_M + 0.09 - hip) * seat;
    this.hips.position.z -= 0.12 * seat;
    this.turn("Spine", -0.05 * seat);
    for (const [side, sign] of SIDES) {
      this.turn(`${side}UpLeg`, -1.5 * seat, 0, 0.06 * sign * seat);
      this.turn(`${side}Leg`, 1.46 * seat);
      this.turn(`${side}Arm`, -0.3 * seat, 0, -0.05 * sign * seat);
      this.turn(`${side}ForeArm`, -0.72 * seat, -0.9 * sign * seat, -0.1 * sign * seat);
      this.turn(`${side}Hand`, -0.15 * seat, 0, 0);
    }
  }

  /** Head and hands where the headset has them; hips sink as the head does, feet stay. */
  private wear({ tracked, yaw, hasLeft, hasRight, wrists }: Worn): void {
    const { hips } = this;
    const head = this.bones.get("Head");
    if (!hips || !head) return;
    const low = Math.max(LOWEST_M - this.hipsAt.y, Math.min(0.03, tracked.headY - this.eyes_m));
    hips.position.y = this.hipsAt.y + low;
    if (low < -0.02) for (const [side] of SIDES) this.plant(side, low);
    this.inBody(tracked.head, yaw, turned);
    frameOf(head, hips, about, parent);
    head.quaternion.copy(parent.invert().multiply(turned));
    if (hasLeft) this.grasp("Left", tracked.left, yaw, tracked.headY, wrists?.Left);
    if (hasRight) this.grasp("Right", tracked.right, yaw, tracked.headY, wrists?.Right);
  }

  private plant(side: string, low: number): void {
    const limb = this.limb(`${side}UpLeg`, `${side}Leg`, `${side}Foot`);
    if (!limb || !this.hips) return;
    for (const bone of [limb.upper, limb.lower]) bone.quaternion.identity();
    frameOf(limb.end, this.hips, target, parent);
    target.y -= low;
    reach(limb, this.hips, target, pole.set(0, 0, 1));
    frameOf(limb.end, this.hips, about, parent);
    limb.end.quaternion.copy(parent.invert());
  }

  private grasp(
    side: Side,
    hand: Hand,
    yaw: number,
    headY: number,
    wrist: Quaternion | null = null,
  ): void {
    const sign = side === "Left" ? 1 : -1;
    const limb = this.limb(`${side}Arm`, `${side}ForeArm`, `${side}Hand`);
    const { hips } = this;
    if (!limb || !hips) return;
    target.set(...hand.offset).applyAxisAngle(UP, -yaw);
    target.set(-target.x, target.y + Math.min(headY, this.eyes_m), -target.z + 0.06);
    reach(limb, hips, target, pole.set(sign * 0.5, -1, -0.6));
    this.inBody(hand.turn, yaw, turned);
    if (wrist) turned.multiply(AROUND).multiply(parent.copy(wrist).invert());
    else turned.multiply(GRIP);
    frameOf(limb.end, hips, about, parent);
    limb.end.quaternion.copy(parent.invert().multiply(turned));
  }

  /** A rotation of the world as this body has it: turned by yaw, and baked facing the other way. */
  private inBody(turn: readonly number[], yaw: number, into: Quaternion): Quaternion {
    const [x = 0, y = 0, z = 0, w = 1] = turn;
    into.set(x, y, z, w).premultiply(parent.setFromAxisAngle(UP, -yaw));
    return into.set(-into.x, into.y, -into.z, into.w);
  }

  private limb(upper: string, lower: string, end: string): Limb | null {
    const [a, b, c] = [this.bones.get(upper), this.bones.get(lower), this.bones.get(end)];
    return a && b && c ? { upper: a, lower: b, end: c } : null;
  }
}

const SIDES: readonly (readonly [Side, 1 | -1])[] = [
  ["Left", 1],
  ["Right", -1],
];
