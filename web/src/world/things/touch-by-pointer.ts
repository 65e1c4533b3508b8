import type { Raycaster } from "three";
import { isWriting } from "../../kit/keys";
import type { Touch } from "./touch";

const POINT_KEY = "KeyP";
const POINT_MS = 50;

/** A mouse or a finger on the picture, and a key that is held to point. */
export class TouchByPointer {
  /** The last press was for a thing: the click that follows is, too. */
  hasTouched = false;
  private pointer = -1;
  private last: PointerEvent | null = null;
  private isPointing = false;
  private pointedAt = 0;

  constructor(
    private readonly element: HTMLElement,
    private readonly touch: Touch,
    private readonly rayOf: (event: MouseEvent) => Raycaster,
  ) {
    element.addEventListener("pointerdown", this.onDown);
    addEventListener("pointermove", this.onMove);
    addEventListener("pointerup", this.onUp);
    addEventListener("pointercancel", this.onUp);
    addEventListener("keydown", this.onKeyDown);
    addEventListener("keyup", this.onKeyUp);
    addEventListener("blur", this.onKeyUp);
  }

  dispose(): void {
    this.stopPointing();
    this.element.removeEventListener("pointerdown", this.onDown);
    removeEventListener("pointermove", this.onMove);
    removeEventListener("pointerup", this.onUp);
    removeEventListener("pointercancel", this.onUp);
    removeEventListener("keydown", this.onKeyDown);
    removeEventListener("keyup", this.onKeyUp);
    removeEventListener("blur", this.onKeyUp);
  }

  private readonly onDown = (event: PointerEvent): void => {
    this.hasTouched = false;
    if (event.button !== 0 || this.pointer >= 0) return;
    this.hasTouched = this.touch.press(this.rayOf(event));
    if (this.hasTouched) this.pointer = event.pointerId;
  };

  private readonly onMove = (event: PointerEvent): void => {
    if (event.target === this.element) this.last = event;
    if (event.pointerId === this.pointer) this.touch.drag(this.rayOf(event));
    if (this.isPointing) this.point();
  };

  private readonly onUp = (event: PointerEvent): void => {
    if (event.pointerId !== this.pointer) return;
    this.pointer = -1;
    this.touch.release(this.rayOf(event));
  };

  private readonly onKeyDown = (event: KeyboardEvent): void => {
    if (event.code !== POINT_KEY || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isWriting(event.target)) return;
    this.isPointing = true;
    this.point();
  };

  private readonly onKeyUp = (event: Event): void => {
    if (event instanceof KeyboardEvent && event.code !== POINT_KEY) return;
    this.stopPointing();
  };

  private point(): void {
    const now = performance.now();
    if (!this.last || now - this.pointedAt < POINT_MS) return;
    this.pointedAt = now;
    this.touch.point(this.rayOf(this.last));
  }

  private stopPointing(): void {
    if (this.isPointing) this.touch.point(null);
    this.isPointing = false;
  }
}
