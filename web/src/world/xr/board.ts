import {
  CanvasTexture,
  LinearFilter,
  Mesh,
  MeshBasicMaterial,
  PlaneGeometry,
  SRGBColorSpace,
} from "three";
import type { Entry } from "./menu";
import type { Share } from "./poke";

const WIDE_PX = 576;
const ROW_PX = 74;
const HEAD_PX = 66;
const EDGE_PX = 18;
const ROUND_PX = 22;
const M_PER_PX = 0.24 / WIDE_PX;
const FONT = `"Figtree Variable", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif`;
const INK = { ground: "rgba(13, 38, 39, 0.94)", words: "#f4fbf9", soft: "#a9c9c5" };
const ROW = { plain: "#1d4a4a", over: "#2f7f7b", on: "#2fa7a3", tells: "rgba(0, 0, 0, 0)" };

/** How high a board of so many lines is [px]. */
function heightOf(count: number): number {
  return HEAD_PX + count * ROW_PX + EDGE_PX;
}

/** Which of so many lines lies at a point of the board; −1 for none. */
export function lineAt([x, y]: Share, count: number): number {
  const line = Math.floor((y * heightOf(count) - HEAD_PX) / ROW_PX);
  const isWithin = x * WIDE_PX > EDGE_PX && x * WIDE_PX < WIDE_PX - EDGE_PX;
  return isWithin && line >= 0 && line < count ? line : -1;
}

/** A small board of lines to press; drawn again only where something on it changed. */
export class Board {
  readonly mesh: Mesh<PlaneGeometry, MeshBasicMaterial>;
  private readonly canvas = document.createElement("canvas");
  private drawn = "";
  private count = 0;

  constructor() {
    this.canvas.width = WIDE_PX;
    const material = new MeshBasicMaterial({ transparent: true, toneMapped: false, fog: false });
    this.mesh = new Mesh(new PlaneGeometry(1, 1), material);
    this.mesh.renderOrder = 70;
    this.mesh.visible = false;
    this.show("", [], -1);
  }

  /** How large it is [m]. */
  get size(): readonly [number, number] {
    return [WIDE_PX * M_PER_PX, heightOf(this.count) * M_PER_PX];
  }

  /** @param over the line under a hand; −1 for none. */
  show(title: string, entries: readonly Entry[], over: number): void {
    const key = JSON.stringify([title, over, entries]);
    if (key === this.drawn) return;
    this.drawn = key;
    if (entries.length !== this.count || !this.mesh.material.map) this.resize(entries.length);
    const brush = this.canvas.getContext("2d");
    if (!brush) return;
    paint(brush, title, entries, over);
    if (this.mesh.material.map) this.mesh.material.map.needsUpdate = true;
  }

  dispose(): void {
    this.mesh.removeFromParent();
    this.mesh.geometry.dispose();
    this.mesh.material.map?.dispose();
    this.mesh.material.dispose();
  }

  private resize(count: number): void {
    this.count = count;
    this.canvas.height = heightOf(count);
    const { material } = this.mesh;
    material.map?.dispose(); // a texture keeps the size it had first
    const map = new CanvasTexture(this.canvas);
    map.colorSpace = SRGBColorSpace;
    map.minFilter = LinearFilter;
    map.generateMipmaps = false;
    material.map = map;
    material.needsUpdate = true;
    this.mesh.scale.set(...this.size, 1);
  }
}

function paint(
  brush: CanvasRenderingContext2D,
  title: string,
  entries: readonly Entry[],
  over: number,
): void {
  const { width, height } = brush.canvas;
  brush.clearRect(0, 0, width, height);
  round(brush, 0, 0, width, height, INK.ground);
  brush.textBaseline = "middle";
  brush.fillStyle = INK.soft;
  brush.font = `600 28px ${FONT}`;
  brush.fillText(title, EDGE_PX + 10, HEAD_PX / 2 + 3, width - 2 * EDGE_PX - 20);
  entries.forEach((entry, i) => {
    const y = HEAD_PX + i * ROW_PX;
    const resting = !entry.act ? ROW.tells : entry.isOn ? ROW.on : ROW.plain;
    const colour = entry.act && i === over ? ROW.over : resting;
    round(brush, EDGE_PX, y + 4, width - 2 * EDGE_PX, ROW_PX - 8, colour);
    if (entry.isOn !== undefined) knob(brush, width - EDGE_PX - 40, y + ROW_PX / 2, entry.isOn);
    brush.fillStyle = entry.act ? INK.words : INK.soft;
    brush.font = `500 31px ${FONT}`;
    const room = width - 2 * EDGE_PX - (entry.isOn === undefined ? 48 : 110);
    brush.fillText(entry.label, EDGE_PX + 24, y + ROW_PX / 2 + 2, room);
  });
}

function knob(brush: CanvasRenderingContext2D, x: number, y: number, isOn: boolean): void {
  brush.lineWidth = 4;
  brush.strokeStyle = INK.words;
  brush.fillStyle = INK.words;
  brush.beginPath();
  brush.arc(x, y, 12, 0, 2 * Math.PI);
  if (isOn) brush.fill();
  else brush.stroke();
}

function round(
  brush: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  colour: string,
): void {
  brush.fillStyle = colour;
  brush.beginPath();
  brush.roundRect(x, y, width, height, ROUND_PX);
  brush.fill();
}
