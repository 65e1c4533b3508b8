import {
  CylinderGeometry,
  Group,
  Mesh,
  MeshBasicMaterial,
  type Object3D,
  type Raycaster,
  RingGeometry,
  Vector3,
} from "three";
import type { Vec3 } from "../net/poses";
import { Anchoring, type RoomFrame } from "./anchoring";
import { HitTest } from "./hit-test";
import { dragged, grownBy, heldByTwo, type Stand } from "./two-hands";

const SCALE = 0.32; // a grown body as high as a forearm is long
const ARM_M = 0.6;
const TABLE_M = 0.75; // above the floor
const UNDER_EYES_M = 0.4; // at the least
const VOLUME = { radius: 0.62, height: 1.9 }; // of what stands there, before it is made small
const REACH_M = 6;

/** A point of a hand that holds on, in the frame of the room. */
export interface HoldPoint {
  point(): Vec3;
}

/** Where one's own table is taken to be, where nobody says: at arm's length, low enough to see. */
export function atArmsLength(head: Vec3, yaw: number): Vec3 {
  const y = Math.max(0.3, Math.min(TABLE_M, head[1] - UNDER_EYES_M));
  return [head[0] - Math.sin(yaw) * ARM_M, y, head[2] - Math.cos(yaw) * ARM_M];
}

/** What stands on one's own table; hangs in the room and not in the place. */
export class Table {
  readonly root = new Group();
  /** What is shown hangs here, one metre to a metre; the root makes it small. */
  readonly content = new Group();
  readonly reticle = new Mesh(
    new RingGeometry(0.07, 0.085, 40).rotateX(-Math.PI / 2),
    new MeshBasicMaterial({ color: "#2fa7a3", toneMapped: false }),
  );
  private stand: Stand = { position: [0, TABLE_M, -ARM_M], yaw: 0, scale: SCALE };
  private readonly hits = new HitTest();
  private readonly anchoring: Anchoring;
  private readonly volume: Mesh;
  private readonly holds: { readonly by: HoldPoint; from: Vec3 }[] = [];
  private began: Stand = this.stand;
  private isPlacing = false;
  private isHeldStill = true;
  private aim: Vec3 | null = null;

  constructor(place: string) {
    this.anchoring = new Anchoring(place);
    const { radius, height } = VOLUME;
    this.volume = new Mesh(
      new CylinderGeometry(radius, radius, height, 12).translate(0, height / 2 - 0.1, 0),
      new MeshBasicMaterial({ visible: false }),
    );
    this.root.add(this.content, this.volume);
    this.root.visible = false;
    this.reticle.visible = false;
    this.reticle.raycast = () => {};
  }

  get isWaiting(): boolean {
    return this.isPlacing;
  }

  get where(): Stand {
    return this.stand;
  }

  /** A session in a real room begins: where it stood another day, else where one looks. */
  async begin(session: XRSession): Promise<void> {
    this.root.visible = true;
    this.isPlacing = true;
    this.stand = { ...this.stand, scale: SCALE };
    await this.hits.begin(session);
    if (await this.anchoring.restore(session)) this.isPlacing = false;
  }

  end(): void {
    this.hits.end();
    this.root.visible = false;
    this.reticle.visible = false;
    this.isPlacing = false;
    this.holds.length = 0;
  }

  /** @param head where the eyes are in the room, and which way they look. */
  update(room: RoomFrame | null, head: { readonly position: Vec3; readonly yaw: number }): void {
    this.aim = room && this.isPlacing ? this.hits.now(room) : null;
    if (this.isPlacing) {
      const position = this.aim ?? atArmsLength(head.position, head.yaw);
      this.stand = { ...this.stand, position, yaw: facing(position, head.position) };
    } else if (this.holds.length > 0) this.follow();
    else if (room) this.rest(room);
    this.draw();
  }

  /** Let it stand where it is aimed at. */
  put(): void {
    this.isPlacing = false;
    this.isHeldStill = false;
  }

  /** Let it follow the look again, until it is put. */
  putAgain(): void {
    this.anchoring.release();
    this.isPlacing = true;
  }

  putAt(position: Vec3, yaw: number): void {
    this.stand = { ...this.stand, position, yaw };
    this.put();
  }

  reset(head: Vec3): void {
    const yaw = facing(this.stand.position, head);
    this.stand = { ...this.stand, yaw, scale: SCALE };
    this.isHeldStill = false;
  }

  grow(by: number): void {
    this.stand = grownBy(this.stand, by);
  }

  turn(by: number): void {
    this.stand = { ...this.stand, yaw: this.stand.yaw + by };
    this.isHeldStill = false;
  }

  /** How far along a ray (world) it is met [m]; null where the ray passes. */
  meets(ray: Raycaster): number | null {
    if (!this.root.visible) return null;
    const inside = this.root.worldToLocal(ray.ray.origin.clone());
    const { radius, height } = VOLUME;
    if (Math.hypot(inside.x, inside.z) < radius && inside.y > -0.1 && inside.y < height) return 0;
    const far = ray.intersectObject(this.volume, false)[0]?.distance ?? null;
    return far !== null && far <= REACH_M ? far : null;
  }

  /** A hand takes hold; a second one turns it and makes it larger or smaller. */
  hold(by: HoldPoint): void {
    if (this.holds.length >= 2 || this.isPlacing) return;
    this.holds.push({ by, from: by.point() });
    this.startAnew();
  }

  letGo(by: HoldPoint): void {
    const at = this.holds.findIndex((hold) => hold.by === by);
    if (at < 0) return;
    this.holds.splice(at, 1);
    this.startAnew();
    this.isHeldStill = false;
  }

  dispose(): void {
    this.end();
    this.anchoring.release();
    for (const one of [this.volume, this.reticle]) {
      one.geometry.dispose();
      (one.material as MeshBasicMaterial).dispose();
    }
    this.root.removeFromParent();
    this.reticle.removeFromParent();
  }

  private startAnew(): void {
    this.began = this.stand;
    for (const hold of this.holds) hold.from = hold.by.point();
  }

  private follow(): void {
    const [one, other] = this.holds;
    if (!one) return;
    this.stand = other
      ? heldByTwo(this.began, [one.from, other.from], [one.by.point(), other.by.point()])
      : dragged(this.began, one.from, one.by.point());
  }

  /** Stay at the same spot of the real room, also where the headset corrects its idea of it. */
  private rest(room: RoomFrame): void {
    if (!this.isHeldStill) {
      this.isHeldStill = true;
      void this.anchoring.hold(room, this.stand);
      return;
    }
    const held = this.anchoring.now(room);
    if (held) this.stand = { ...this.stand, ...held };
  }

  private draw(): void {
    const { position, yaw, scale } = this.stand;
    stood(this.root, position);
    this.root.rotation.y = yaw;
    this.root.scale.setScalar(scale);
    this.reticle.visible = this.isPlacing && this.aim !== null;
    if (this.aim) stood(this.reticle, this.aim);
  }
}

function stood(what: Object3D, [x, y, z]: Vec3): void {
  what.position.copy(new Vector3(x, y, z));
}

/** Turned with its front (−Z) to somebody's eyes. */
function facing(from: Vec3, eyes: Vec3): number {
  return Math.atan2(from[0] - eyes[0], from[2] - eyes[2]);
}
