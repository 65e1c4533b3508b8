import {
  CircleGeometry,
  Color,
  Group,
  Matrix4,
  Mesh,
  Ray,
  type ShaderMaterial,
  Vector3,
} from "three";
import { buildOrgans, type OrganMesh } from "./anatomy";
import type { BakedBody } from "./glb";
import { beat, breath, Rhythm } from "./life";
import { floor, type Shared, sharedUniforms } from "./materials";
import { type Goal, Pose } from "./Pose";
import { pick } from "./picking";

export type OrganState = "calm" | "watch" | "attention" | "unknown";

/** What the hologram is told. */
export type ToHologram =
  | { type: "body"; body: BakedBody }
  | { type: "empty" }
  | {
      type: "states";
      states: ReadonlyMap<string, OrganState>;
      /** How sure each state is, 0 to 1; without it, all are. */
      sure?: ReadonlyMap<string, number>;
    }
  | { type: "chosen"; organ: string | null }
  | { type: "hovered"; organ: string | null }
  | { type: "rates"; heart: number | null; breaths: number | null }
  | { type: "calm"; isCalm: boolean }
  | { type: "seen"; from: Vector3 }
  | { type: "turned"; by: number; dt: number }
  | { type: "released" }
  | { type: "nudged"; by: number };

/** Colours that mean something; the legend shows the same. */
export const signs: Readonly<Record<"watch" | "attention", string>> = {
  watch: "#e0952b",
  attention: "#d8423c",
};

const RADIUS_M = 0.5; // of the ring of light under the feet
const NEAR_M = 0.36; // what is shown around an organ that is drawn near
const EYES_M = 1.28; // height at which an organ is shown
const LARGE_M = 0.35; // what reaches further is shown with the whole body
const SHOWN_M = 0.26; // how far an organ reaches when it is drawn near
const ZOOM_MIN = 1.5;
const ZOOM_MAX = 3.2;
const EASE_S = 0.22;
const SCAN_S = 9; // between two passes of the light
const SCAN_PASS_S = 3.2;

/** A body of glass with its organs: turns, breathes, and draws near what one picks. */
export class Hologram {
  readonly root = new Group();
  private readonly turned = new Group();
  private readonly shared: Shared = sharedUniforms();
  private readonly ground: Mesh<CircleGeometry, ShaderMaterial>;
  private readonly heart = new Rhythm(beat);
  private readonly lungs = new Rhythm(breath);
  private organs = new Map<string, OrganMesh>();
  private states: ReadonlyMap<string, OrganState> = new Map();
  private sure: ReadonlyMap<string, number> = new Map();
  private pose = new Pose(WHOLE);
  private chosen: string | null = null;
  private hovered: string | null = null;
  private height = 1.7;
  private isCalm = false;
  private time = 0;

  /** @param eyes_m the height at which an organ is shown that is drawn near. */
  constructor(private readonly eyes_m = EYES_M) {
    const plate = new CircleGeometry(RADIUS_M, 64).rotateX(-Math.PI / 2);
    this.ground = new Mesh(plate, floor(RADIUS_M, this.shared.uTime));
    this.ground.position.y = 0.004;
    this.ground.renderOrder = -1;
    this.root.add(this.ground, this.turned);
  }

  /** Take in one message. */
  hear(message: ToHologram): void {
    switch (message.type) {
      case "body":
        this.show(message.body);
        break;
      case "empty":
        this.clear();
        break;
      case "states":
        this.states = message.states;
        this.sure = message.sure ?? new Map();
        break;
      case "chosen":
        this.choose(message.organ);
        break;
      case "hovered":
        this.hovered = message.organ;
        break;
      case "rates":
        this.heart.follow(message.heart);
        this.lungs.follow(message.breaths);
        break;
      case "calm":
        this.isCalm = message.isCalm;
        break;
      case "seen":
        this.face(message.from);
        break;
      case "turned":
        this.pose.drag(message.by, message.dt);
        break;
      case "released":
        this.pose.release();
        break;
      case "nudged":
        this.pose.nudge(message.by);
        break;
      default:
        message satisfies never;
    }
  }

  /** Stand with the front to a point of the world: nobody meets a body from behind. */
  private face(from: Vector3): void {
    const eye = this.root.parent?.worldToLocal(from.clone()) ?? from;
    this.root.rotation.y = Math.atan2(eye.x - this.root.position.x, eye.z - this.root.position.z);
  }

  /** Whether there is somebody to show. */
  get isEmpty(): boolean {
    return this.organs.size === 0;
  }

  /** 0 where the whole body is shown, 1 where one organ is drawn near. */
  get nearness(): number {
    return this.pose.near;
  }

  /** How tall the body is [m]. */
  get tall(): number {
    return this.height;
  }

  has(organ: string): boolean {
    return this.organs.has(organ);
  }

  /** The organ that a ray (world frame) meets, small ones with some grace; null for none. */
  pick(ray: Ray): string | null {
    this.turned.updateWorldMatrix(true, false);
    const local = new Ray()
      .copy(ray)
      .applyMatrix4(new Matrix4().copy(this.turned.matrixWorld).invert());
    return pick(local, this.organs, {
      near: this.shownPlace(),
      ...(this.chosen && { chosen: this.chosen }),
    });
  }

  /** Where the top of an organ is now [m, world frame]; large ones are named at their middle. */
  placeOf(organ: string): Vector3 | null {
    const found = this.organs.get(organ);
    if (!found) return null;
    const { middle, radius } = found;
    this.turned.updateWorldMatrix(true, false);
    const top = middle.clone().setY(middle.y + (radius > LARGE_M ? 0 : radius * 0.8));
    return top.applyMatrix4(this.turned.matrixWorld);
  }

  /** Go on by `dt` seconds. */
  update(dt: number): void {
    this.time += dt;
    this.pose.update(dt, this.isCalm);
    const { yaw, zoom, near, at } = this.pose;
    this.turned.rotation.y = yaw;
    this.turned.scale.setScalar(zoom);
    this.turned.position
      .set(-at[0], 0, -at[2])
      .applyAxisAngle(UP, yaw)
      .multiplyScalar(zoom * near);
    this.turned.position.y = near * (this.eyes_m - at[1] * zoom);
    this.breathe(dt, near);
    this.tint(1 - Math.exp(-dt / EASE_S));
  }

  dispose(): void {
    this.clear();
    this.ground.geometry.dispose();
    this.ground.material.dispose();
    this.root.removeFromParent();
  }

  private show(body: BakedBody): void {
    this.clear();
    this.height = body.height;
    this.organs = buildOrgans(body, this.shared);
    for (const { meshes } of this.organs.values()) this.turned.add(...meshes);
    const heart = this.organs.get("heart");
    const lungs = this.organs.get("lungs")?.mesh.geometry.boundingBox;
    if (heart) this.shared.uHeart.value.copy(heart.middle);
    if (lungs) {
      this.shared.uChest.value.set(
        lungs.min.y,
        lungs.max.y,
        lungs.max.x,
        (lungs.min.z + lungs.max.z) / 2,
      );
    }
    this.pose = new Pose(WHOLE);
    this.choose(this.chosen);
  }

  /** Leave nothing of the person who was shown. */
  private clear(): void {
    for (const { meshes } of this.organs.values()) {
      for (const mesh of meshes) {
        mesh.removeFromParent();
        mesh.geometry.dispose();
        (mesh.material as ShaderMaterial).dispose();
      }
    }
    this.organs = new Map();
    this.states = new Map();
    this.chosen = null;
    this.hovered = null;
    this.heart.follow(null);
    this.lungs.follow(null);
  }

  private choose(organ: string | null): void {
    this.chosen = organ;
    const found = organ ? this.organs.get(organ) : undefined;
    if (!found) {
      this.pose.turnTo(WHOLE);
      return;
    }
    this.pose.turnTo(this.goalOf(found));
  }

  /** Large organs that span the body are shown whole; others are drawn near. */
  private goalOf({ form, middle, radius }: OrganMesh): Goal {
    const yaw = (-form.seenFrom * Math.PI) / 180;
    if (radius > LARGE_M) return { ...WHOLE, yaw };
    const zoom = Math.min(ZOOM_MAX, Math.max(ZOOM_MIN, SHOWN_M / radius));
    const { x, y, z } = middle;
    const shift = [-x * zoom, this.eyes_m - y * zoom, -z * zoom] as const;
    return { yaw, zoom, near: 1, at: [x, y, z], shift };
  }

  private shownPlace(): { middle: Vector3; reach: number; share: number } {
    const { uMiddle, uReach, uNear } = this.shared;
    return { middle: uMiddle.value, reach: uReach.value, share: uNear.value };
  }

  private breathe(dt: number, near: number): void {
    const { uBeat, uBreath, uTime, uScan, uNear, uMiddle, uReach } = this.shared;
    uBeat.value = this.isCalm ? 0 : this.heart.update(dt);
    uBreath.value = this.isCalm ? 0 : this.lungs.update(dt);
    uTime.value = this.isCalm ? 0 : this.time;
    const pass = (this.time % SCAN_S) / SCAN_PASS_S;
    const isPassing = !this.isCalm && pass < 1 && near < 0.5;
    uScan.value = isPassing ? pass * (this.height + 0.3) - 0.15 : -10;
    uNear.value = near;
    uMiddle.value.set(...this.pose.at);
    uReach.value = (NEAR_M * 1.9) / this.pose.zoom;
  }

  /** Let every surface glide to how it should look now. */
  private tint(ease: number): void {
    const pulse = this.isCalm ? 1 : 0.5 + 0.5 * Math.sin(this.time * 2.2);
    for (const [id, { form, mesh, own }] of this.organs) {
      const state = this.states.get(id);
      const sign = state === "watch" || state === "attention" ? signs[state] : null;
      if (sign) own.uSign.value.lerp(new Color(sign), own.uSigned.value < 0.01 ? 1 : ease);
      const isPale = this.chosen !== null && this.organs.has(this.chosen) && this.chosen !== id;
      glide(own.uSigned, sign ? strengthOf(this.sure.get(id) ?? 1) : 0, ease);
      glide(own.uLift, this.hovered === id || this.chosen === id ? 1 : 0, ease);
      glide(own.uPale, isPale ? 1 : 0, ease);
      own.uPulse.value = pulse;
      if (form.look !== "solid") continue;
      const isGhost = own.uPale.value > 0.02;
      mesh.material.transparent = isGhost;
      mesh.material.depthWrite = !isGhost;
      mesh.renderOrder = isGhost ? 5 : 1;
    }
  }
}

const UP = new Vector3(0, 1, 0);
const WHOLE: Goal = { yaw: 0, zoom: 1, near: 0, at: [0, 0, 0], shift: [0, 0, 0] };

/** How strong a colour is: risk by how sure it is, and never so pale that it is overlooked. */
export function strengthOf(sure: number): number {
  return 0.4 + 0.6 * Math.min(Math.max(sure, 0), 1);
}

function glide(uniform: { value: number }, to: number, ease: number): void {
  const next = uniform.value + (to - uniform.value) * ease;
  uniform.value = Math.abs(to - next) < 0.002 ? to : next;
}
