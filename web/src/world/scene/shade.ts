import { BufferAttribute, BufferGeometry, type Color, Vector3 } from "three";
import type { Filled } from "./filled";

const WAYS = Array.from({ length: 18 }, (_, i) => {
  const y = 1 - (2 * (i + 0.5)) / 18;
  const ring = Math.sqrt(1 - y * y);
  return new Vector3(Math.cos(i * 2.399963) * ring, y, Math.sin(i * 2.399963) * ring);
});
const REACH = [1.3, 2.2, 3.4, 5, 7.2]; // in cells

/**
 * Darken what little light reaches: corners, undersides, the ground beneath things. Done once, by
 * colour, so it costs nothing while one walks.
 *
 * @param depth how dark the deepest corner becomes.
 */
export function shadeCorners(geometry: BufferGeometry, filled: Filled, depth = 0.72): void {
  const at = geometry.getAttribute("position");
  const normals = geometry.getAttribute("normal");
  const colours = geometry.getAttribute("color");
  const { cell } = filled;
  const away = cell * 1.1;
  for (let i = 0; i < at.count; i++) {
    const nx = normals.getX(i);
    const ny = normals.getY(i);
    const nz = normals.getZ(i);
    const x = at.getX(i) + nx * away;
    const y = at.getY(i) + ny * away;
    const z = at.getZ(i) + nz * away;
    const light = 1 - depth * closedShare(filled, x, y, z, nx, ny, nz);
    colours.setXYZ(
      i,
      colours.getX(i) * light,
      colours.getY(i) * (0.06 + 0.94 * light),
      colours.getZ(i) * (0.04 + 0.96 * light),
    );
  }
}

function closedShare(
  filled: Filled,
  x: number,
  y: number,
  z: number,
  nx: number,
  ny: number,
  nz: number,
): number {
  let closed = 0;
  let all = 0;
  for (const way of WAYS) {
    const facing = way.x * nx + way.y * ny + way.z * nz;
    if (facing < 0.12) continue;
    all += facing;
    for (let step = 0; step < REACH.length; step++) {
      const t = (REACH[step] ?? 0) * filled.cell;
      if (!filled.has(x + way.x * t, y + way.y * t, z + way.z * t)) continue;
      closed += facing * (1 - step / (REACH.length + 1));
      break;
    }
  }
  return closed / (all || 1);
}

/** The light of a place, as its lamps in the sky give it. */
export interface Light {
  /** Towards the sun, length 1. */
  readonly way: Vector3;
  readonly sun: Color;
  readonly above: Color;
  readonly below: Color;
  /** How far shadows fall [m]; 0: the sun throws none. */
  readonly reach: number;
}

/** Work the light into the colours, for machines that cannot do so for every picture. */
export function bakeLight(
  geometry: BufferGeometry,
  light: Light,
  filled: Filled | null,
  isLeaf = false,
): void {
  const at = geometry.getAttribute("position");
  const normals = geometry.getAttribute("normal");
  const colours = geometry.getAttribute("color");
  const { way, sun, above, below, reach } = light;
  for (let i = 0; i < at.count; i++) {
    const nx = normals.getX(i);
    const ny = normals.getY(i);
    const nz = normals.getZ(i);
    let facing = Math.max(0, nx * way.x + ny * way.y + nz * way.z);
    if (isLeaf) facing = 0.25 + 0.75 * facing;
    if (facing > 0 && filled && reach > 0 && !isLeaf) {
      const [x, y, z] = [at.getX(i) + nx * 0.2, at.getY(i) + ny * 0.2, at.getZ(i) + nz * 0.2];
      if (filled.isShaded(x, y, z, way, reach)) facing *= 0.14;
    }
    const up = 0.5 + 0.5 * ny;
    colours.setXYZ(
      i,
      colours.getX(i) * (sun.r * facing + below.r + (above.r - below.r) * up),
      colours.getY(i) * (sun.g * facing + below.g + (above.g - below.g) * up),
      colours.getZ(i) * (sun.b * facing + below.b + (above.b - below.b) * up),
    );
  }
}

/** Cut a mesh into pieces by where its triangles lie, so that what is behind us is not drawn. */
export function pieces(geometry: BufferGeometry, size: number): BufferGeometry[] {
  const index = geometry.getIndex();
  if (!index) return [geometry];
  const at = geometry.getAttribute("position");
  const lists = new Map<string, number[]>();
  for (let i = 0; i < index.count; i += 3) {
    const corners = [index.getX(i), index.getX(i + 1), index.getX(i + 2)];
    const x = corners.reduce((sum, c) => sum + at.getX(c), 0) / 3;
    const z = corners.reduce((sum, c) => sum + at.getZ(c), 0) / 3;
    const key = `${Math.round(x / size)}:${Math.round(z / size)}`;
    const list = lists.get(key) ?? [];
    lists.set(key, list);
    list.push(...corners);
  }
  return [...lists.values()].map((list) => part(geometry, list));
}

function part(geometry: BufferGeometry, corners: readonly number[]): BufferGeometry {
  const places = new Map<number, number>();
  const index = corners.map((corner) => {
    const known = places.get(corner) ?? places.size;
    places.set(corner, known);
    return known;
  });
  const made = new BufferGeometry();
  for (const [name, { array, itemSize }] of Object.entries(geometry.attributes)) {
    const values = new Float32Array(places.size * itemSize);
    for (const [from, to] of places) {
      for (let c = 0; c < itemSize; c++)
        values[to * itemSize + c] = array[from * itemSize + c] ?? 0;
    }
    made.setAttribute(name, new BufferAttribute(values, itemSize));
  }
  made.setIndex(index);
  made.computeBoundingSphere();
  return made;
}

/** Twice the area squared is small: splitting a slat would show nothing. */
function isThin([a = 0, b = 0, c = 0]: readonly number[]): boolean {
  return (4 * a * b - (a + b - c) ** 2) / 4 < 0.36;
}

/** Cut triangles until no edge is longer than this, so that there are points to darken. */
export function refine(geometry: BufferGeometry, longest: number): BufferGeometry {
  const names = ["position", "normal", "color", "uv"] as const;
  const source = names.map((name) => geometry.getAttribute(name));
  const values = source.map((a) => Array.from(a.array as Float32Array));
  const index = Array.from(geometry.getIndex()?.array ?? []);
  const halves = new Map<string, number>();
  const p = values[0] ?? [];
  const length2 = (a: number, b: number) =>
    ((p[a * 3] ?? 0) - (p[b * 3] ?? 0)) ** 2 +
    ((p[a * 3 + 1] ?? 0) - (p[b * 3 + 1] ?? 0)) ** 2 +
    ((p[a * 3 + 2] ?? 0) - (p[b * 3 + 2] ?? 0)) ** 2;
  const half = (a: number, b: number): number => {
    const key = a < b ? `${a}:${b}` : `${b}:${a}`;
    const known = halves.get(key);
    if (known !== undefined) return known;
    const made = p.length / 3;
    source.forEach(({ itemSize }, k) => {
      const list = values[k] ?? [];
      for (let c = 0; c < itemSize; c++) {
        list.push(((list[a * itemSize + c] ?? 0) + (list[b * itemSize + c] ?? 0)) / 2);
      }
    });
    halves.set(key, made);
    return made;
  };
  const done: number[] = [];
  const open: [number, number, number][] = [];
  for (let i = 0; i < index.length; i += 3) {
    open.push([index[i] ?? 0, index[i + 1] ?? 0, index[i + 2] ?? 0]);
  }
  for (let next = open.pop(); next; next = open.pop()) {
    const [a, b, c] = next;
    const edges = [length2(a, b), length2(b, c), length2(c, a)];
    const most = Math.max(...edges);
    if (most <= longest * longest || isThin(edges)) {
      done.push(a, b, c);
    } else if (most === edges[0]) {
      const m = half(a, b);
      open.push([a, m, c], [m, b, c]);
    } else if (most === edges[1]) {
      const m = half(b, c);
      open.push([a, b, m], [a, m, c]);
    } else {
      const m = half(c, a);
      open.push([a, b, m], [m, b, c]);
    }
  }
  const finer = new BufferGeometry();
  names.forEach((name, k) => {
    const itemSize = source[k]?.itemSize ?? 3;
    finer.setAttribute(name, new BufferAttribute(new Float32Array(values[k] ?? []), itemSize));
  });
  finer.setIndex(done);
  return finer;
}
