import {
  CanvasTexture,
  CircleGeometry,
  Color,
  Mesh,
  MeshBasicMaterial,
  MeshLambertMaterial,
  MultiplyBlending,
  PlaneGeometry,
  SRGBColorSpace,
  type Texture,
} from "three";
import type { Place } from "../../wire/world";
import { Chance } from "./chance";
import type { Daylight } from "./daylight";
import type { Light } from "./shade";

const RADIUS = 30; // [m]
const SIZE = 2048;

/** The round of the plaza: rings of pale stone, a band of sea-green, a path to each door. */
export class Paving {
  readonly root: Mesh<CircleGeometry, MeshLambertMaterial | MeshBasicMaterial>;
  private readonly texture: Texture | null;

  constructor(
    place: Place,
    grain: Texture | null,
    private readonly baked: Light | null,
  ) {
    this.texture = draw(place);
    const material = baked ? new MeshBasicMaterial() : new MeshLambertMaterial();
    if (this.texture) material.map = this.texture;
    if (grain && !baked) material.onBeforeCompile = (shader) => sprinkle(shader, grain);
    this.root = new Mesh(new CircleGeometry(RADIUS, 96), material);
    this.root.name = "paving";
    this.root.renderOrder = 4;
    this.root.rotation.x = -Math.PI / 2;
    this.root.receiveShadow = true;
  }

  /** Let it be another hour, where no lamp of the sky falls on it. */
  show({ key, way, above }: Daylight): void {
    if (!this.baked) return;
    const { color } = this.root.material;
    color
      .copy(key)
      .multiplyScalar(Math.max(0, way.y))
      .add(above)
      .multiplyScalar(1 / Math.PI);
  }

  dispose(): void {
    this.texture?.dispose();
    this.root.geometry.dispose();
    this.root.material.dispose();
  }
}

/** Fine grain close to the eye, where the picture of the whole round is too coarse. */
function sprinkle(
  shader: { uniforms: Record<string, unknown>; fragmentShader: string },
  grain: Texture,
): void {
  shader.uniforms.grain = { value: grain };
  shader.fragmentShader = shader.fragmentShader
    .replace("#include <common>", "#include <common>\nuniform sampler2D grain;")
    .replace(
      "#include <map_fragment>",
      "#include <map_fragment>\ndiffuseColor.rgb *= texture2D(grain, vMapUv * 38.0).rgb * 1.12;",
    );
}

function draw(place: Place): Texture | null {
  const canvas = document.createElement("canvas");
  canvas.width = SIZE;
  canvas.height = SIZE;
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  const metre = SIZE / (2 * RADIUS);
  pen.fillStyle = "#d6c9b2";
  pen.fillRect(0, 0, SIZE, SIZE);
  pen.translate(SIZE / 2, SIZE / 2);
  pen.scale(metre, metre); // x to the east, y to the south: as x and z in the world
  rings(pen);
  for (const door of place.doors) path(pen, door.position[0], door.position[2]);
  path(pen, 0, RADIUS, 4.4);
  star(pen);
  const texture = new CanvasTexture(canvas);
  texture.colorSpace = SRGBColorSpace;
  texture.anisotropy = 4;
  return texture;
}

type Pen = CanvasRenderingContext2D;

function stone(pen: Pen, r0: number, r1: number, a0: number, a1: number, colour: string): void {
  pen.fillStyle = colour;
  pen.beginPath();
  pen.arc(0, 0, r1, a0, a1);
  pen.arc(0, 0, r0, a1, a0, true);
  pen.fill();
}

function tone(chance: Chance, from: string, to: string): string {
  return `#${new Color(from).lerp(new Color(to), chance.next()).getHexString()}`;
}

function rings(pen: Pen): void {
  const chance = new Chance(2);
  const joint = 0.026;
  let r = 3.6;
  for (let ring = 0; r < RADIUS + 1; ring++) {
    const isBand = ring === 5 || ring === 14 || ring === 24;
    const wide = isBand ? 0.42 : 0.86;
    const around = Math.round((2 * Math.PI * r) / (isBand ? 0.42 : 1.32));
    const shift = chance.next();
    for (let i = 0; i < around; i++) {
      const a0 = ((i + shift) / around) * 2 * Math.PI + joint / r;
      const a1 = ((i + 1 + shift) / around) * 2 * Math.PI;
      const colour = isBand
        ? tone(chance, "#8fb3ab", "#b9cbbf")
        : tone(chance, "#f5ecdc", chance.next() < 0.1 ? "#dccdb2" : "#e9ddc8");
      stone(pen, r + joint, r + wide, a0, a1, colour);
    }
    r += wide;
  }
}

/** A straight path of warmer slabs from the fountain's ring to a door. */
function path(pen: Pen, x: number, z: number, wide = 2.8): void {
  const chance = new Chance(Math.round(x * 31 + z * 17));
  const far = Math.hypot(x, z);
  pen.save();
  pen.rotate(Math.atan2(z, x));
  pen.fillStyle = "#c7b89d";
  pen.fillRect(6.4, -wide / 2 - 0.18, far - 6.4, wide + 0.36);
  for (let at = 6.44; at < far; at += 0.7) {
    const slabs = 3 + Math.floor(chance.next() * 2);
    for (let i = 0; i < slabs; i++) {
      pen.fillStyle = tone(chance, "#f8f0e1", "#ede2cd");
      pen.fillRect(at, -wide / 2 + (i * wide) / slabs, 0.67, wide / slabs - 0.03);
    }
    pen.fillStyle = tone(chance, "#a9bfb4", "#c2cfc2");
    pen.fillRect(at, -wide / 2 - 0.16, 0.67, 0.13);
    pen.fillRect(at, wide / 2 + 0.03, 0.67, 0.13);
  }
  pen.restore();
}

/** A quiet star of sea-green around the fountain. */
function star(pen: Pen): void {
  const chance = new Chance(9);
  for (let i = 0; i < 48; i++) {
    const a = (i / 48) * 2 * Math.PI;
    const long = i % 4 === 0 ? 0.62 : i % 2 === 0 ? 0.42 : 0.24;
    pen.fillStyle = tone(chance, "#84aba4", "#a8c2b8");
    pen.beginPath();
    pen.moveTo(Math.cos(a - 0.045) * 5.1, Math.sin(a - 0.045) * 5.1);
    pen.lineTo(Math.cos(a + 0.045) * 5.1, Math.sin(a + 0.045) * 5.1);
    pen.lineTo(Math.cos(a) * (5.1 + long), Math.sin(a) * (5.1 + long));
    pen.fill();
  }
}

/** Soft dark where things stand on the ground: one picture multiplied onto the floor. */
export class Contact {
  readonly root: Mesh<PlaneGeometry, MeshBasicMaterial>;
  private readonly texture: Texture | null;

  constructor(place: Place, isInside: boolean, baked: Light | null) {
    const reach = reachOf(place) + 1;
    this.texture = blots(place, reach, isInside, baked);
    const material = new MeshBasicMaterial({
      blending: MultiplyBlending,
      premultipliedAlpha: true,
      transparent: true,
      depthWrite: false,
      fog: false,
      toneMapped: false,
      polygonOffset: true,
      polygonOffsetFactor: -2,
      polygonOffsetUnits: -2,
    });
    if (this.texture) material.map = this.texture;
    this.root = new Mesh(new PlaneGeometry(2 * reach, 2 * reach), material);
    this.root.rotation.x = -Math.PI / 2;
    this.root.name = "contact";
    this.root.position.y = 0.008;
    this.root.renderOrder = 1;
    this.root.visible = this.texture !== null;
  }

  dispose(): void {
    this.texture?.dispose();
    this.root.geometry.dispose();
    this.root.material.dispose();
  }
}

/** How far the ground reaches from the middle [m]. */
export function reachOf(place: Place): number {
  let reach = 0;
  for (const shape of place.bounds) {
    const far = shape.kind === "circle" ? shape.radius : Math.hypot(...shape.size) / 2;
    reach = Math.max(reach, Math.hypot(...shape.center) + far);
  }
  return place.id === "plaza" ? 30 : reach;
}

const LOW = 0.35; // things that begin higher leave no blot on the floor

function blots(
  place: Place,
  reach: number,
  isInside: boolean,
  baked: Light | null,
): Texture | null {
  const size = 1024;
  const canvas = document.createElement("canvas");
  canvas.width = size;
  canvas.height = size;
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  const metre = size / (2 * reach);
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, size, size);
  const outlines = [
    ...place.things
      .filter(({ kind, position }) => position[1] < LOW && position[1] > -0.5 && !FLAT.has(kind))
      .map(({ position, size: [w, , d], yaw, blocks }) => ({
        position,
        w,
        d,
        yaw,
        isRound: blocks === "circle",
      })),
    ...place.buildings.map(({ position, size: [w, , d], yaw }) => ({
      position,
      w,
      d,
      yaw,
      isRound: false,
    })),
  ];
  for (const [blur, dark] of isInside
    ? [
        [0.5, 0.5],
        [0.16, 0.55],
      ]
    : [
        [1.3, 0.5],
        [0.4, 0.5],
      ]) {
    pen.shadowColor = `rgba(62,48,34,${dark})`;
    pen.shadowBlur = (blur ?? 0) * metre;
    pen.shadowOffsetX = 4 * size; // only the shadow falls into the picture
    pen.fillStyle = "#000000";
    for (const { position, w, d, yaw, isRound } of outlines) {
      pen.save();
      pen.translate(size / 2 + position[0] * metre - 4 * size, size / 2 + position[2] * metre);
      pen.rotate(-yaw);
      pen.beginPath();
      if (isRound) pen.ellipse(0, 0, (w / 2) * metre, (d / 2) * metre, 0, 0, 7);
      else pen.rect((-w / 2) * metre, (-d / 2) * metre, w * metre, d * metre);
      pen.fill();
      pen.restore();
    }
  }
  if (baked) castShadows(pen, place, baked, reach);
  const texture = new CanvasTexture(canvas);
  texture.colorSpace = SRGBColorSpace;
  return texture;
}

const FLAT = new Set([
  "floor",
  "rug",
  "ceiling",
  "glass",
  "hills",
  "island",
  "steps",
  "olive",
  "pergola",
  "painting",
]);

const OPEN_WORK = new Set([
  "pergola",
  "steps",
  "floor",
  "ceiling",
  "rug",
  "glass",
  "hills",
  "island",
]);

/** The shadows that the sun throws on the ground, as outlines swept along its way. */
function castShadows(pen: Pen, place: Place, { way, sun }: Light, reach: number): void {
  const { canvas } = pen;
  const sheet = document.createElement("canvas");
  sheet.width = canvas.width;
  sheet.height = canvas.height;
  const brush = sheet.getContext("2d");
  const strength = Math.min(1, luminance(sun) * 1.6);
  if (!brush || strength < 0.02) return;
  const metre = canvas.width / (2 * reach);
  const fall = Math.hypot(way.x, way.z) / Math.max(0.2, way.y);
  const [sx, sz] = [-way.x / Math.hypot(way.x, way.z), -way.z / Math.hypot(way.x, way.z)];
  const standing = [
    ...place.things.filter(({ kind }) => !OPEN_WORK.has(kind)),
    ...place.buildings.map((house) => ({ ...house, blocks: "box" })),
  ];
  for (const { kind, position, size, yaw, blocks } of standing) {
    const isTree = kind === "olive" || kind === "laurel" || kind === "pine";
    const low = position[1] + (isTree ? size[1] * 0.45 : 0);
    const high = position[1] + size[1] * (kind === "garden" || kind === "theatre" ? 0.6 : 0.95);
    const isRound = isTree || blocks === "circle";
    const [w, d] = isTree ? [size[0] * 0.8, size[2] * 0.8] : [size[0], size[2]];
    const steps = Math.max(2, Math.ceil((high - low) * fall * 1.6));
    for (let i = 0; i <= steps; i++) {
      const far = (low + ((high - low) * i) / steps) * fall;
      brush.save();
      brush.translate(
        canvas.width / 2 + (position[0] + sx * far) * metre,
        canvas.height / 2 + (position[2] + sz * far) * metre,
      );
      brush.rotate(-yaw);
      brush.beginPath();
      if (isRound) brush.ellipse(0, 0, (w / 2) * metre, (d / 2) * metre, 0, 0, 7);
      else brush.rect((-w / 2) * metre, (-d / 2) * metre, w * metre, d * metre);
      brush.fill();
      brush.restore();
    }
  }
  pen.save();
  pen.globalAlpha = 0.4 * strength;
  pen.shadowColor = "#5d5148";
  pen.shadowBlur = 0.25 * metre;
  pen.shadowOffsetX = 4 * canvas.width;
  pen.drawImage(sheet, -4 * canvas.width, 0);
  pen.restore();
}

function luminance({ r, g, b }: Color): number {
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
