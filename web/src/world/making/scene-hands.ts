import { type Camera, Plane, Raycaster, Vector2, Vector3 } from "three";
import type { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";
import type { EditModel } from "./edit-model";
import type { MakingScene } from "./making-scene";
import { find, put, snapped } from "./ops";
import { type Point, positionOf } from "./parts";

const TAP_PX = 6;

interface Press {
  readonly pointer: number;
  readonly x: number;
  readonly y: number;
  /** What was under the finger. */
  readonly key: string;
  /** Where the chosen thing stood, and where it was taken hold of; null where one only looks around. */
  readonly held: { readonly from: Point; readonly at: Vector3; readonly plane: Plane } | null;
}

export interface HandParts {
  readonly element: HTMLElement;
  readonly camera: Camera;
  readonly controls: OrbitControls;
  readonly scene: MakingScene;
  readonly model: EditModel;
  readonly grid: () => number;
}

/** A mouse or a finger: a tap chooses, a drag of what is chosen moves it, any other drag looks around. */
export class SceneHands {
  private press: Press | null = null;
  private fingers = 0;

  constructor(private readonly parts: HandParts) {
    const { element } = parts;
    element.addEventListener("pointerdown", this.onDown, { capture: true });
    addEventListener("pointermove", this.onMove);
    addEventListener("pointerup", this.onUp);
    addEventListener("pointercancel", this.onUp);
  }

  dispose(): void {
    this.parts.element.removeEventListener("pointerdown", this.onDown, { capture: true });
    removeEventListener("pointermove", this.onMove);
    removeEventListener("pointerup", this.onUp);
    removeEventListener("pointercancel", this.onUp);
  }

  private readonly onDown = (event: PointerEvent): void => {
    this.fingers += 1;
    if (event.button !== 0) return;
    if (this.fingers > 1) {
      this.letGo(); // two fingers look around
      return;
    }
    const { scene, model, controls } = this.parts;
    const ray = this.rayOf(event);
    const key = scene.meet(ray);
    const entry = key && key === model.chosen.get() ? find(model.doc.get(), key) : undefined;
    let held: Press["held"] = null;
    if (entry) {
      const from = positionOf(entry.part);
      const plane = new Plane(new Vector3(0, 1, 0), -from[1]);
      const at = ray.ray.intersectPlane(plane, new Vector3());
      if (at) held = { from, at, plane };
    }
    controls.enabled = held === null;
    this.press = { pointer: event.pointerId, x: event.clientX, y: event.clientY, key, held };
  };

  private readonly onMove = (event: PointerEvent): void => {
    const { press } = this;
    if (!press?.held || press.pointer !== event.pointerId || !this.isDrag(event, press)) return;
    const at = this.rayOf(event).ray.intersectPlane(press.held.plane, new Vector3());
    if (!at) return;
    const { model, grid } = this.parts;
    const [x, y, z] = press.held.from;
    const to: Point = [
      snapped(x + at.x - press.held.at.x, grid()),
      y,
      snapped(z + at.z - press.held.at.z, grid()),
    ];
    model.apply(put(press.key, to), `drag ${press.pointer}`);
  };

  private readonly onUp = (event: PointerEvent): void => {
    this.fingers = Math.max(0, this.fingers - 1);
    const { press } = this;
    if (press?.pointer !== event.pointerId) return;
    if (!this.isDrag(event, press) && event.type === "pointerup")
      this.parts.model.chosen.set(press.key);
    this.letGo();
  };

  private letGo(): void {
    this.press = null;
    this.parts.model.endGesture();
    this.parts.controls.enabled = true;
  }

  private isDrag(event: PointerEvent, { x, y }: Press): boolean {
    return Math.hypot(event.clientX - x, event.clientY - y) > TAP_PX;
  }

  private rayOf(event: PointerEvent): Raycaster {
    const box = this.parts.element.getBoundingClientRect();
    const x = (2 * (event.clientX - box.left)) / box.width - 1;
    const y = 1 - (2 * (event.clientY - box.top)) / box.height;
    const ray = new Raycaster();
    ray.setFromCamera(new Vector2(x, y), this.parts.camera);
    return ray;
  }
}
