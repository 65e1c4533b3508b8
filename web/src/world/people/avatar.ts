import {
  CapsuleGeometry,
  CircleGeometry,
  Group,
  Mesh,
  MeshBasicMaterial,
  MeshLambertMaterial,
  type Object3D,
} from "three";
import { Flag } from "../../wire/world";
import type { Pose } from "../net/poses";
import type { Cast } from "./cast";
import { type Doing, Gait } from "./gait";
import { NamePlate } from "./name-plate";

const FAR_M = 13; // farther off, the coarse body does
const PLAIN_M = 1.65;

/** One person as others see them. Faces +z when baked, so it is turned around once. */
export class Avatar {
  readonly root = new Group();
  private readonly plate = new NamePlate();
  private readonly plain = plainBody();
  private gait: Gait | null = null;
  private near: Object3D | null = null;
  private far: Object3D | null = null;
  private isGone = false;

  constructor(cast: Cast, name: string, hasPlate = true) {
    this.root.add(this.plain, footShadow());
    this.plate.sprite.position.y = PLAIN_M + 0.3;
    this.plate.sprite.visible = hasPlate;
    this.root.add(this.plate.sprite);
    this.root.visible = false; // until we know where
    void this.dress(cast, name);
  }

  name(name: string, isSpeaking: boolean, isHandUp: boolean): void {
    this.plate.show(name, isSpeaking, isHandUp);
  }

  stand(pose: Pick<Pose, "position" | "yaw">): void {
    this.root.visible = true;
    this.root.position.set(...pose.position);
    this.root.rotation.y = pose.yaw;
  }

  update(doing: Doing, distance: number, dt: number): void {
    this.gait?.update(doing, dt);
    if (this.near) this.near.visible = distance < FAR_M || !this.far;
    if (this.far) this.far.visible = distance >= FAR_M;
  }

  dispose(): void {
    this.isGone = true;
    this.plate.dispose();
    this.plain.geometry.dispose();
    this.plain.material.dispose();
    this.root.removeFromParent();
  }

  private async dress(cast: Cast, name: string): Promise<void> {
    const played = await cast.play(name).catch(() => null);
    if (!played || this.isGone) return;
    const { body, height, eyes } = played;
    body.rotation.y = Math.PI;
    this.near = body.getObjectByName("near") ?? null;
    this.far = body.getObjectByName("far") ?? null;
    this.gait = new Gait(body, eyes, name.length * 1.7);
    this.plate.sprite.position.y = height + 0.25;
    this.plain.removeFromParent();
    this.root.add(body);
  }
}

/** What somebody does, as their pose tells it. */
export function doingOf(
  { pitch, yaw, flags, tracked }: Omit<Pose, "at" | "position">,
  speed: number,
  isHandUp: boolean,
  waved_s: number,
): Doing {
  const hasLeft = (flags & Flag.LEFT) !== 0;
  const hasRight = (flags & Flag.RIGHT) !== 0;
  const headset = tracked && { tracked, yaw, hasLeft, hasRight };
  const isSeated = (flags & Flag.SEATED) !== 0;
  return { speed, pitch, isSeated, isHandUp, waved_s, headset };
}

const shadowShape = new CircleGeometry(0.46, 24);
const shadowStuff = new MeshBasicMaterial({
  color: "#3d3428",
  transparent: true,
  opacity: 0.5,
  depthWrite: false,
  fog: false,
});
shadowStuff.onBeforeCompile = (shader) => {
  shader.vertexShader = shader.vertexShader
    .replace("#include <common>", "#include <common>\nvarying vec2 vFrom;")
    .replace("#include <begin_vertex>", "#include <begin_vertex>\nvFrom = position.xy / 0.46;");
  shader.fragmentShader = shader.fragmentShader
    .replace("#include <common>", "#include <common>\nvarying vec2 vFrom;")
    .replace(
      "#include <color_fragment>",
      "#include <color_fragment>\ndiffuseColor.a *= pow(max(0.0, 1.0 - dot(vFrom, vFrom)), 1.6);",
    );
};

/** Where feet meet the ground: soft and dark. The sun's shadows are drawn once, without people. */
function footShadow(): Mesh {
  const shadow = new Mesh(shadowShape, shadowStuff);
  shadow.rotation.x = -Math.PI / 2;
  shadow.position.y = 0.02;
  shadow.renderOrder = 2;
  return shadow;
}

function plainBody(): Mesh<CapsuleGeometry, MeshLambertMaterial> {
  const body = new Mesh(
    new CapsuleGeometry(0.24, PLAIN_M - 0.48, 6, 16),
    new MeshLambertMaterial({ color: "#8fb5b2" }),
  );
  body.position.y = PLAIN_M / 2;
  return body;
}
