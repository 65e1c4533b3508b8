import {
  Group,
  type Object3D,
  type PerspectiveCamera,
  Quaternion,
  Vector3,
  type WebGLRenderer,
} from "three";
import { Flag, type Spot } from "../../wire/world";
import type { Company } from "../company";
import { Marker } from "../marker";
import type { Stage } from "../stage";
import { HandInRoom } from "./hand";
import { type Landing, landing } from "./landing";
import { Press } from "./press";
import type { XRMode } from "./support";
import { seatedLift, trackedPose } from "./tracked";

const SNAP_RAD = Math.PI / 6;
const JUMP_EVERY_S = 0.3; // the house allows one in five ticks
const SETTLE_S = 0.5; // until the headset knows how high it is

export interface HeadsetParts {
  readonly gl: WebGLRenderer;
  readonly camera: PerspectiveCamera;
  readonly stage: Stage;
  readonly company: Company;
  /** What a pressed hand may meet. */
  readonly things: () => Object3D[];
}

/** Body and eyes in virtual reality: jumps instead of gliding, turns in steps, seated or standing. */
export class Headset {
  /** The room one stands in, set down in the place. */
  readonly rig = new Group();
  readonly root = new Group();
  private readonly hands: readonly HandInRoom[];
  private readonly press: Press;
  private readonly marker = new Marker();
  private readonly eyes: { fov: number; aspect: number };
  private readonly stop: () => void;
  private readonly letGo: (() => void)[] = [];
  private isWorn = false;
  /** The hand that has hold of a thing, or draws on one. */
  private drawing: HandInRoom | null = null;
  /** Where to stand once the headset has said where the head is. */
  private wanted: Pick<Spot, "position" | "yaw"> | null = null;
  private frames = 0;
  private lift_m = 0;
  private hasJumped = false;
  private worn_s = 0;
  private sinceJump_s = 0;

  constructor(private readonly parts: HeadsetParts) {
    const { gl, camera, company, things } = parts;
    this.eyes = { fov: camera.fov, aspect: camera.aspect };
    this.press = new Press(things);
    this.hands = [0, 1].map((i) => this.hand(i));
    this.root.add(this.rig, this.marker.root, ...this.hands.map(({ arc }) => arc));
    gl.xr.addEventListener("sessionstart", this.begin);
    gl.xr.addEventListener("sessionend", this.end);
    this.stop = company.put.subscribe(() => this.obey());
    if (gl.xr.isPresenting) this.begin(); // we came through a door with the headset on
  }

  /** Put it on: asks the browser, which asks the person. */
  async enter(mode: XRMode): Promise<void> {
    const { gl } = this.parts;
    if (!navigator.xr) return;
    const session = await navigator.xr.requestSession(mode, {
      requiredFeatures: ["local-floor"],
      optionalFeatures: ["hand-tracking"],
    });
    gl.xr.setReferenceSpaceType("local-floor");
    await gl.xr.setSession(session);
  }

  update(dt: number): void {
    if (!this.isWorn || !this.isSettled()) return;
    this.worn_s += dt;
    this.sinceJump_s += dt;
    if (this.worn_s - dt < SETTLE_S && this.worn_s >= SETTLE_S) this.sitUp();
    for (const hand of this.hands) {
      const snap = hand.snap();
      if (snap) this.turn(snap * SNAP_RAD);
      if (hand.throws()) this.land(hand);
    }
    if (this.drawing) this.parts.stage.touch.drag(this.drawing.ray());
    this.aim(dt);
    this.show();
  }

  dispose(): void {
    const { gl } = this.parts;
    gl.xr.removeEventListener("sessionstart", this.begin);
    gl.xr.removeEventListener("sessionend", this.end);
    this.stop();
    if (this.isWorn) this.takeOff();
    for (const letGo of this.letGo) letGo();
    for (const hand of this.hands) hand.dispose();
    this.marker.dispose();
    this.root.removeFromParent();
  }

  private hand(index: number): HandInRoom {
    const { gl } = this.parts;
    const hand = new HandInRoom(gl.xr.getController(index), gl.xr.getHand(index));
    hand.source = gl.xr.getSession()?.inputSources[index] ?? null; // connected before our time
    const down = () => {
      const { touch } = this.parts.stage;
      if (touch.press(hand.ray())) this.drawing = hand;
      else if (!this.press.down(hand.ray())) hand.isAiming = !this.isAugmented;
    };
    const up = () => {
      if (this.drawing === hand) this.parts.stage.touch.release(hand.ray(), false);
      else if (!this.press.up(hand.ray()) && hand.isAiming) this.land(hand);
      this.drawing = null;
      hand.isAiming = false;
    };
    hand.space.addEventListener("selectstart", down);
    hand.space.addEventListener("selectend", up);
    this.letGo.push(() => {
      hand.space.removeEventListener("selectstart", down);
      hand.space.removeEventListener("selectend", up);
    });
    this.rig.add(hand.space);
    if (hand.seen) this.rig.add(hand.seen);
    return hand;
  }

  /** The real room is seen, so the place is not drawn and nobody jumps. */
  private get isAugmented(): boolean {
    const mode = this.parts.gl.xr.getEnvironmentBlendMode();
    return mode !== undefined && mode !== "opaque";
  }

  private readonly begin = (): void => {
    const { camera, stage } = this.parts;
    this.isWorn = true;
    this.worn_s = 0;
    this.frames = 0;
    this.lift_m = 0;
    this.eyes.fov = camera.fov;
    this.eyes.aspect = camera.aspect;
    this.rig.add(camera);
    stage.isDriven = true;
    stage.scene.root.visible = !this.isAugmented;
    const { position, yaw } = stage.walker;
    this.wanted = { position, yaw };
    this.rig.position.set(...position);
    this.rig.rotation.y = yaw;
  };

  /** The camera follows the head from the first drawn frame on; only then we know where it is. */
  private isSettled(): boolean {
    this.frames += 1;
    if (this.frames < 3) return false;
    if (this.wanted) this.setDown(this.wanted.position, this.wanted.yaw);
    this.wanted = null;
    return true;
  }

  private readonly end = (): void => {
    const { stage } = this.parts;
    const { position, yaw } = this.pose();
    this.takeOff();
    stage.walker.put({ position, yaw });
    stage.follow.heading = yaw;
    stage.scene.root.visible = true;
  };

  private takeOff(): void {
    const { camera, stage } = this.parts;
    this.isWorn = false;
    stage.isDriven = false;
    this.rig.remove(camera);
    camera.fov = this.eyes.fov;
    camera.aspect = this.eyes.aspect;
    camera.updateProjectionMatrix();
  }

  /** Stand the room so that our feet are there and we face that way. */
  private setDown([x, y, z]: readonly [number, number, number], yaw?: number): void {
    if (yaw !== undefined) this.turn(yaw - this.pose().yaw);
    this.rig.updateMatrixWorld();
    const head = this.parts.camera.getWorldPosition(new Vector3());
    this.rig.position.x += x - head.x;
    this.rig.position.z += z - head.z;
    this.rig.position.y = y + this.lift_m;
    this.rig.updateMatrixWorld();
  }

  private sitUp(): void {
    this.lift_m = seatedLift(this.parts.camera.position.y);
    this.rig.position.y += this.lift_m;
  }

  /** Turn around where one stands, not around the middle of the room. */
  private turn(by: number): void {
    this.rig.updateMatrixWorld();
    const head = this.parts.camera.getWorldPosition(new Vector3());
    this.rig.position
      .sub(head)
      .applyAxisAngle(new Vector3(0, 1, 0), by)
      .add(head);
    this.rig.rotation.y += by;
    this.rig.updateMatrixWorld();
  }

  private aim(dt: number): void {
    const aiming = this.hands.find(({ isAiming }) => isAiming);
    for (const hand of this.hands) if (hand !== aiming) hand.draw([], true);
    const end = aiming && this.landingOf(aiming);
    if (aiming) aiming.draw(end?.path ?? [], end?.isGood ?? false);
    this.marker.show(end?.isGood ? end.at : null);
    this.marker.update(dt);
  }

  private landingOf(hand: HandInRoom): Landing | null {
    const { origin, direction } = hand.ray().ray;
    const { stage } = this.parts;
    const [x, , z] = this.pose().position;
    const { ground, place } = stage;
    return landing(origin.toArray(), direction.toArray(), [x, z], ground, place.doors);
  }

  private land(hand: HandInRoom): void {
    hand.isAiming = false;
    const end = this.landingOf(hand);
    if (!end?.isGood || this.sinceJump_s < JUMP_EVERY_S) return;
    if (end.door) {
      this.parts.stage.go(end.door);
      return;
    }
    this.sinceJump_s = 0;
    this.hasJumped = true;
    this.setDown(end.at);
  }

  private obey(): void {
    const put = this.parts.company.put.get();
    if (!put || !this.isWorn || !this.parts.stage.isHere) return;
    if (this.wanted) this.wanted = put.spot;
    else this.setDown(put.spot.position, put.why === "welcome" ? put.spot.yaw : undefined);
  }

  private floor(): number {
    const head = this.parts.camera.getWorldPosition(new Vector3());
    return this.parts.stage.ground.floor(head.x, head.z) ?? this.rig.position.y;
  }

  private pose() {
    const { camera } = this.parts;
    camera.updateWorldMatrix(true, false);
    const head = {
      position: camera.getWorldPosition(new Vector3()),
      turn: camera.getWorldQuaternion(new Quaternion()),
    };
    const of = (side: XRHandedness) =>
      this.hands.find(({ handedness }) => handedness === side)?.held() ?? null;
    return trackedPose(head, of("left"), of("right"), this.floor());
  }

  private show(): void {
    const { company, stage } = this.parts;
    const pose = this.pose();
    const jump = this.hasJumped ? Flag.JUMP : 0;
    this.hasJumped = false;
    stage.walker.put({ position: pose.position, yaw: pose.yaw });
    if (!stage.isHere) return;
    company.show({ ...pose, flags: pose.flags | jump });
    const of = (side: XRHandedness) =>
      this.hands.find(({ handedness }) => handedness === side)?.fingers() ?? null;
    company.showHands({ left: of("left"), right: of("right") });
  }
}
