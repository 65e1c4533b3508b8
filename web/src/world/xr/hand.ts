import {
  BufferAttribute,
  BufferGeometry,
  CapsuleGeometry,
  Group,
  Line,
  LineBasicMaterial,
  Mesh,
  MeshLambertMaterial,
  Quaternion,
  Raycaster,
  Vector3,
  type XRHandSpace,
  type XRTargetRaySpace,
} from "three";
import type { Fingers } from "../net/hands";
import { fingersOf, wristOf } from "./hand-sense";
import type { Held } from "./tracked";

const MOST_POINTS = 128;
const PUSHED = 0.6;
const LET_GO = 0.3;
const TIP_M = 0.03; // the nose of a controller lies before where its ray begins
const MENU_BUTTON = 4; // A or X: https://www.w3.org/TR/webxr-gamepads-module-1/#xr-standard-heading

/** One hand or controller: a plain stick of our own, its ray, and its thumbstick. */
export class HandInRoom {
  readonly arc = new Line(new BufferGeometry(), new LineBasicMaterial({ color: "#2fa7a3" }));
  source: XRInputSource | null = null;
  isAiming = false;
  private readonly body = new Mesh(
    new CapsuleGeometry(0.018, 0.1, 4, 12).rotateX(Math.PI / 2),
    new MeshLambertMaterial({ color: "#d9c7a8" }),
  );
  private readonly rig = new Group();
  private isTurned = false;
  private isStickAiming = false;
  private isCalling = false;

  /** @param seen the joints of the hand, where the headset sees one. */
  constructor(
    readonly space: XRTargetRaySpace,
    readonly seen: XRHandSpace | null = null,
  ) {
    const points = new BufferAttribute(new Float32Array(MOST_POINTS * 3), 3);
    this.arc.geometry.setAttribute("position", points);
    this.arc.frustumCulled = false;
    this.arc.visible = false;
    this.rig.add(this.body);
    space.add(this.rig);
    space.addEventListener("connected", this.onConnected);
    space.addEventListener("disconnected", this.onDisconnected);
  }

  get handedness(): XRHandedness {
    return this.source?.handedness ?? "none";
  }

  /** A hand without a controller. */
  get isHand(): boolean {
    return this.source?.hand != null;
  }

  /** The tip of the finger, or of the controller; null while it is not seen. */
  tip(): Vector3 | null {
    if (this.isHand) {
      const joint = this.seen?.joints["index-finger-tip"];
      return joint?.visible ? joint.getWorldPosition(new Vector3()) : null;
    }
    if (!this.source || !this.space.visible) return null;
    const { ray } = this.ray();
    return ray.at(TIP_M, new Vector3());
  }

  /** Whether the button that calls the menu was pressed just now. */
  calls(): boolean {
    const isPressed = this.source?.gamepad?.buttons[MENU_BUTTON]?.pressed ?? false;
    const isNew = isPressed && !this.isCalling;
    this.isCalling = isPressed;
    return isNew;
  }

  /** Where it is in the world; null while nobody holds it. */
  held(): Held | null {
    if (!this.source) return null;
    const wrist = this.source.hand && this.seen ? wristOf(this.seen.joints) : null;
    if (wrist) return wrist;
    if (!this.space.visible) return null;
    return {
      position: this.space.getWorldPosition(new Vector3()),
      turn: this.space.getWorldQuaternion(new Quaternion()),
    };
  }

  /** How the fingers are held; null while a controller is, or nothing. */
  fingers(): Fingers | null {
    return this.source?.hand && this.seen ? fingersOf(this.seen.joints) : null;
  }

  ray(): Raycaster {
    const way = new Vector3(0, 0, -1).transformDirection(this.space.matrixWorld);
    return new Raycaster(this.space.getWorldPosition(new Vector3()), way, 0, 12);
  }

  /** How the stick is pushed: to the right and towards oneself, −1 … 1. */
  stick(): readonly [number, number] {
    const axes = this.source?.gamepad?.axes;
    return [axes?.[2] ?? 0, axes?.[3] ?? 0];
  }

  /** −1 or 1 once for every push of the stick to a side. */
  snap(): number {
    const [x] = this.stick();
    if (Math.abs(x) < LET_GO) this.isTurned = false;
    if (this.isTurned || Math.abs(x) < PUSHED) return 0;
    this.isTurned = true;
    return -Math.sign(x);
  }

  /** Whether the stick was pushed ahead and is let go just now. */
  throws(): boolean {
    const [, y] = this.stick();
    const wasAiming = this.isStickAiming;
    if (y < -PUSHED) this.isStickAiming = true;
    else if (y > -LET_GO) this.isStickAiming = false;
    if (wasAiming !== this.isStickAiming) this.isAiming = this.isStickAiming;
    return wasAiming && !this.isStickAiming;
  }

  draw(path: readonly (readonly [number, number, number])[], isGood: boolean): void {
    const points = this.arc.geometry.getAttribute("position");
    const shown = path.slice(0, MOST_POINTS);
    shown.forEach(([x, y, z], i) => {
      points.setXYZ(i, x, y, z);
    });
    points.needsUpdate = true;
    this.arc.geometry.setDrawRange(0, shown.length);
    this.arc.material.color.set(isGood ? "#2fa7a3" : "#a8322a");
    this.arc.visible = shown.length > 1;
  }

  /** Draw its ray as far as what it meets; null: nothing is met. */
  pointTo(far: number | null): void {
    const { ray } = this.ray();
    const ends = far === null ? [] : [ray.origin, ray.at(far, new Vector3())];
    this.draw(
      ends.map((point) => point.toArray()),
      true,
    );
  }

  dispose(): void {
    this.space.removeEventListener("connected", this.onConnected);
    this.space.removeEventListener("disconnected", this.onDisconnected);
    this.seen?.removeFromParent();
    this.rig.removeFromParent();
    this.body.geometry.dispose();
    this.body.material.dispose();
    this.arc.removeFromParent();
    this.arc.geometry.dispose();
    this.arc.material.dispose();
  }

  private readonly onConnected = ({ data }: { data: XRInputSource }): void => {
    this.source = data;
  };

  private readonly onDisconnected = (): void => {
    this.source = null;
  };
}
