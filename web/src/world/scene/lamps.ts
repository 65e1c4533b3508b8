import {
  AdditiveBlending,
  CanvasTexture,
  CircleGeometry,
  Color,
  Group,
  Mesh,
  MeshBasicMaterial,
  PointLight,
  SphereGeometry,
  Sprite,
  SpriteMaterial,
  type Texture,
} from "three";
import type { Light } from "../../wire/world";
import type { Tier } from "./tier";

const BULB_M = 0.09;
const MOST_TRUE = 6; // lamps that light walls as well, where the machine can
const HALO_PX = 128;

/** The lamps of a place: a bulb, a halo, a pool of light on the floor; on good machines also true light. */
export class Lamps {
  readonly root = new Group();
  private readonly halo = haloPicture();
  private readonly bulb = new SphereGeometry(BULB_M, 16, 10);
  private readonly pool = new CircleGeometry(1, 40);
  private readonly owned: { dispose(): void }[] = [];

  constructor(lights: readonly Light[], tier: Tier) {
    this.root.name = "lamps";
    lights.forEach((light, n) => {
      this.root.add(this.lampOf(light, tier === "fine" && n < MOST_TRUE));
    });
  }

  dispose(): void {
    for (const one of [this.halo, this.bulb, this.pool, ...this.owned]) one?.dispose();
    this.root.removeFromParent();
  }

  private lampOf({ position, color, strength, reach }: Light, isTrue: boolean): Group {
    const lamp = new Group();
    lamp.position.set(...position);
    const share = Math.min(1, strength / 2);
    const tint = new Color(color);
    const bright = tint.clone().lerp(new Color("#ffffff"), 0.6);
    const bulb = new Mesh(this.bulb, this.own(new MeshBasicMaterial({ color: bright })));
    const glow = new Sprite(
      this.own(
        new SpriteMaterial({
          map: this.halo,
          color: tint,
          opacity: 0.35 + 0.5 * share,
          blending: AdditiveBlending,
          depthWrite: false,
        }),
      ),
    );
    glow.scale.setScalar(0.5 + 0.9 * share);
    const pool = new Mesh(
      this.pool,
      this.own(
        new MeshBasicMaterial({
          map: this.halo,
          color: tint,
          transparent: true,
          opacity: 0.16 + 0.3 * share,
          blending: AdditiveBlending,
          depthWrite: false,
        }),
      ),
    );
    pool.rotation.x = -Math.PI / 2;
    pool.position.y = 0.035 - position[1];
    pool.scale.setScalar(reach * 0.6);
    pool.renderOrder = 4;
    for (const part of [bulb, glow, pool]) part.raycast = part === bulb ? part.raycast : () => {};
    lamp.add(bulb, glow, pool);
    if (isTrue) lamp.add(new PointLight(tint, strength * 6, reach, 1.8));
    return lamp;
  }

  private own<T extends { dispose(): void }>(one: T): T {
    this.owned.push(one);
    return one;
  }
}

function haloPicture(): Texture | null {
  const canvas = document.createElement("canvas");
  canvas.width = HALO_PX;
  canvas.height = HALO_PX;
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  const middle = HALO_PX / 2;
  const fade = pen.createRadialGradient(middle, middle, 0, middle, middle, middle);
  fade.addColorStop(0, "rgb(255 255 255 / 100%)");
  fade.addColorStop(0.25, "rgb(255 255 255 / 45%)");
  fade.addColorStop(1, "rgb(255 255 255 / 0%)");
  pen.fillStyle = fade;
  pen.fillRect(0, 0, HALO_PX, HALO_PX);
  return new CanvasTexture(canvas);
}
