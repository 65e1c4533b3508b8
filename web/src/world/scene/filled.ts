import { type BufferGeometry, Vector3 } from "three";

/** Which cells of a box of space are filled by something solid. */
export class Filled {
  readonly cell: number;
  private readonly low = new Vector3(Infinity, Infinity, Infinity);
  private readonly high = new Vector3(-Infinity, -Infinity, -Infinity);
  private readonly size: [number, number, number];
  private readonly cells: Uint8Array;

  constructor(geometries: readonly BufferGeometry[]) {
    for (const geometry of geometries) {
      geometry.computeBoundingBox();
      if (!geometry.boundingBox) continue;
      this.low.min(geometry.boundingBox.min);
      this.high.max(geometry.boundingBox.max);
    }
    this.low.max(new Vector3(-48, -3, -48));
    this.high.min(new Vector3(48, 14, 50));
    const wide = Math.max(this.high.x - this.low.x, this.high.z - this.low.z, 1);
    this.cell = Math.min(0.34, Math.max(0.15, wide / 200));
    const span = new Vector3().subVectors(this.high, this.low).divideScalar(this.cell);
    this.size = [Math.ceil(span.x) + 2, Math.ceil(span.y) + 2, Math.ceil(span.z) + 2];
    this.cells = new Uint8Array(this.size[0] * this.size[1] * this.size[2]);
    for (const geometry of geometries) this.take(geometry);
  }

  private index(x: number, y: number, z: number): number {
    const i = Math.floor((x - this.low.x) / this.cell) + 1;
    const j = Math.floor((y - this.low.y) / this.cell) + 1;
    const k = Math.floor((z - this.low.z) / this.cell) + 1;
    const [w, h, d] = this.size;
    if (i < 0 || j < 0 || k < 0 || i >= w || j >= h || k >= d) return -1;
    return (k * h + j) * w + i;
  }

  has(x: number, y: number, z: number): boolean {
    const at = this.index(x, y, z);
    return at >= 0 && this.cells[at] === 1;
  }

  /** Whether something stands in the way from a point towards the sun. */
  isShaded(x: number, y: number, z: number, way: Vector3, reach: number): boolean {
    for (let far = this.cell * 1.6; far < reach; far += this.cell * 0.9) {
      const up = y + way.y * far;
      if (up > this.high.y) return false;
      if (this.has(x + way.x * far, up, z + way.z * far)) return true;
    }
    return false;
  }

  /** Fill what a mesh touches: points strewn over every triangle, closer than a cell. */
  private take(geometry: BufferGeometry): void {
    const at = geometry.getAttribute("position");
    const index = geometry.getIndex();
    if (!index) return;
    const [a, b, c] = [new Vector3(), new Vector3(), new Vector3()];
    for (let i = 0; i < index.count; i += 3) {
      a.fromBufferAttribute(at, index.getX(i));
      b.fromBufferAttribute(at, index.getX(i + 1));
      c.fromBufferAttribute(at, index.getX(i + 2));
      this.strew(a, b, c);
    }
  }

  private strew(a: Vector3, b: Vector3, c: Vector3): void {
    const longest = Math.max(a.distanceTo(b), a.distanceTo(c), b.distanceTo(c));
    const steps = Math.max(1, Math.ceil(longest / this.cell));
    for (let s = 0; s <= steps; s++) {
      for (let t = 0; s + t <= steps; t++) {
        const u = s / steps;
        const v = t / steps;
        const w = 1 - u - v;
        const at = this.index(
          a.x * w + b.x * u + c.x * v,
          a.y * w + b.y * u + c.y * v,
          a.z * w + b.z * u + c.z * v,
        );
        if (at >= 0) this.cells[at] = 1;
      }
    }
  }
}
