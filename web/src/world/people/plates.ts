import {
  CanvasTexture,
  DynamicDrawUsage,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  LinearFilter,
  Mesh,
  PlaneGeometry,
  ShaderMaterial,
  SRGBColorSpace,
  type Vector3,
} from "three";
import { CELL, drawPlate, type Plate } from "./name-plate";

const COLUMNS = 2;
const ROWS = 24;
export const MOST_PLATES = COLUMNS * ROWS;
const HEIGHT_M = 0.17;

interface Cell {
  readonly cell: number;
  shown: string;
  /** Share of the cell that the words take. */
  share: number;
  isWorn: boolean;
}

/** The names over all heads, in one draw: a picture with a cell for each, and a card for each cell. */
export class Plates {
  readonly root: Mesh<InstancedBufferGeometry, ShaderMaterial>;
  private readonly cells = new Map<number, Cell>();
  private readonly free = Array.from({ length: MOST_PLATES }, (_, i) => MOST_PLATES - 1 - i);
  private readonly canvas = document.createElement("canvas");
  private readonly pen: CanvasRenderingContext2D | null;
  private readonly texture: CanvasTexture;
  private readonly spots: InstancedBufferAttribute;
  private readonly cuts: InstancedBufferAttribute;
  private count = 0;

  constructor() {
    this.canvas.width = COLUMNS * CELL.width;
    this.canvas.height = ROWS * CELL.height;
    this.pen = this.canvas.getContext("2d");
    this.texture = new CanvasTexture(this.canvas);
    this.texture.colorSpace = SRGBColorSpace;
    this.texture.minFilter = LinearFilter;
    this.texture.generateMipmaps = false;
    const geometry = new InstancedBufferGeometry();
    const card = new PlaneGeometry(1, 1);
    geometry.index = card.index;
    geometry.setAttribute("position", card.getAttribute("position"));
    geometry.setAttribute("uv", card.getAttribute("uv"));
    this.spots = new InstancedBufferAttribute(new Float32Array(MOST_PLATES * 4), 4);
    this.cuts = new InstancedBufferAttribute(new Float32Array(MOST_PLATES * 4), 4);
    for (const attribute of [this.spots, this.cuts]) attribute.setUsage(DynamicDrawUsage);
    geometry.setAttribute("spot", this.spots);
    geometry.setAttribute("cut", this.cuts);
    geometry.instanceCount = 0;
    this.root = new Mesh(geometry, stuff(this.texture));
    this.root.name = "name plates";
    this.root.frustumCulled = false;
    this.root.renderOrder = 3;
  }

  get triangles(): number {
    return this.count * 2;
  }

  begin(): void {
    this.count = 0;
    for (const cell of this.cells.values()) cell.isWorn = false;
  }

  /** Show a plate over somebody; where all cells are taken, those who came later have none. */
  add(slot: number, plate: Plate, at: Vector3): void {
    const cell = this.cells.get(slot) ?? this.take(slot);
    if (!cell) return;
    cell.isWorn = true;
    this.letter(cell, plate);
    const wide = (HEIGHT_M * CELL.width) / CELL.height;
    this.spots.setXYZW(this.count, at.x, at.y, at.z, wide * cell.share);
    const [column, row] = [cell.cell % COLUMNS, Math.floor(cell.cell / COLUMNS)];
    this.cuts.setXYZW(
      this.count,
      column / COLUMNS,
      1 - (row + 1) / ROWS,
      cell.share / COLUMNS,
      1 / ROWS,
    );
    this.count += 1;
  }

  end(): void {
    for (const [slot, cell] of this.cells) {
      if (cell.isWorn) continue;
      this.cells.delete(slot);
      this.free.push(cell.cell);
    }
    this.root.geometry.instanceCount = this.count;
    this.root.visible = this.count > 0;
    this.spots.needsUpdate = true;
    this.cuts.needsUpdate = true;
  }

  dispose(): void {
    this.root.removeFromParent();
    this.root.geometry.dispose();
    this.root.material.dispose();
    this.texture.dispose();
  }

  private take(slot: number): Cell | null {
    const cell = this.free.pop();
    if (cell === undefined) return null;
    const made = { cell, shown: "", share: 1, isWorn: true };
    this.cells.set(slot, made);
    return made;
  }

  private letter(cell: Cell, plate: Plate): void {
    const wanted = JSON.stringify(plate);
    if (wanted === cell.shown) return;
    cell.shown = wanted;
    if (!this.pen) return;
    const x = (cell.cell % COLUMNS) * CELL.width;
    const y = Math.floor(cell.cell / COLUMNS) * CELL.height;
    cell.share = drawPlate(this.pen, x, y, plate) / CELL.width;
    this.texture.needsUpdate = true;
  }
}

/** Cards that face whoever looks, as large as they are near. */
function stuff(map: CanvasTexture): ShaderMaterial {
  return new ShaderMaterial({
    transparent: true,
    depthWrite: false,
    uniforms: { map: { value: map } },
    vertexShader: /* glsl */ `
attribute vec4 spot;
attribute vec4 cut;
varying vec2 vAt;
void main() {
  vAt = cut.xy + uv * cut.zw;
  vec4 middle = modelViewMatrix * vec4(spot.xyz, 1.0);
  middle.xy += position.xy * vec2(spot.w, ${HEIGHT_M});
  gl_Position = projectionMatrix * middle;
}`,
    fragmentShader: /* glsl */ `
uniform sampler2D map;
varying vec2 vAt;
void main() {
  gl_FragColor = texture2D(map, vAt);
  if (gl_FragColor.a < 0.02) discard;
  #include <colorspace_fragment>
}`,
  });
}
