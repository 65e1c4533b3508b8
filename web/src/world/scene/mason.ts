import {
  BufferAttribute,
  BufferGeometry,
  Color,
  type ColorRepresentation,
  Euler,
  Matrix4,
  Quaternion,
  Vector3,
} from "three";

/** What a surface is made of; each becomes one mesh, so one draw call. */
export type Stuff =
  | "stone"
  | "wood"
  | "floor"
  | "glass"
  | "pane"
  | "glow"
  | "leaf"
  | "water"
  | "cloth";

export type Point = readonly [number, number, number];

/** One merged mesh in the making. */
class Pile {
  readonly at: number[] = [];
  readonly normal: number[] = [];
  readonly colour: number[] = [];
  readonly uv: number[] = [];
  readonly sway: number[] = [];
  readonly index: number[] = [];
}

const UP = new Vector3(0, 1, 0);

/**
 * Builds everything that stands in a place: shapes are laid down one after the other in the
 * current frame and colour, and come out as one geometry for each kind of stuff.
 */
export class Mason {
  private readonly piles = new Map<Stuff, Pile>();
  private readonly frames: Matrix4[] = [new Matrix4()];
  private colour = new Color("#ffffff");
  private stuff: Stuff = "stone";

  /** @param detail how finely round things are cut, of 1; below 1 edges are not softened. */
  constructor(private readonly detail = 1) {}

  private cut(count: number, least: number): number {
    return Math.max(Math.min(count, least), Math.round(count * this.detail));
  }

  /** Work in a frame that stands here, turned by `yaw` about +Y. */
  in(position: Point, yaw: number, work: () => void, scale: Point = [1, 1, 1]): void {
    const turn = new Quaternion().setFromAxisAngle(UP, yaw);
    this.within(new Matrix4().compose(new Vector3(...position), turn, new Vector3(...scale)), work);
  }

  /** Work in a frame that is turned about all three axes. */
  tilted(position: Point, turns: Point, work: () => void): void {
    const turn = new Quaternion().setFromEuler(new Euler(...turns, "YXZ"));
    this.within(new Matrix4().compose(new Vector3(...position), turn, new Vector3(1, 1, 1)), work);
  }

  private within(frame: Matrix4, work: () => void): void {
    this.frames.push(this.frame.clone().multiply(frame));
    work();
    this.frames.pop();
  }

  private get frame(): Matrix4 {
    return this.frames.at(-1) ?? new Matrix4();
  }

  /** Go on with this stuff and colour. */
  of(stuff: Stuff, colour: ColorRepresentation): this {
    this.stuff = stuff;
    this.colour = new Color(colour);
    return this;
  }

  /** A block with softened edges; its foot stands at `y`. */
  block(size: Point, [x, y, z]: Point = [0, 0, 0], bevel = 0.02): void {
    const [w, h, d] = size.map((s) => s / 2) as [number, number, number];
    const b = this.detail < 1 ? 0 : Math.min(bevel, w * 0.45, h * 0.45, d * 0.45);
    this.facets(chamfered(w, h, d, b), [x, y + h, z]);
  }

  /** A cylinder or cone frustum standing at `y`. */
  drum(
    bottom: number,
    top: number,
    height: number,
    [x, y, z]: Point = [0, 0, 0],
    sides = 16,
    isCapped = true,
  ): void {
    this.lathe(
      isCapped
        ? [
            [0, 0],
            [bottom, 0],
            [bottom, 0],
            [top, height],
            [top, height],
            [0, height],
          ]
        : [
            [bottom, 0],
            [top, height],
          ],
      [x, y, z],
      sides,
    );
  }

  /** Turn a profile of [radius, height] about the y axis; a doubled point makes a sharp edge. */
  lathe(
    profile: readonly (readonly [number, number])[],
    [x, y, z]: Point = [0, 0, 0],
    around = 20,
    from = 0,
    to = 2 * Math.PI,
  ): void {
    const sides = this.cut(around, 5);
    const shape = new Shape();
    const slopes = profile.map((_, i) => slope(profile, i));
    for (let s = 0; s <= sides; s++) {
      const a = from + ((to - from) * s) / sides;
      profile.forEach(([r, h], i) => {
        const [nr, ny] = slopes[i] ?? [1, 0];
        shape.point([x + Math.sin(a) * r, y + h, z + Math.cos(a) * r]);
        shape.normal([Math.sin(a) * nr, ny, Math.cos(a) * nr]);
      });
    }
    const n = profile.length;
    for (let s = 0; s < sides; s++) {
      for (let i = 0; i + 1 < n; i++) {
        const [a, b] = [s * n + i, (s + 1) * n + i];
        shape.quad(a, b, b + 1, a + 1);
      }
    }
    this.lay(shape);
  }

  /** A flat four-cornered face; corners counter-clockwise as seen from its front. */
  face(a: Point, b: Point, c: Point, d: Point): void {
    const normal = new Vector3()
      .subVectors(new Vector3(...b), new Vector3(...a))
      .cross(new Vector3().subVectors(new Vector3(...d), new Vector3(...a)))
      .normalize();
    const shape = new Shape();
    for (const corner of [a, b, c, d]) {
      shape.point(corner);
      shape.normal([normal.x, normal.y, normal.z]);
    }
    shape.quad(0, 1, 2, 3);
    this.lay(shape);
  }

  /** A level polygon extruded upward: corners [x, z] clockwise as seen from above. */
  prism(corners: readonly (readonly [number, number])[], y: number, height: number): void {
    corners.forEach(([x, z], i) => {
      const [nx, nz] = corners[(i + 1) % corners.length] ?? [0, 0];
      this.face([nx, y, nz], [x, y, z], [x, y + height, z], [nx, y + height, nz]);
    });
    this.fan(corners, y + height, true);
    this.fan(corners, y, false);
  }

  private fan(corners: readonly (readonly [number, number])[], y: number, isUp: boolean): void {
    const shape = new Shape();
    for (const [x, z] of corners) {
      shape.point([x, y, z]);
      shape.normal([0, isUp ? 1 : -1, 0]);
    }
    for (let i = 1; i + 1 < corners.length; i++) {
      if (isUp) shape.index.push(0, i + 1, i);
      else shape.index.push(0, i, i + 1);
    }
    this.lay(shape);
  }

  /** A grid of points over (u, v) in 0…1, with normals from its own slope. */
  sheet(at: (u: number, v: number) => Point, wide: number, deep: number, isClosed = false): void {
    const shape = new Shape();
    const e = 1e-3;
    const across = this.cut(wide, 3);
    const along = this.cut(deep, 2);
    for (let j = 0; j <= along; j++) {
      for (let i = 0; i <= across; i++) {
        const [u, v] = [i / across, j / along];
        const wrap = (t: number) => (isClosed ? t : Math.min(1, Math.max(0, t)));
        const du = minus(at(wrap(u + e), v), at(wrap(u - e), v));
        const dv = minus(at(u, Math.min(1, v + e)), at(u, Math.max(0, v - e)));
        const n = new Vector3(...du).cross(new Vector3(...dv)).normalize();
        shape.point(at(u, v));
        shape.normal([n.x, n.y, n.z]);
      }
    }
    const row = across + 1;
    for (let j = 0; j < along; j++) {
      for (let i = 0; i < across; i++) {
        const a = j * row + i;
        shape.quad(a, a + 1, a + row + 1, a + row);
      }
    }
    this.lay(shape);
  }

  /** A round tube along points, `radius` at each. */
  tube(points: readonly Point[], radius: (share: number) => number, around = 8): void {
    const sides = this.cut(around, 4);
    const way = points.map((p) => new Vector3(...p));
    let side = new Vector3(1, 0, 0);
    const rings = way.map((p, i) => {
      const ahead = new Vector3()
        .subVectors(way[Math.min(i + 1, way.length - 1)] ?? p, way[Math.max(i - 1, 0)] ?? p)
        .normalize();
      if (Math.abs(side.dot(ahead)) > 0.95) side = new Vector3(0, 0, 1);
      const u = side.clone().addScaledVector(ahead, -side.dot(ahead)).normalize();
      side = u;
      return { p, u, v: new Vector3().crossVectors(ahead, u), r: radius(i / (way.length - 1)) };
    });
    const shape = new Shape();
    for (const { p, u, v, r } of rings) {
      for (let s = 0; s <= sides; s++) {
        const a = (2 * Math.PI * s) / sides;
        const n = u.clone().multiplyScalar(Math.cos(a)).addScaledVector(v, Math.sin(a));
        shape.point([p.x + n.x * r, p.y + n.y * r, p.z + n.z * r]);
        shape.normal([n.x, n.y, n.z]);
      }
    }
    const row = sides + 1;
    for (let i = 0; i + 1 < rings.length; i++) {
      for (let s = 0; s < sides; s++) {
        const a = i * row + s;
        shape.quad(a, a + 1, a + row + 1, a + row);
      }
    }
    this.lay(shape);
  }

  /** A leaf card: a square with its own picture, lit as if it were part of a ball. */
  card(
    centre: Point,
    right: Vector3,
    up: Vector3,
    normal: Vector3,
    picture: readonly [number, number],
    sway: number,
    shade = 1,
  ): void {
    const shape = new Shape();
    const corners: [number, number][] = [
      [-1, -1],
      [1, -1],
      [1, 1],
      [-1, 1],
    ];
    for (const [u, v] of corners) {
      shape.point([
        centre[0] + right.x * u + up.x * v,
        centre[1] + right.y * u + up.y * v,
        centre[2] + right.z * u + up.z * v,
      ]);
      shape.normal([normal.x, normal.y, normal.z]);
      shape.uv.push((picture[0] + (u + 1) / 2) / 2, (picture[1] + (v + 1) / 2) / 2);
      shape.sway.push(sway * (v > 0 ? 1 : 0.7));
    }
    shape.quad(0, 1, 2, 3);
    this.lay(shape, shade);
  }

  /** Put a finished shape into the current frame. */
  private lay(shape: Shape, shade = 1): void {
    const pile = this.piles.get(this.stuff) ?? new Pile();
    this.piles.set(this.stuff, pile);
    const start = pile.at.length / 3;
    const p = new Vector3();
    const n = new Vector3();
    const flips = this.frame.determinant() < 0;
    const grain = this.stuff === "wood" ? longestAxis(shape.at) : -1;
    for (let i = 0; i < shape.at.length; i += 3) {
      p.fromArray(shape.at, i).applyMatrix4(this.frame);
      n.fromArray(shape.norm, i).transformDirection(this.frame);
      pile.at.push(p.x, p.y, p.z);
      pile.normal.push(n.x, n.y, n.z);
      pile.colour.push(this.colour.r * shade, this.colour.g * shade, this.colour.b * shade);
      if (shape.uv.length > 0)
        pile.uv.push(shape.uv[(i / 3) * 2] ?? 0, shape.uv[(i / 3) * 2 + 1] ?? 0);
      else if (grain >= 0) pile.uv.push(...grainUv(shape, i, grain, p));
      else pile.uv.push(...boxUv(p, n));
      pile.sway.push(shape.sway[i / 3] ?? 0);
    }
    for (let i = 0; i < shape.index.length; i += 3) {
      const [a = 0, b = 0, c = 0] = shape.index.slice(i, i + 3);
      pile.index.push(start + a, start + (flips ? c : b), start + (flips ? b : c));
    }
  }

  private facets(shape: Shape, offset: Point): void {
    for (let i = 0; i < shape.at.length; i += 3) {
      shape.at[i] = (shape.at[i] ?? 0) + offset[0];
      shape.at[i + 1] = (shape.at[i + 1] ?? 0) + offset[1];
      shape.at[i + 2] = (shape.at[i + 2] ?? 0) + offset[2];
    }
    this.lay(shape);
  }

  /** Everything laid so far, one geometry for each stuff. */
  finish(): Map<Stuff, BufferGeometry> {
    const made = new Map<Stuff, BufferGeometry>();
    for (const [stuff, pile] of this.piles) {
      const geometry = new BufferGeometry();
      geometry.setAttribute("position", new BufferAttribute(new Float32Array(pile.at), 3));
      geometry.setAttribute("normal", new BufferAttribute(new Float32Array(pile.normal), 3));
      geometry.setAttribute("color", new BufferAttribute(new Float32Array(pile.colour), 3));
      geometry.setAttribute("uv", new BufferAttribute(new Float32Array(pile.uv), 2));
      if (stuff === "leaf") {
        geometry.setAttribute("sway", new BufferAttribute(new Float32Array(pile.sway), 1));
      }
      geometry.setIndex(pile.index);
      made.set(stuff, geometry);
    }
    return made;
  }
}

/** A shape before it is laid: lists that grow together. */
class Shape {
  readonly at: number[] = [];
  readonly norm: number[] = [];
  readonly uv: number[] = [];
  readonly sway: number[] = [];
  readonly index: number[] = [];

  point([x, y, z]: Point): void {
    this.at.push(x, y, z);
  }

  normal([x, y, z]: Point): void {
    this.norm.push(x, y, z);
  }

  quad(a: number, b: number, c: number, d: number): void {
    this.index.push(a, b, c, a, c, d);
  }
}

/** Metres on the surface: the two axes that the normal does not point along. */
function boxUv(p: Vector3, n: Vector3): [number, number] {
  const [x, y, z] = [Math.abs(n.x), Math.abs(n.y), Math.abs(n.z)];
  if (y >= x && y >= z) return [p.x, p.z];
  return x > z ? [p.z, p.y] : [p.x, p.y];
}

/** Along which of its own axes a shape is longest. */
function longestAxis(at: readonly number[]): number {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < at.length; i++) {
    low[i % 3] = Math.min(low[i % 3] ?? 0, at[i] ?? 0);
    high[i % 3] = Math.max(high[i % 3] ?? 0, at[i] ?? 0);
  }
  const long = [0, 1, 2].map((axis) => (high[axis] ?? 0) - (low[axis] ?? 0));
  return long.indexOf(Math.max(...long));
}

/** Metres with the grain and across it; each piece of wood is cut from another part of the tree. */
function grainUv(shape: Shape, i: number, grain: number, p: Vector3): [number, number] {
  const n = [shape.norm[i] ?? 0, shape.norm[i + 1] ?? 0, shape.norm[i + 2] ?? 0].map(Math.abs);
  const facing = n.indexOf(Math.max(...n));
  const across = [0, 1, 2].find((axis) => axis !== grain && axis !== facing) ?? 0;
  const tree = Math.round(p.x * 7 + p.z * 13) * 0.0007;
  return [(shape.at[i + grain] ?? 0) + tree, (shape.at[i + across] ?? 0) + tree];
}

function minus(a: Point, b: Point): Point {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

/** The outward direction (radial, up) of a turned profile at one of its points. */
function slope(profile: readonly (readonly [number, number])[], i: number): [number, number] {
  const here = profile[i] ?? [0, 0];
  const isSame = (j: number) => profile[j]?.[0] === here[0] && profile[j]?.[1] === here[1];
  const before = i > 0 && !isSame(i - 1) ? profile[i - 1] : undefined;
  const after = i + 1 < profile.length && !isSame(i + 1) ? profile[i + 1] : undefined;
  const [r0, h0] = before ?? here;
  const [r1, h1] = after ?? here;
  const length = Math.hypot(r1 - r0, h1 - h0) || 1;
  return [(h1 - h0) / length, -(r1 - r0) / length];
}

/**
 * A block whose edges are cut: 24 points, each with the normal of its face, so that light runs
 * around the edge.
 */
function chamfered(w: number, h: number, d: number, b: number): Shape {
  const shape = new Shape();
  const axes: [number, number, number][] = [
    [0, 1, 2],
    [1, 2, 0],
    [2, 0, 1],
  ];
  const half = [w, h, d];
  const corner = new Map<string, number>();
  for (const [axis, u, v] of axes) {
    for (const sign of [-1, 1]) {
      const start = shape.at.length / 3;
      const order: [number, number][] = [
        [-1, -1],
        [1, -1],
        [1, 1],
        [-1, 1],
      ];
      for (const [su, sv] of sign > 0 ? order : [...order].reverse()) {
        const point = [0, 0, 0];
        const normal = [0, 0, 0];
        point[axis] = sign * (half[axis] ?? 0);
        point[u] = su * ((half[u] ?? 0) - b);
        point[v] = sv * ((half[v] ?? 0) - b);
        normal[axis] = sign;
        const signs = [0, 0, 0];
        signs[axis] = sign;
        signs[u] = su;
        signs[v] = sv;
        corner.set(`${axis}:${signs.join()}`, shape.at.length / 3);
        shape.point(point as unknown as Point);
        shape.normal(normal as unknown as Point);
      }
      shape.quad(start, start + 1, start + 2, start + 3);
    }
  }
  if (b > 0) joinEdges(shape, corner);
  return shape;
}

function joinEdges(shape: Shape, corner: ReadonlyMap<string, number>): void {
  const at = (axis: number, s: readonly number[]) => corner.get(`${axis}:${s.join()}`) ?? 0;
  const axes: [number, number, number][] = [
    [0, 1, 2],
    [1, 2, 0],
    [2, 0, 1],
  ];
  for (const [a, b, c] of axes) {
    for (const sa of [-1, 1]) {
      for (const sb of [-1, 1]) {
        const near = [0, 0, 0];
        near[a] = sa;
        near[b] = sb;
        const far = [...near];
        near[c] = -1;
        far[c] = 1;
        const [p, q, r, s] = [at(a, near), at(a, far), at(b, far), at(b, near)];
        if (sa * sb > 0) shape.quad(p, s, r, q);
        else shape.quad(p, q, r, s);
      }
    }
  }
  for (const x of [-1, 1]) {
    for (const y of [-1, 1]) {
      for (const z of [-1, 1]) {
        const s = [x, y, z];
        const [p, q, r] = [at(0, s), at(1, s), at(2, s)];
        if (x * y * z > 0) shape.index.push(p, q, r);
        else shape.index.push(p, r, q);
      }
    }
  }
}
