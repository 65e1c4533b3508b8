import {
  AmbientLight,
  Color,
  DirectionalLight,
  Group,
  HemisphereLight,
  NeutralToneMapping,
  PerspectiveCamera,
  Scene,
  WebGLRenderer,
} from "three";
import type { Look } from "../../wire/world";
import { Avatar, QUIET } from "../people/avatar";
import { BroughtAvatar } from "../people/brought";
import { lookCode } from "../people/look";
import { FootShadows } from "../people/shadows";
import { Wardrobe } from "../people/wardrobe";

const STILL = { speed: 0, pitch: 0, isSeated: false, isHandUp: false, waved_s: Infinity };
const TALL_M = 2; // of the picture, around whoever stands in it
const START_RAD = 0.28;

const wardrobe = new Wardrobe();

/** Shows one person, who breathes and blinks, on a canvas; turns them as one drags. */
export class Mirror {
  private readonly gl: WebGLRenderer;
  private readonly scene = new Scene();
  private readonly camera = new PerspectiveCamera(26, 1, 0.1, 20);
  private readonly turning = new Group();
  private readonly shadow = new FootShadows(1);
  private readonly watch: ResizeObserver;
  private avatar: Avatar | BroughtAvatar | null = null;
  private old: Avatar | BroughtAvatar | null = null;
  private shown = "";
  private frame = 0;
  private last = 0;

  /** @param isCalm somebody does not like what moves by itself. */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly isCalm: boolean,
  ) {
    this.gl = new WebGLRenderer({ canvas, antialias: true, alpha: true });
    this.gl.toneMapping = NeutralToneMapping;
    this.gl.setPixelRatio(Math.min(2, globalThis.devicePixelRatio || 1));
    const sun = new DirectionalLight(new Color("#fff0da"), 2.3);
    sun.position.set(1.6, 3, 2.6);
    const sky = new HemisphereLight(new Color("#dfeef4"), new Color("#c9b99c"), 1.25);
    this.scene.add(sun, sky, new AmbientLight(new Color("#ffffff"), 0.35), this.turning);
    this.shadow.begin();
    this.shadow.add([0, -0.02, 0]);
    this.shadow.end();
    this.scene.add(this.shadow.root);
    this.turning.rotation.y = Math.PI - START_RAD;
    this.watch = new ResizeObserver(() => this.fit());
    this.watch.observe(canvas);
    this.fit();
    this.frame = requestAnimationFrame((now) => this.draw(now));
  }

  /** @param avatar the id of one that they brought, shown instead; empty: none. */
  show(look: Look, avatar = ""): void {
    const code = lookCode({ ...look, avatar });
    if (code === this.shown) return;
    this.shown = code;
    this.old?.dispose();
    this.old = this.avatar?.isReady ? this.avatar : null;
    if (!this.old) this.avatar?.dispose();
    this.avatar = avatar ? new BroughtAvatar(avatar, look, 3) : new Avatar(wardrobe, look, 3);
    this.turning.add(this.avatar.root);
  }

  turn(by: number): void {
    this.turning.rotation.y += by;
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    this.watch.disconnect();
    this.avatar?.dispose();
    this.old?.dispose();
    this.shadow.dispose();
    this.gl.dispose();
  }

  private draw(now: number): void {
    this.frame = requestAnimationFrame((next) => this.draw(next));
    const dt = Math.min(0.1, (now - this.last) / 1000);
    if (dt < 1 / 40) return; // a mirror need not be quicker
    this.last = now;
    const { avatar } = this;
    if (this.old) breathe(this.old, 0);
    if (avatar?.isReady) {
      this.old?.dispose();
      this.old = null;
      breathe(avatar, this.isCalm ? 0 : dt);
      this.canvas.dataset.shown = this.shown;
    }
    this.gl.render(this.scene, this.camera);
  }

  private fit(): void {
    const { clientWidth: wide, clientHeight: high } = this.canvas;
    if (!wide || !high) return;
    this.gl.setSize(wide, high, false);
    this.camera.aspect = wide / high;
    const far = TALL_M / 2 / Math.tan((this.camera.fov / 2) * (Math.PI / 180));
    this.camera.position.set(0, 1.15, far * 1.04);
    this.camera.lookAt(0, 0.93, 0);
    this.camera.updateProjectionMatrix();
  }
}

function breathe(avatar: Avatar | BroughtAvatar, dt: number): void {
  if (avatar instanceof BroughtAvatar) avatar.update(STILL, QUIET, dt);
  else avatar.update(STILL, QUIET, "near", dt);
}
