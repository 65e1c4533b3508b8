import {
  BufferAttribute,
  BufferGeometry,
  CanvasTexture,
  Mesh,
  MeshBasicMaterial,
  SRGBColorSpace,
  Vector3,
} from "three";
import type { Door } from "../../wire/world";
import type { Mason } from "./mason";
import { TONES } from "./materials";

/** What a sign says: what is inside, and who is there or why it is shut. */
export interface Words {
  readonly name: string;
  readonly about: string;
  readonly isOpen: boolean;
}

const WIDE = 1024;
const HIGH = 300;
const SHARE = HIGH / WIDE;

/** How wide the sign over a door is [m]. */
function widthOf(door: Door): number {
  return Math.min(2.7, Math.max(1.5, door.width * 1.15));
}

/** The board behind a sign, built with the door. */
export function buildBoard(mason: Mason, door: Door): void {
  const w = widthOf(door);
  mason.in(door.position, door.yaw, () => {
    mason.of("wood", TONES.oakDark);
    mason.block([w + 0.12, w * SHARE + 0.12, 0.06], [0, door.height + 0.22, -0.1], 0.02);
  });
}

/** The lettering of all signs of a place: one sheet, one mesh. */
export class Signs {
  readonly root: Mesh<BufferGeometry, MeshBasicMaterial>;
  private readonly canvas = document.createElement("canvas");
  private readonly texture: CanvasTexture;
  private said = "";

  constructor(private readonly doors: readonly Door[]) {
    this.canvas.width = WIDE;
    this.canvas.height = HIGH * Math.max(1, doors.length);
    this.texture = new CanvasTexture(this.canvas);
    this.texture.colorSpace = SRGBColorSpace;
    this.texture.anisotropy = 4;
    const material = new MeshBasicMaterial({ map: this.texture, color: "#f4efe6" });
    this.root = new Mesh(faces(doors), material);
    this.root.name = "signs";
    this.root.visible = false; // until something is written on them
  }

  /** Write the words again, one for each door, if they changed. */
  say(words: readonly Words[]): void {
    const said = JSON.stringify(words);
    const pen = this.canvas.getContext("2d");
    if (said === this.said || !pen) return;
    this.said = said;
    this.doors.forEach((_, i) => {
      const word = words[i];
      if (!word) return;
      pen.save();
      pen.translate(0, i * HIGH);
      write(pen, word);
      pen.restore();
    });
    this.texture.needsUpdate = true;
    this.root.visible = this.doors.length > 0;
  }

  /** A font has come since: write everything once more. */
  refresh(): void {
    const words = this.said;
    this.said = "";
    if (words) this.say(JSON.parse(words) as Words[]);
  }

  dispose(): void {
    this.texture.dispose();
    this.root.geometry.dispose();
    this.root.material.dispose();
  }
}

function faces(doors: readonly Door[]): BufferGeometry {
  const at: number[] = [];
  const uv: number[] = [];
  const index: number[] = [];
  const up = new Vector3(0, 1, 0);
  doors.forEach((door, i) => {
    const w = widthOf(door);
    const y = door.height + 0.28;
    const corners: [number, number][] = [
      [w / 2, y],
      [-w / 2, y],
      [-w / 2, y + w * SHARE],
      [w / 2, y + w * SHARE],
    ];
    const start = at.length / 3;
    for (const [x, h] of corners) {
      const spot = new Vector3(x, h, -0.136).applyAxisAngle(up, door.yaw);
      at.push(spot.x + door.position[0], spot.y + door.position[1], spot.z + door.position[2]);
    }
    const [low, high] = [1 - (i + 1) / doors.length, 1 - i / doors.length];
    uv.push(0, low, 1, low, 1, high, 0, high);
    index.push(start, start + 1, start + 2, start, start + 2, start + 3);
  });
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(at), 3));
  geometry.setAttribute("uv", new BufferAttribute(new Float32Array(uv), 2));
  geometry.setIndex(index);
  return geometry;
}

type Pen = CanvasRenderingContext2D;

const DISPLAY =
  '"Newsreader Variable", "Noto Serif", "Noto Sans CJK SC", "PingFang SC", Georgia, serif';
const PLAIN = '"Figtree Variable", "Noto Sans CJK SC", "PingFang SC", system-ui, sans-serif';

function write(pen: Pen, { name, about, isOpen }: Words): void {
  pen.fillStyle = "#fbf7ee";
  pen.fillRect(0, 0, WIDE, HIGH);
  pen.fillStyle = isOpen ? "#0f6d70" : "#a8947a";
  pen.fillRect(0, 0, 18, HIGH);
  pen.textBaseline = "alphabetic";
  pen.fillStyle = "#22302f";
  sized(pen, name, "600", 138, DISPLAY, WIDE - 120); // to be read from across the plaza
  pen.fillText(name, 64, 138);
  pen.fillStyle = isOpen ? "#0a5457" : "#6b6252";
  pen.font = `500 52px ${PLAIN}`;
  lines(pen, about, WIDE - 120, 2).forEach((line, i) => {
    pen.fillText(line, 64, 214 + i * 60);
  });
}

/** Choose the largest letters, up to `size`, with which a text fits. */
function sized(
  pen: Pen,
  text: string,
  weight: string,
  size: number,
  family: string,
  wide: number,
): void {
  pen.font = `${weight} ${size}px ${family}`;
  const long = pen.measureText(text).width;
  if (long > wide) pen.font = `${weight} ${Math.floor((size * wide) / long)}px ${family}`;
}

/** Break a text into at most `most` lines; Chinese may break between any two signs. */
function lines(pen: Pen, text: string, wide: number, most: number): string[] {
  const parts = /[\u3400-\u9fff]/.test(text) ? [...text] : text.split(/(?<= )/);
  const found: string[] = [""];
  for (const part of parts) {
    const line = (found.at(-1) ?? "") + part;
    if (pen.measureText(line.trimEnd()).width <= wide) found[found.length - 1] = line;
    else found.push(part);
  }
  const kept = found.slice(0, most).map((line) => line.trim());
  if (found.length > most) kept[most - 1] = `${kept[most - 1]?.slice(0, -1) ?? ""}…`;
  return kept;
}
