import { Group, type Object3D, type PerspectiveCamera, type WebGLRenderer } from "three";
import { Store } from "../../kit/store";
import { Flag, type Spot } from "../../wire/world";
import type { Company } from "../company";
import { Marker } from "../marker";
import type { Following } from "../order/following";
import type { Stage } from "../stage";
import type { RoomFrame } from "./anchoring";
import { Calibration } from "./calibration";
import { comfort } from "./comfort";
import { Grab } from "./grab";
import { HandInRoom } from "./hand";
import { HandWork, type Means } from "./hand-work";
import { Legs, yawOf } from "./legs";
import { Menu, type MenuParts } from "./menu";
import { Press } from "./press";
import type { XRMode } from "./support";
import { Table } from "./table";
import { trackedPose } from "./tracked";
import { Vignette } from "./vignette";
import { WristMenu } from "./wrist-menu";

const EVENTS: readonly (readonly [`${Means}start`, `${Means}end`, Means])[] = [
  ["selectstart", "selectend", "select"],
  ["squeezestart", "squeezeend", "squeeze"],
];

export interface HeadsetParts {
  readonly gl: WebGLRenderer;
  readonly camera: PerspectiveCamera;
  readonly stage: Stage;
  readonly company: Company;
  readonly following: Following;
  /** What a pressed hand may meet. */
  readonly things: () => Object3D[];
  /** Whether a part of the scene stands on one's own table here. */
  readonly hasTable: boolean;
}

/** Body, eyes and hands of whoever wears a headset, in the place or in a room of their own. */
export class Headset {
  /** The room one stands in, set down in the place. */
  readonly rig = new Group();
  readonly root = new Group();
  readonly table: Table;
  /** What is worn now; null while nothing is. */
  readonly mode = new Store<XRMode | null>(null);
  readonly menuParts: MenuParts;
  private readonly hands: readonly HandInRoom[];
  private readonly legs: Legs;
  private readonly menu: WristMenu;
  private readonly work: HandWork;
  private readonly calibration: Calibration;
  private readonly marker = new Marker();
  private readonly vignette = new Vignette();
  private readonly eyes: { fov: number; aspect: number };
  private readonly stop: () => void;
  private readonly letGo: (() => void)[] = [];
  /** Where to stand once the headset has said where the head is. */
  private wanted: Pick<Spot, "position" | "yaw"> | null = null;
  private frames = 0;
  private now = 0;

  constructor(private readonly parts: HeadsetParts) {
    const { gl, camera, company, following, stage, things } = parts;
    this.eyes = { fov: camera.fov, aspect: camera.aspect };
    this.legs = new Legs(this.rig, camera, stage);
    this.table = new Table(stage.place.id);
    this.calibration = new Calibration({
      place: stage.place,
      rig: this.rig,
      head: () => this.legs.head(),
      table: this.table,
    });
    this.menuParts = { company, following, table: this.tableActions(), leave: () => this.leave() };
    this.menu = new WristMenu(new Menu(this.menuParts));
    this.work = new HandWork({
      ...{ stage, company, menu: this.menu, table: this.table, legs: this.legs },
      press: new Press(things),
      grab: new Grab(company),
      isReal: () => this.isReal,
      hasTable: () => parts.hasTable,
      inRoom: (at) => this.rig.worldToLocal(at).toArray(),
      corner: (hand) => this.calibration.touch(hand.tip()),
    });
    this.hands = [0, 1].map((i) => this.hand(i));
    this.rig.add(this.table.root, this.table.reticle, this.calibration.board.mesh);
    this.root.add(this.rig, this.marker.root, this.menu.board.mesh);
    this.root.add(...this.hands.map(({ arc }) => arc));
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
      optionalFeatures: ["hand-tracking", ...(mode === "immersive-ar" ? REAL : [])],
    });
    gl.xr.setReferenceSpaceType("local-floor");
    await gl.xr.setSession(session);
  }

  leave(): void {
    void this.parts.gl.xr.getSession()?.end();
  }

  /** @param now on the company's clock [ms]. */
  update(now: number, dt: number): void {
    this.now = now;
    if (!this.mode.get() || !this.isSettled()) return;
    const how = comfort.get();
    const { legs, hands, vignette, calibration } = this;
    legs.update(hands, how, this.isReal, dt);
    vignette.update(legs.isMoving && how.veil === "on", dt);
    this.menu.update(hands, legs.head());
    this.work.update(hands, now);
    if (this.isReal && this.parts.hasTable) this.table.update(this.room(), this.headInRoom());
    calibration.update();
    this.aim(dt);
    this.show();
  }

  dispose(): void {
    const { gl } = this.parts;
    gl.xr.removeEventListener("sessionstart", this.begin);
    gl.xr.removeEventListener("sessionend", this.end);
    this.stop();
    this.work.dispose();
    if (this.mode.get()) this.takeOff();
    for (const letGo of this.letGo) letGo();
    for (const hand of this.hands) hand.dispose();
    for (const part of [this.marker, this.vignette, this.menu, this.table, this.calibration]) {
      part.dispose();
    }
    this.root.removeFromParent();
  }

  private hand(index: number): HandInRoom {
    const { gl } = this.parts;
    const hand = new HandInRoom(gl.xr.getController(index), gl.xr.getHand(index));
    hand.source = gl.xr.getSession()?.inputSources[index] ?? null; // connected before our time
    for (const [starts, ends, means] of EVENTS) {
      const down = () => this.work.down(hand, means, this.now);
      const up = () => this.work.up(hand, means, this.now);
      hand.space.addEventListener(starts, down);
      hand.space.addEventListener(ends, up);
      this.letGo.push(() => {
        hand.space.removeEventListener(starts, down);
        hand.space.removeEventListener(ends, up);
      });
    }
    this.rig.add(hand.space);
    if (hand.seen) this.rig.add(hand.seen);
    return hand;
  }

  /** The real room is seen, so the place is not drawn and nobody jumps. */
  private get isReal(): boolean {
    return this.mode.get() === "immersive-ar";
  }

  private tableActions(): MenuParts["table"] {
    const { table, calibration, parts } = this;
    const isReal = () => this.isReal;
    return {
      get isReal() {
        return isReal();
      },
      hasTable: parts.hasTable,
      putAgain: () => table.putAgain(),
      reset: () => table.reset(this.headInRoom().position),
      grow: (by) => table.grow(by),
      turn: (by) => table.turn(by),
      share: () => calibration.begin(),
    };
  }

  private readonly begin = (): void => {
    const { camera, stage, gl } = this.parts;
    const blend = gl.xr.getEnvironmentBlendMode();
    const isReal = blend !== undefined && blend !== "opaque";
    this.frames = 0;
    this.eyes.fov = camera.fov;
    this.eyes.aspect = camera.aspect;
    this.rig.add(camera);
    camera.add(this.vignette.mesh);
    stage.isDriven = true;
    stage.scene.showRoom(!isReal);
    const { position, yaw } = stage.walker;
    this.wanted = { position, yaw };
    this.legs.begin(this.wanted);
    this.mode.set(isReal ? "immersive-ar" : "immersive-vr");
    const session = gl.xr.getSession();
    if (isReal && session && this.parts.hasTable) void this.table.begin(session);
  };

  /** The camera follows the head from the first drawn frame on; only then we know where it is. */
  private isSettled(): boolean {
    this.frames += 1;
    if (this.frames < 3) return false;
    if (this.wanted) this.legs.setDown(this.wanted.position, this.wanted.yaw);
    this.wanted = null;
    return true;
  }

  private readonly end = (): void => {
    const { stage } = this.parts;
    const { position, yaw } = this.pose();
    this.takeOff();
    stage.walker.put({ position, yaw });
    stage.follow.heading = yaw;
  };

  private takeOff(): void {
    const { camera, stage } = this.parts;
    this.mode.set(null);
    this.work.dispose(); // what one held is let go
    this.table.end();
    this.calibration.end();
    this.menu.board.mesh.visible = false;
    stage.isDriven = false;
    stage.scene.showRoom(true);
    this.vignette.mesh.removeFromParent();
    this.rig.remove(camera);
    camera.fov = this.eyes.fov;
    camera.aspect = this.eyes.aspect;
    camera.updateProjectionMatrix();
  }

  private aim(dt: number): void {
    const aiming = this.hands.find(({ isAiming }) => isAiming);
    const end = aiming && this.legs.landingOf(aiming);
    for (const hand of this.hands) {
      if (hand === aiming) hand.draw(end?.path ?? [], end?.isGood ?? false);
      else hand.pointTo(this.menu.reach(hand));
    }
    this.marker.show(end?.isGood ? end.at : null);
    this.marker.update(dt);
  }

  /** In a real room one stays where one is, whatever the place thinks of its walls. */
  private obey(): void {
    const put = this.parts.company.put.get();
    if (!put || !this.mode.get() || !this.parts.stage.isHere) return;
    if (this.wanted) this.wanted = put.spot;
    else if (put.why === "welcome") this.legs.setDown(put.spot.position, put.spot.yaw);
    else if (!this.isReal) this.legs.setDown(put.spot.position);
  }

  private room(): RoomFrame | null {
    const { xr } = this.parts.gl;
    const [frame, space, session] = [xr.getFrame(), xr.getReferenceSpace(), xr.getSession()];
    return frame && space && session ? { frame, space, session } : null;
  }

  private headInRoom() {
    const { position, turn } = this.legs.head();
    const yaw = yawOf(turn) - this.rig.rotation.y;
    return { position: this.rig.worldToLocal(position).toArray(), yaw };
  }

  private pose() {
    const of = (side: XRHandedness) =>
      this.hands.find(({ handedness }) => handedness === side)?.held() ?? null;
    return trackedPose(this.legs.head(), of("left"), of("right"), this.legs.floor());
  }

  private show(): void {
    const { company, stage } = this.parts;
    const pose = this.pose();
    const jump = this.legs.jumped() ? Flag.JUMP : 0;
    if (!this.isReal || stage.ground.isFree(pose.position[0], pose.position[2])) {
      stage.walker.put({ position: pose.position, yaw: pose.yaw });
    }
    if (!stage.isHere) return;
    const position = this.isReal ? stage.walker.position : pose.position;
    company.show({ ...pose, position, flags: pose.flags | jump });
    const of = (side: XRHandedness) =>
      this.hands.find(({ handedness }) => handedness === side)?.fingers() ?? null;
    company.showHands({ left: of("left"), right: of("right") });
  }
}

const REAL = ["hit-test", "anchors"];
