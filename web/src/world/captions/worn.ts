import {
  CanvasTexture,
  LinearFilter,
  Mesh,
  MeshBasicMaterial,
  PlaneGeometry,
  SRGBColorSpace,
} from "three";
import type { Turn } from "./lines";

const WIDE_PX = 1024;
const LINE_PX = 60;
const EDGE_PX = 28;
const MOST_LINES = 4;
const HIGH_PX = MOST_LINES * LINE_PX + 2 * EDGE_PX;
const WIDE_M = 0.84;
const AHEAD_M = 1.3;
const BELOW_M = 0.42; // of the middle of the gaze, where nobody looks who looks at somebody
const TYPE_PX = 44;
const FACES = `"Figtree Variable", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif`;
/** As the band on a screen has them. */
const TINTS = ["#8fe3de", "#ffd88f", "#ffbfae", "#b9dcff", "#dcc9ff", "#c6ebad"];

/** A stretch of one line: words of one colour. */
export interface Stretch {
  readonly words: string;
  /** Of the speaker's name; −1 for what they say. */
  readonly tint: number;
}

/** Words that stay together where a line is broken; Chinese may be broken between any two signs. */
function atoms(text: string): string[] {
  return text.match(/[\p{Script=Han}\p{P}]|[^\p{Script=Han}\s]+\s*|\s+/gu) ?? [];
}

/**
 * Turns as lines of so many pixels, the last ones; each turn begins a line with its speaker's name.
 *
 * @param measure how wide words are [px]; `isName` where they are a name.
 */
export function linesOf(
  turns: readonly Turn[],
  nameOf: (turn: Turn) => string,
  most: number,
  measure: (words: string, isName: boolean) => number,
): Stretch[][] {
  const lines: Stretch[][] = [];
  for (const turn of turns) {
    const name = `${nameOf(turn)}  `;
    let line: Stretch[] = [{ words: name, tint: turn.slot % TINTS.length }];
    let left = most - measure(name, true);
    let words = "";
    lines.push(line);
    for (const atom of atoms(turn.parts.map(({ text }) => text).join(" "))) {
      if (measure(words + atom.trimEnd(), false) > left) {
        if (words) line.push({ words, tint: -1 });
        [line, left, words] = [[], most, ""];
        lines.push(line);
      }
      words += atom;
    }
    if (words) line.push({ words, tint: -1 });
  }
  return lines.slice(-MOST_LINES);
}

/** Captions before the eyes of whoever wears a headset: they stay where the head turns. */
export class WornBand {
  readonly mesh: Mesh<PlaneGeometry, MeshBasicMaterial>;
  private readonly canvas = document.createElement("canvas");
  private readonly map: CanvasTexture;
  private drawn = "";

  constructor() {
    this.canvas.width = WIDE_PX;
    this.canvas.height = HIGH_PX;
    this.map = new CanvasTexture(this.canvas);
    this.map.colorSpace = SRGBColorSpace;
    this.map.minFilter = LinearFilter;
    this.map.generateMipmaps = false;
    const material = new MeshBasicMaterial({
      map: this.map,
      transparent: true,
      depthTest: false,
      depthWrite: false,
      toneMapped: false,
      fog: false,
    });
    this.mesh = new Mesh(new PlaneGeometry(WIDE_M, (WIDE_M * HIGH_PX) / WIDE_PX), material);
    this.mesh.name = "captions";
    this.mesh.position.set(0, -BELOW_M, -AHEAD_M);
    this.mesh.rotation.x = -Math.atan2(BELOW_M, AHEAD_M); // straight towards the eyes
    this.mesh.renderOrder = 990;
    this.mesh.frustumCulled = false;
    this.mesh.visible = false;
    this.mesh.raycast = () => {};
  }

  /** @param isBold white on black. */
  show(turns: readonly Turn[], nameOf: (turn: Turn) => string, isBold: boolean): void {
    this.mesh.visible = turns.length > 0;
    const key = JSON.stringify([turns, isBold]);
    const brush = turns.length > 0 && key !== this.drawn ? this.canvas.getContext("2d") : null;
    if (!brush) return;
    this.drawn = key;
    paint(brush, turns, nameOf, isBold);
    this.map.needsUpdate = true;
  }

  dispose(): void {
    this.mesh.removeFromParent();
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
    this.map.dispose();
  }
}

function paint(
  brush: CanvasRenderingContext2D,
  turns: readonly Turn[],
  nameOf: (turn: Turn) => string,
  isBold: boolean,
): void {
  const face = (isName: boolean) => `${isName ? 700 : isBold ? 600 : 450} ${TYPE_PX}px ${FACES}`;
  const measure = (words: string, isName: boolean) => {
    brush.font = face(isName);
    return brush.measureText(words).width;
  };
  const lines = linesOf(turns, nameOf, WIDE_PX - 2 * EDGE_PX, measure);
  brush.clearRect(0, 0, WIDE_PX, HIGH_PX);
  const high = lines.length * LINE_PX + 1.4 * EDGE_PX;
  brush.fillStyle = isBold ? "#000000" : "rgba(12, 18, 18, 0.86)";
  brush.beginPath();
  brush.roundRect(0, HIGH_PX - high, WIDE_PX, high, EDGE_PX);
  brush.fill();
  brush.textBaseline = "middle";
  lines.forEach((line, i) => {
    let x = EDGE_PX;
    const y = HIGH_PX - high + 0.7 * EDGE_PX + (i + 0.5) * LINE_PX;
    for (const { words, tint } of line) {
      const wide = measure(words, tint >= 0);
      brush.fillStyle = TINTS[tint] ?? "#ffffff";
      brush.fillText(words, x, y);
      x += wide;
    }
  });
}
