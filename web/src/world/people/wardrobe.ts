import {
  Bone,
  BufferAttribute,
  BufferGeometry,
  Color,
  type Matrix4,
  MeshLambertMaterial,
  Skeleton,
  SkinnedMesh,
  Sphere,
  Vector3,
} from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import type { Look } from "../../wire/world";
import { bodyOf, coloursOf, lookCode, partsOf } from "./look";

const FOLDER = "/assets/bodies/avatars";
const REGIONS = 15; // as tools/figure.py writes them
const BRIGHT = 2.5;
const KEPT_LOOKS = 64; // sewn and worn by nobody just now

export type Level = "near" | "middle";

export interface BodyInfo {
  readonly name: string;
  readonly file: string;
  readonly height: number;
  readonly eyes: number;
  readonly triangles: Readonly<Record<string, number>>;
}

/** One baked body, opened: its parts, and the skeleton they hang on. */
export interface Body {
  readonly info: BodyInfo;
  readonly parts: ReadonlyMap<string, BufferGeometry>;
  readonly bones: readonly { name: string; parent: number; at: Vector3 }[];
  readonly inverses: readonly Matrix4[];
}

/** Where bodies come from; a test hands in its own. */
export interface BodySource {
  list(): Promise<readonly BodyInfo[]>;
  load(file: string): Promise<SkinnedMesh[]>;
}

/** The bodies that were baked at set-up, and what people wear, sewn together once for each look. */
export class Wardrobe {
  /** Matt, coloured by its points: one for everybody. */
  readonly material = new MeshLambertMaterial({ vertexColors: true });
  private infos: Promise<readonly BodyInfo[]> | null = null;
  private readonly bodies = new Map<string, Promise<Body>>();
  private readonly sewn = new Map<string, BufferGeometry>();
  private readonly worn = new Map<string, number>();

  constructor(private readonly source: BodySource = bakedBodies()) {}

  /** The body of a look; null where none was baked. */
  async body(look: Look): Promise<Body | null> {
    this.infos ??= this.source.list().catch(() => []);
    const wanted = bodyOf(look);
    const info = (await this.infos).find(({ name }) => name === wanted);
    if (!info) return null;
    let loading = this.bodies.get(info.file);
    if (!loading) {
      loading = this.source.load(info.file).then((meshes) => openBody(info, meshes));
      loading.catch(() => this.bodies.delete(info.file)); // the line was cut: try again later
      this.bodies.set(info.file, loading);
    }
    return loading;
  }

  /** A body dressed as this look, at this level, on a skeleton of its own. */
  dress(body: Body, look: Look, level: Level, skeleton: Skeleton): SkinnedMesh {
    const key = `${lookCode(look)} ${level}`;
    const geometry = this.sewn.get(key) ?? sew(body, look, level);
    this.sewn.delete(key);
    this.sewn.set(key, geometry); // the newest last
    this.worn.set(key, (this.worn.get(key) ?? 0) + 1);
    const mesh = new SkinnedMesh(geometry, this.material);
    mesh.name = key;
    mesh.bind(skeleton, mesh.matrixWorld.identity());
    mesh.boundingSphere = new Sphere(new Vector3(0, body.info.height / 2, 0), 1.5);
    return mesh;
  }

  /** Somebody does not wear this any more. */
  undress(mesh: SkinnedMesh): void {
    mesh.removeFromParent();
    const left = (this.worn.get(mesh.name) ?? 1) - 1;
    if (left) this.worn.set(mesh.name, left);
    else this.worn.delete(mesh.name);
    for (const [key, geometry] of this.sewn) {
      if (this.sewn.size <= KEPT_LOOKS) break;
      if (this.worn.has(key)) continue;
      this.sewn.delete(key);
      geometry.dispose();
    }
  }
}

/** A skeleton of one's own for a body; its first bone is the root. */
export function skeletonOf({ bones, inverses }: Body): Skeleton {
  const made = bones.map(({ name, at }) => {
    const bone = new Bone();
    bone.name = name;
    bone.position.copy(at);
    return bone;
  });
  for (const [i, { parent }] of bones.entries()) {
    const [bone, above] = [made[i], made[parent]];
    if (bone && above) above.add(bone);
  }
  return new Skeleton(made, [...inverses]);
}

function openBody(info: BodyInfo, meshes: readonly SkinnedMesh[]): Body {
  const first = meshes[0];
  if (!first) throw new Error(`${info.file} holds no body`);
  const { bones, boneInverses } = first.skeleton;
  return {
    info,
    parts: new Map(meshes.map(({ name, geometry }) => [name, geometry])),
    bones: bones.map((bone) => ({
      name: bone.name,
      parent: bones.indexOf(bone.parent as Bone),
      at: bone.position.clone(),
    })),
    inverses: boneInverses,
  };
}

/** Put the parts of a look together and paint each region with its colour. */
export function sew(body: Body, look: Look, level: Level): BufferGeometry {
  const parts = partsOf(look).flatMap((part) => {
    const found =
      body.parts.get(`${part}-${level}`) ?? body.parts.get(`${sameFace(part)}-${level}`);
    return found ? [found] : [];
  });
  const points = parts.reduce((sum, part) => sum + part.getAttribute("position").count, 0);
  const corners = parts.reduce((sum, part) => sum + (part.index?.count ?? 0), 0);
  const geometry = new BufferGeometry();
  const fresh = {
    position: new BufferAttribute(new Float32Array(points * 3), 3),
    normal: new BufferAttribute(new Int8Array(points * 4), 4, true),
    color: new BufferAttribute(new Uint16Array(points * 4), 4, true),
    skinIndex: new BufferAttribute(new Uint8Array(points * 4), 4),
    skinWeight: new BufferAttribute(new Uint8Array(points * 4), 4, true),
  };
  const index = new Uint16Array(corners);
  const colours = coloursOf(look).map((colour) => new Color(colour));
  let [at, corner] = [0, 0];
  for (const part of parts) {
    const count = part.getAttribute("position").count;
    for (const name of ["position", "normal", "skinIndex", "skinWeight"] as const) {
      const [from, to] = [part.getAttribute(name), fresh[name]];
      for (let i = 0; i < count; i++) {
        for (let k = 0; k < from.itemSize; k++) to.setComponent(at + i, k, from.getComponent(i, k));
      }
    }
    paint(part, fresh.color, at, colours);
    for (let i = 0; i < (part.index?.count ?? 0); i++) {
      index[corner + i] = (part.index?.getX(i) ?? 0) + at;
    }
    at += count;
    corner += part.index?.count ?? 0;
  }
  for (const [name, attribute] of Object.entries(fresh)) geometry.setAttribute(name, attribute);
  geometry.setIndex(new BufferAttribute(index, 1));
  return geometry;
}

/** From a distance all faces are one. */
function sameFace(part: string): string {
  return part.startsWith("face-") ? "face-0" : part;
}

function paint(part: BufferGeometry, to: BufferAttribute, at: number, by: readonly Color[]): void {
  const from = part.getAttribute("color");
  const white = new Color(1, 1, 1);
  for (let i = 0; i < from.count; i++) {
    const { r, g, b } = by[Math.round(from.getW(i) * REGIONS)] ?? white;
    const lit = (shade: number, colour: number) => Math.min(1, shade * BRIGHT * colour);
    to.setXYZW(at + i, lit(from.getX(i), r), lit(from.getY(i), g), lit(from.getZ(i), b), 1);
  }
}

function bakedBodies(): BodySource {
  const loader = new GLTFLoader();
  return {
    async list() {
      const answer = await fetch(`${FOLDER}/people.json`);
      if (!answer.ok) return []; // nothing was baked
      return ((await answer.json()) as { bodies?: BodyInfo[] }).bodies ?? [];
    },
    async load(file) {
      const { scene } = await loader.loadAsync(`${FOLDER}/${file}`);
      const meshes: SkinnedMesh[] = [];
      scene.traverse((node) => {
        if (node instanceof SkinnedMesh) meshes.push(node);
      });
      return meshes;
    },
  };
}
