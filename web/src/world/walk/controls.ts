import { isWriting } from "../../kit/keys";
import { Store } from "../../kit/store";
import type { Wish } from "./walker";

const TURN_PER_PX = 0.005;
const STICK_PX = 54;
const KEYS: Readonly<Record<string, readonly [number, number]>> = {
  KeyW: [1, 0],
  ArrowUp: [1, 0],
  KeyS: [-1, 0],
  ArrowDown: [-1, 0],
  KeyA: [0, -1],
  ArrowLeft: [0, -1],
  KeyD: [0, 1],
  ArrowRight: [0, 1],
};

/** The stick under a thumb: where it was set down, and how far it is pushed [px]. */
export interface Stick {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
}

export interface Looking {
  turn(by: number, up: number): void;
  zoom(by: number): void;
  /** Whether there is something under the pointer that wants the drag for itself. */
  isHeld(event: PointerEvent): boolean;
}

/** Keys, mouse and thumbs, as a wish to walk and turns of the head. */
export class Controls {
  readonly stick = new Store<Stick | null>(null);
  private readonly keys = new Set<string>();
  private readonly drags = new Map<number, { x: number; y: number; isStick: boolean }>();
  private isRunning = false;

  constructor(
    private readonly element: HTMLElement,
    private readonly looking: Looking,
  ) {
    addEventListener("keydown", this.onKeyDown);
    addEventListener("keyup", this.onKeyUp);
    addEventListener("blur", this.onBlur);
    element.addEventListener("pointerdown", this.onDown);
    addEventListener("pointermove", this.onMove);
    addEventListener("pointerup", this.onUp);
    addEventListener("pointercancel", this.onUp);
    element.addEventListener("wheel", this.onWheel, { passive: true });
  }

  get wish(): Wish {
    let [ahead, right] = [0, 0];
    for (const key of this.keys) {
      const [a, r] = KEYS[key] ?? [0, 0];
      ahead += a;
      right += r;
    }
    const stick = this.stick.get();
    if (stick) {
      ahead -= stick.dy / STICK_PX;
      right += stick.dx / STICK_PX;
    }
    return { ahead, right, isRunning: this.isRunning };
  }

  dispose(): void {
    removeEventListener("keydown", this.onKeyDown);
    removeEventListener("keyup", this.onKeyUp);
    removeEventListener("blur", this.onBlur);
    this.element.removeEventListener("pointerdown", this.onDown);
    removeEventListener("pointermove", this.onMove);
    removeEventListener("pointerup", this.onUp);
    removeEventListener("pointercancel", this.onUp);
    this.element.removeEventListener("wheel", this.onWheel);
  }

  private readonly onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    this.isRunning = event.shiftKey;
    if (!KEYS[event.code] || !this.isOurs(event)) return;
    if (event.code.startsWith("Arrow")) event.preventDefault();
    this.keys.add(event.code);
  };

  private readonly onKeyUp = (event: KeyboardEvent): void => {
    this.isRunning = event.shiftKey;
    this.keys.delete(event.code);
  };

  private readonly onBlur = (): void => this.keys.clear();

  /** Arrows belong to the list or field that has the focus; letters to whoever writes. */
  private isOurs({ code, target }: KeyboardEvent): boolean {
    if (isWriting(target)) return false;
    if (!(target instanceof HTMLElement)) return true;
    return !code.startsWith("Arrow") || target === document.body || this.element.contains(target);
  }

  private readonly onDown = (event: PointerEvent): void => {
    if (event.button !== 0 || this.looking.isHeld(event)) return;
    const box = this.element.getBoundingClientRect();
    const isLeft = event.clientX - box.left < box.width * 0.42;
    const isStick = event.pointerType === "touch" && isLeft && !this.stick.get();
    this.drags.set(event.pointerId, { x: event.clientX, y: event.clientY, isStick });
  };

  private readonly onMove = (event: PointerEvent): void => {
    const drag = this.drags.get(event.pointerId);
    if (!drag) return;
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    if (drag.isStick) {
      const long = Math.hypot(dx, dy);
      if (long < 8 && !this.stick.get()) return; // a tap is no push
      const share = Math.min(1, STICK_PX / long);
      this.stick.set({ x: drag.x, y: drag.y, dx: dx * share, dy: dy * share });
      return;
    }
    this.looking.turn(-dx * TURN_PER_PX, -dy * TURN_PER_PX);
    this.drags.set(event.pointerId, { ...drag, x: event.clientX, y: event.clientY });
  };

  private readonly onUp = (event: PointerEvent): void => {
    if (this.drags.get(event.pointerId)?.isStick) this.stick.set(null);
    this.drags.delete(event.pointerId);
  };

  private readonly onWheel = (event: WheelEvent): void => {
    this.looking.zoom(Math.exp(event.deltaY * 0.001));
  };
}
