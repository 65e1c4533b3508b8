import {
  ClampToEdgeWrapping,
  Color,
  DataTexture,
  EquirectangularReflectionMapping,
  LinearFilter,
  LinearMipmapLinearFilter,
  RepeatWrapping,
  RGBAFormat,
  SRGBColorSpace,
  type Texture,
} from "three";
import { Chance, clouds } from "./chance";

/** A tile computed point by point; `paint` gives red, green, blue 0…255. */
function tile(size: number, paint: (u: number, v: number) => readonly number[]): DataTexture {
  const bytes = new Uint8Array(size * size * 4);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [r = 0, g = 0, b = 0, a = 255] = paint(x / size, y / size);
      bytes.set([r, g, b, a], (y * size + x) * 4);
    }
  }
  const texture = new DataTexture(bytes, size, size, RGBAFormat);
  texture.wrapS = RepeatWrapping;
  texture.wrapT = RepeatWrapping;
  finish(texture);
  return texture;
}

function finish(texture: Texture): void {
  texture.minFilter = LinearMipmapLinearFilter;
  texture.magFilter = LinearFilter;
  texture.generateMipmaps = true;
  texture.anisotropy = 2;
  texture.needsUpdate = true;
}

/** Pale grain for stone and plaster: it darkens a little, unevenly. */
export function stoneGrain(): Texture {
  const texture = tile(128, (u, v) => {
    const soft = clouds(u, v, 4, 3, 3);
    const fine = clouds(u, v, 40, 1, 9);
    const light = 226 + 22 * soft + 14 * (fine - 0.5);
    return [light, light - 1, light - 3];
  });
  texture.colorSpace = SRGBColorSpace;
  return texture;
}

/** Boards of wood, about four to a tile, with grain along u. */
export function woodGrain(): Texture {
  const boards = 6;
  const chance = new Chance(11);
  const tone = Array.from({ length: boards }, () => chance.between(-12, 12));
  const texture = tile(256, (u, v) => {
    const board = Math.floor(v * boards);
    const across = v * boards - board;
    const warp = clouds(u, v, 3, 2, board) * 2.2;
    const rings = Math.sin((across * 3.2 + warp) * 9 + board * 4);
    const fine = clouds(u * 0.25, v, 64, 1, 5 + board);
    const gap = Math.min(across, 1 - across) < 0.025 ? 62 : 0;
    const light = 222 + (tone[board] ?? 0) + 7 * rings + 26 * (fine - 0.5) - gap;
    return [light, light - 3 - rings * 2, light - 8 - rings * 3];
  });
  texture.colorSpace = SRGBColorSpace;
  return texture;
}

/** Slopes of small waves, for water that is looked at from near. */
export function rippleSlopes(): Texture {
  const size = 256;
  const height = new Float32Array(size * size);
  for (let i = 0; i < height.length; i++) {
    height[i] = clouds((i % size) / size, Math.floor(i / size) / size, 6, 4, 21);
  }
  const at = (x: number, y: number) =>
    height[((y + size) % size) * size + ((x + size) % size)] ?? 0;
  return tile(size, (u, v) => {
    const [x, y] = [Math.round(u * size), Math.round(v * size)];
    const dx = Math.max(-1, Math.min(1, (at(x + 1, y) - at(x - 1, y)) * 15));
    const dy = Math.max(-1, Math.min(1, (at(x, y + 1) - at(x, y - 1)) * 15));
    return [127.5 + 127.5 * dx, 127.5 + 127.5 * dy, 255 * at(x, y)];
  });
}

/** Soft noise for veils of cloud. */
export function skyNoise(): Texture {
  return tile(256, (u, v) => {
    const light = 255 * clouds(u, v, 5, 4, 31);
    return [light, light, light];
  });
}

const MIRROR = 64;

/** The sky all around, unrolled: what shining surfaces mirror. Empty until `paintSky`. */
export function skyPicture(): DataTexture {
  const bytes = new Uint8Array(MIRROR * MIRROR * 4);
  const texture = new DataTexture(bytes, MIRROR, MIRROR, RGBAFormat);
  texture.mapping = EquirectangularReflectionMapping;
  texture.colorSpace = SRGBColorSpace;
  finish(texture);
  texture.anisotropy = 1;
  return texture;
}

export interface SkyTones {
  readonly horizon: Color;
  readonly low: Color;
  readonly high: Color;
  readonly ground: Color;
}

/** Paint the sky of an hour into its picture. */
export function paintSky(picture: DataTexture, { horizon, low, high, ground }: SkyTones): void {
  const bytes = picture.image.data as Uint8Array;
  const tone = new Color();
  for (let y = 0; y < MIRROR; y++) {
    const up = Math.sin(((y + 0.5) / MIRROR - 0.5) * Math.PI);
    tone.copy(horizon);
    if (up > 0) tone.lerp(low, Math.min(1, up / 0.16)).lerp(high, Math.min(1, up / 0.75));
    else tone.lerp(ground, Math.min(1, -up * 4));
    const hex = tone.getHex();
    const cell = [hex >> 16, (hex >> 8) & 255, hex & 255, 255];
    for (let x = 0; x < MIRROR; x++) bytes.set(cell, (y * MIRROR + x) * 4);
  }
  picture.dispose(); // what mirrors it keeps a copy of its own, made from the first look at it
  picture.needsUpdate = true;
}

/** Which of the four pictures of leaves; the column and row in the sheet. */
export const LEAVES = {
  olive: [0, 0],
  needle: [1, 0],
  broad: [0, 1],
  flower: [1, 1],
} as const;

const CELL = 256;

/** Four sprays of leaves in one sheet, light grey, to be coloured by what they grow on. */
export function leafSheet(): Texture | null {
  const canvas = document.createElement("canvas");
  canvas.width = 2 * CELL;
  canvas.height = 2 * CELL;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  if (!pen) return null;
  const chance = new Chance(5);
  spray(pen, chance, LEAVES.olive, 150, (s) => leaf(pen, s * 34, s * 7));
  spray(pen, chance, LEAVES.needle, 300, (s) => leaf(pen, s * 26, s * 4));
  spray(pen, chance, LEAVES.broad, 95, (s) => leaf(pen, s * 40, s * 15));
  stalks(pen, chance);
  const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
  const bytes = new Uint8Array(data.length);
  const width = canvas.width * 4;
  for (let row = 0; row < canvas.height; row++) {
    const from = (canvas.height - 1 - row) * width; // pictures count rows from below
    bytes.set(data.subarray(from, from + width), row * width);
  }
  for (let i = 0; i < bytes.length; i += 4) {
    if ((bytes[i + 3] ?? 0) < 24) bytes.set([190, 190, 190], i); // no dark rims when seen from afar
  }
  const texture = new DataTexture(bytes, canvas.width, canvas.height, RGBAFormat);
  texture.wrapS = ClampToEdgeWrapping;
  texture.wrapT = ClampToEdgeWrapping;
  texture.colorSpace = SRGBColorSpace;
  finish(texture);
  return texture;
}

type Pen = CanvasRenderingContext2D;

/** Leaves strewn over a cell, denser in the middle, each turned outward. */
function spray(
  pen: Pen,
  chance: Chance,
  [column, row]: readonly [number, number],
  count: number,
  draw: (scale: number) => void,
): void {
  const [cx, cy] = [(column + 0.5) * CELL, (1 - row + 0.5) * CELL];
  for (let i = 0; i < count; i++) {
    const far = Math.sqrt(chance.next()) * 0.43 * CELL;
    const way = chance.next() * 2 * Math.PI;
    const light = Math.round(150 + 95 * chance.next() + 10 * (far / CELL));
    pen.fillStyle = `rgb(${light},${light},${light - 8})`;
    pen.save();
    pen.translate(cx + Math.cos(way) * far, cy + Math.sin(way) * far);
    pen.rotate(way + chance.between(-1, 1));
    draw(chance.between(0.75, 1.15) * (1 - (0.25 * far) / CELL));
    pen.restore();
  }
}

function leaf(pen: Pen, long: number, wide: number): void {
  pen.beginPath();
  pen.moveTo(-long / 2, 0);
  pen.quadraticCurveTo(0, -wide, long / 2, 0);
  pen.quadraticCurveTo(0, wide, -long / 2, 0);
  pen.fill();
}

/** Upright stalks with blossoms: lavender, sage, grass. */
function stalks(pen: Pen, chance: Chance): void {
  const [left, bottom] = [LEAVES.flower[0] * CELL, (2 - LEAVES.flower[1]) * CELL];
  for (let i = 0; i < 46; i++) {
    const x = left + chance.between(0.08, 0.92) * CELL;
    const height = chance.between(0.55, 0.95) * CELL;
    const lean = chance.between(-0.12, 0.12) * CELL;
    const light = Math.round(chance.between(105, 150));
    pen.strokeStyle = `rgb(${light - 12},${light},${light - 26})`;
    pen.lineWidth = 3;
    pen.beginPath();
    pen.moveTo(x, bottom - 2);
    pen.quadraticCurveTo(x, bottom - height * 0.6, x + lean, bottom - height);
    pen.stroke();
    for (let b = 0; b < 7; b++) {
      const share = 0.62 + 0.055 * b;
      const bright = Math.round(chance.between(190, 255));
      pen.fillStyle = `rgb(${bright},${bright},${bright})`;
      pen.beginPath();
      pen.ellipse(
        x + lean * share ** 2 + chance.between(-4, 4),
        bottom - height * share,
        6 - b * 0.4,
        8,
        0,
        0,
        7,
      );
      pen.fill();
    }
  }
}
