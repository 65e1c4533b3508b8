import { BufferAttribute, BufferGeometry, Color, Mesh, type ShaderMaterial, Vector3 } from "three";
import type { BakedBody, Surface } from "./glb";
import { depth, type Own, ownUniforms, type Shared, surface } from "./materials";
import { colourOf, forms, type OrganForm, organOf } from "./organs";

/** In this order what lies inside is drawn before what lies around it. */
const ORDER = { solid: 0, veil: 10, bone: 20, skin: 30 } as const;

/** One organ of one body, ready to draw and to pick. */
export interface OrganMesh {
  readonly form: OrganForm;
  readonly mesh: Mesh<BufferGeometry, ShaderMaterial>;
  readonly own: Own;
  /** Everything to add to the scene: a veil brings its depth as well. */
  readonly meshes: readonly Mesh[];
  readonly middle: Vector3;
  /** How far most of it reaches from its middle [m]: a thin ureter does not count. */
  readonly radius: number;
}

/** Build every organ that the file has. */
export function buildOrgans(body: BakedBody, shared: Shared): Map<string, OrganMesh> {
  const organs = new Map<string, OrganMesh>();
  for (const form of forms) {
    const own = body.surfaces.filter(({ name }) => organOf(name) === form.id);
    if (own.length > 0) organs.set(form.id, buildOrgan(form, own, shared));
  }
  return organs;
}

function buildOrgan(form: OrganForm, surfaces: readonly Surface[], shared: Shared): OrganMesh {
  const geometry = merge(form, surfaces);
  const own = ownUniforms();
  const mesh = new Mesh(geometry, surface(form.id, form.look, shared, own));
  mesh.name = form.id;
  mesh.renderOrder = ORDER[form.look] + 1;
  const meshes: Mesh[] = [mesh];
  if (form.look !== "solid") {
    const before = new Mesh(geometry, depth(form.id, form.look, shared));
    before.renderOrder = ORDER[form.look];
    meshes.unshift(before);
  }
  for (const one of meshes) one.frustumCulled = false; // breathing and zoom move past the box
  const { middle, radius } = bulk(geometry);
  if (form.look === "bone" || form.id === "vessels") own.uGhost.value = 0.16;
  const cortex = surfaces.find(({ name }) => name === "brain.left");
  if (cortex) {
    own.uSize.value = reachOf(cortex, 2).length / GROWN_BRAIN_M;
    own.uFrom.value = reachOf(cortex, 1).low - 0.02;
  }
  return { form, mesh, own, meshes, middle, radius };
}

const MOST = 0.78;

/** The middle of an organ's points, and how far most of them lie from it. */
export function bulk(geometry: BufferGeometry): { middle: Vector3; radius: number } {
  const at = geometry.getAttribute("position");
  const points = Array.from({ length: at.count }, (_, i) =>
    new Vector3().fromBufferAttribute(at, i),
  );
  const middle = new Vector3();
  for (const point of points) middle.addScaledVector(point, 1 / points.length);
  const far = points.map((point) => point.distanceTo(middle)).sort((a, b) => a - b);
  return { middle, radius: 1.15 * (far[Math.floor(far.length * MOST)] ?? 0.1) };
}

/** Put an organ's surfaces into one geometry, each in its own colour. */
export function merge(form: OrganForm, surfaces: readonly Surface[]): BufferGeometry {
  const points = surfaces.reduce((n, s) => n + s.points.length, 0);
  const corners = surfaces.reduce((n, s) => n + s.corners.length, 0);
  const position = new Float32Array(points);
  const normal = new Int8Array(points);
  const tint = new Float32Array(points);
  const index = new Uint16Array(corners);
  let atPoint = 0;
  let atCorner = 0;
  for (const { name, ...part } of surfaces) {
    const { r, g, b } = new Color(colourOf(form, name));
    position.set(part.points, atPoint);
    normal.set(part.normals, atPoint);
    for (let i = 0; i < part.points.length; i += 3) tint.set([r, g, b], atPoint + i);
    index.set(
      part.corners.map((corner) => corner + atPoint / 3),
      atCorner,
    );
    atPoint += part.points.length;
    atCorner += part.corners.length;
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(position, 3));
  geometry.setAttribute("normal", new BufferAttribute(normal, 3, true));
  geometry.setAttribute("tint", new BufferAttribute(tint, 3));
  geometry.setIndex(new BufferAttribute(index, 1));
  geometry.computeBoundingBox();
  geometry.computeBoundingSphere();
  return geometry;
}

const GROWN_BRAIN_M = 0.163;

/** Where a surface begins along one axis, and how long it is. */
function reachOf({ points }: Surface, axis: number): { low: number; length: number } {
  let [low, high] = [Infinity, -Infinity];
  for (let i = axis; i < points.length; i += 3) {
    low = Math.min(low, points[i] ?? low);
    high = Math.max(high, points[i] ?? high);
  }
  return { low, length: high - low };
}
