import { type Group, type PerspectiveCamera, Quaternion, Vector3 } from "three";
import type { Spot } from "../../wire/world";
import type { Stage } from "../stage";
import { type Comfort, snapOf } from "./comfort";
import { glided, isPushed, type Stick, Threshold } from "./glide";
import type { HandInRoom } from "./hand";
import { type Landing, landing } from "./landing";
import { type Held, seatedLift } from "./tracked";

const JUMP_EVERY_S = 0.3; // the house allows one in five ticks
const SETTLE_S = 0.5; // until the headset knows how high it is
const TURN_RAD_S = Math.PI / 2;

/** Moves the room one stands in through the place: jumps, glides, turns, and lifts who sits. */
export class Legs {
  /** Whether the floor moves under us right now. */
  isMoving = false;
  private readonly threshold: Threshold;
  private hasJumped = false;
  private lift_m = 0;
  private seat: Comfort["seat"] | "" = "";
  private worn_s = 0;
  private sinceJump_s = 0;

  constructor(
    private readonly rig: Group,
    private readonly camera: PerspectiveCamera,
    private readonly stage: Stage,
  ) {
    this.threshold = new Threshold(stage.place.doors);
  }

  begin({ position, yaw }: Pick<Spot, "position" | "yaw">): void {
    this.worn_s = 0;
    this.lift_m = 0;
    this.seat = "";
    this.rig.position.set(...position);
    this.rig.rotation.y = yaw;
  }

  /** Let the sticks move us; in a real room one walks by oneself. */
  update(hands: readonly HandInRoom[], how: Comfort, isReal: boolean, dt: number): void {
    this.worn_s += dt;
    this.sinceJump_s += dt;
    this.isMoving = false;
    if (isReal) return;
    if (this.worn_s >= SETTLE_S && this.seat !== how.seat) this.sit(how.seat);
    for (const hand of hands) {
      if (how.walk === "glide" && hand.handedness === "left") this.glide(hand.stick(), dt);
      else {
        this.turnBy(hand, how, dt);
        if (hand.throws()) this.land(hand);
      }
    }
  }

  /** Where the head is in the world. */
  head(): Held {
    this.camera.updateWorldMatrix(true, false);
    return {
      position: this.camera.getWorldPosition(new Vector3()),
      turn: this.camera.getWorldQuaternion(new Quaternion()),
    };
  }

  floor(): number {
    const { x, z } = this.head().position;
    return this.stage.ground.floor(x, z) ?? this.rig.position.y;
  }

  /** Stand the room so that our feet are there and we face that way. */
  setDown([x, y, z]: readonly [number, number, number], yaw?: number): void {
    if (yaw !== undefined) this.turn(yaw - yawOf(this.head().turn));
    const { position } = this.head();
    this.rig.position.x += x - position.x;
    this.rig.position.z += z - position.z;
    this.rig.position.y = y + this.lift_m;
    this.rig.updateMatrixWorld();
  }

  /** Turn around where one stands, not around the middle of the room. */
  turn(by: number): void {
    const { position } = this.head();
    this.rig.position
      .sub(position)
      .applyAxisAngle(new Vector3(0, 1, 0), by)
      .add(position);
    this.rig.rotation.y += by;
    this.rig.updateMatrixWorld();
  }

  landingOf(hand: HandInRoom): Landing | null {
    const { origin, direction } = hand.ray().ray;
    const { x, z } = this.head().position;
    const { ground, place } = this.stage;
    return landing(origin.toArray(), direction.toArray(), [x, z], ground, place.doors);
  }

  /** Be where the hand throws us, if nothing is in the way. */
  land(hand: HandInRoom): void {
    hand.isAiming = false;
    const end = this.landingOf(hand);
    if (!end?.isGood || this.sinceJump_s < JUMP_EVERY_S) return;
    if (end.door) {
      this.stage.go(end.door);
      return;
    }
    this.sinceJump_s = 0;
    this.hasJumped = true;
    this.setDown(end.at);
  }

  /** Whether we jumped since this was last asked. */
  jumped(): boolean {
    const { hasJumped } = this;
    this.hasJumped = false;
    return hasJumped;
  }

  private sit(seat: Comfort["seat"]): void {
    this.seat = seat;
    const lift = seatedLift(this.camera.position.y, seat);
    this.rig.position.y += lift - this.lift_m;
    this.lift_m = lift;
    this.rig.updateMatrixWorld();
  }

  private turnBy(hand: HandInRoom, how: Comfort, dt: number): void {
    const step = snapOf(how);
    if (step !== null) {
      const snap = hand.snap();
      if (snap) this.turn(snap * step);
      return;
    }
    const [x] = hand.stick();
    if (!isPushed([x, 0])) return;
    this.isMoving = true;
    this.turn(-x * TURN_RAD_S * dt);
  }

  private glide(stick: Stick, dt: number): void {
    const { position, turn } = this.head();
    const from = [position.x, position.z] as const;
    const [x, z] = glided(from, stick, yawOf(turn), dt, this.stage.ground);
    const door = this.threshold.at([x, z]);
    if (door) this.stage.go(door);
    if (x === from[0] && z === from[1]) return;
    this.isMoving = true;
    this.setDown([x, this.stage.ground.floor(x, z) ?? this.rig.position.y - this.lift_m, z]);
  }
}

export function yawOf(turn: Quaternion): number {
  const ahead = new Vector3(0, 0, -1).applyQuaternion(turn);
  return Math.atan2(-ahead.x, -ahead.z);
}
