import { PerspectiveCamera, Raycaster, Scene, Vector2, WebGLRenderer } from "three";
import { type Followed, Showing } from "./Showing";

const LONGEST_S = 0.1;
const FIELD = 30; // degrees
const MARGIN_M = 0.14;
const NEAR_SPAN_M = 0.62; // what is seen of the height when an organ is drawn near
const EYES_M = 1.28;
const GLIDE_S = 0.35;

/** A small stage of its own for the hologram, with a camera that keeps the whole of it in view. */
export class BodyStage {
  private readonly showing: Showing;
  private readonly scene = new Scene();
  private readonly camera = new PerspectiveCamera(FIELD, 1, 0.1, 30);
  private readonly watcher: ResizeObserver;
  private frame = 0;
  private last = 0;
  private near = 0;

  /** Set the stage up on a canvas; null where the machine cannot draw. */
  static on(
    canvas: HTMLCanvasElement,
    followed: Followed,
    isCalm: () => boolean,
  ): BodyStage | null {
    try {
      const renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true });
      return new BodyStage(canvas, renderer, followed, isCalm);
    } catch {
      return null; // no WebGL: the list of organs says the same
    }
  }

  private constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly renderer: WebGLRenderer,
    private readonly followed: Followed,
    private readonly isCalm: () => boolean,
  ) {
    this.showing = new Showing(followed);
    this.scene.add(this.showing.hologram.root);
    renderer.setPixelRatio(Math.min(globalThis.devicePixelRatio, 2));
    this.watcher = new ResizeObserver(() => this.fit());
    this.watcher.observe(canvas);
    this.frame = requestAnimationFrame((now) => this.draw(now));
  }

  hold(x: number, y: number): void {
    this.showing.hold(x, y);
  }

  move(x: number, y: number): void {
    if (this.showing.isHeld) this.showing.move(x, y, this.canvas.clientWidth * 1.6);
    else this.followed.hovered.set(this.pick(x, y));
  }

  letGo(x: number, y: number): void {
    if (this.showing.letGo()) this.showing.tap(this.pick(x, y));
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    this.watcher.disconnect();
    this.showing.dispose();
    this.renderer.dispose();
  }

  private pick(x: number, y: number): string | null {
    const box = this.canvas.getBoundingClientRect();
    const at = new Vector2(
      ((x - box.left) / box.width) * 2 - 1,
      1 - ((y - box.top) / box.height) * 2,
    );
    const caster = new Raycaster();
    caster.setFromCamera(at, this.camera);
    return this.showing.hologram.pick(caster.ray);
  }

  private fit(): void {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (width === 0 || height === 0) return;
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
  }

  private draw(now: number): void {
    const dt = Math.min((now - this.last) / 1000, LONGEST_S);
    this.last = now;
    const { hologram } = this.showing;
    hologram.hear({ type: "calm", isCalm: this.isCalm() });
    this.showing.update(dt);
    this.look(hologram.nearness, hologram.tall, dt);
    this.renderer.render(this.scene, this.camera);
    this.frame = requestAnimationFrame((next) => this.draw(next));
  }

  private look(near: number, tall: number, dt: number): void {
    this.near += (near - this.near) * (this.isCalm() ? 1 : 1 - Math.exp(-dt / GLIDE_S));
    const whole = tall + 2 * MARGIN_M;
    const span = whole + (NEAR_SPAN_M - whole) * this.near;
    const height = tall / 2 + (EYES_M - tall / 2) * this.near;
    const away = span / (2 * Math.tan((FIELD * Math.PI) / 360));
    this.camera.position.set(0, height + 0.12 * away, away);
    this.camera.lookAt(0, height, 0);
  }
}
