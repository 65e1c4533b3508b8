import { Bone, BufferAttribute, BufferGeometry, Skeleton, SkinnedMesh } from "three";
import type { BodyInfo, BodySource } from "../../../src/world/people/wardrobe";

const BONES = ["Hips", "Spine", "Head", "Jaw", "LeftLid", "RightLid", "LeftEye", "RightEye"];

/** As many triangles as the baked bodies have at most, by the beginning of a part's name. */
const PARTS: Readonly<Record<string, readonly [number, number]>> = {
  "face-0": [1920, 414],
  "face-1": [1920, 0],
  "face-2": [1920, 0],
  arms: [650, 130],
  hands: [650, 130],
  "hair-long": [676, 216],
  "hair-bob": [676, 216],
  "hair-crop": [460, 144],
  "cover-hijab": [746, 270],
  "cover-turban": [672, 144],
  "cover-kippah": [144, 60],
  "cover-kippah-high": [144, 60],
  beard: [340, 64],
  glasses: [180, 72],
  aids: [60, 0],
  "top-jumper": [896, 236],
  "top-shirt": [934, 236],
  "top-coat": [1208, 240],
  "top-dress": [1164, 282],
  "badge-coat": [8, 0],
  "legs-trousers": [428, 122],
  "legs-slim": [436, 122],
  shoes: [336, 128],
};

/** Bodies of nothing but triangles, as many as the baked ones have. */
export class PretendedBodies implements BodySource {
  loaded = 0;

  async list(): Promise<readonly BodyInfo[]> {
    const names = ["feminine", "masculine"].flatMap((shape) =>
      ["child", "adult", "elder"].flatMap((age) =>
        ["slim", "medium", "full"].map((build) => `${shape}-${age}-${build}`),
      ),
    );
    return names.map((name) => ({
      name,
      file: `${name}.glb`,
      height: 1.7,
      eyes: 1.6,
      triangles: {},
    }));
  }

  async load(): Promise<SkinnedMesh[]> {
    this.loaded += 1;
    const bones = BONES.map((name) => Object.assign(new Bone(), { name }));
    for (const bone of bones.slice(1)) bones[0]?.add(bone);
    const skeleton = new Skeleton(bones);
    return Object.entries(PARTS).flatMap(([part, counts]) =>
      (["near", "middle"] as const).flatMap((level, i) => {
        const count = counts[i] ?? 0;
        if (!count) return [];
        const mesh = new SkinnedMesh(triangles(count));
        mesh.name = `${part}-${level}`;
        mesh.bind(skeleton);
        return [mesh];
      }),
    );
  }
}

function triangles(count: number): BufferGeometry {
  const geometry = new BufferGeometry();
  const of = (parts: number) => new BufferAttribute(new Float32Array(3 * parts).fill(0.1), parts);
  geometry.setAttribute("position", of(3));
  geometry.setAttribute("normal", of(3));
  for (const name of ["color", "skinIndex", "skinWeight"]) geometry.setAttribute(name, of(4));
  geometry.setIndex(Array.from({ length: count * 3 }, (_, i) => i % 3));
  return geometry;
}
