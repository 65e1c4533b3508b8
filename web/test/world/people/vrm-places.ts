import { Vector3 } from "three";

/** Where the bones of a VRM are, arms stretched out, facing +z, its left at +x [m]. */
export function places(without: readonly string[] = []): Map<string, Vector3> {
  const found = new Map<string, Vector3>([
    ["hips", new Vector3(0, 0.92, 0)],
    ["spine", new Vector3(0, 1.04, 0)],
    ["chest", new Vector3(0, 1.16, 0)],
    ["upperChest", new Vector3(0, 1.28, 0.01)],
    ["neck", new Vector3(0, 1.42, 0)],
    ["head", new Vector3(0, 1.5, 0.01)],
  ]);
  const limbs: readonly (readonly [string, number, number, number])[] = [
    ["Shoulder", 0.05, 1.38, 0],
    ["UpperArm", 0.17, 1.38, 0],
    ["LowerArm", 0.43, 1.38, -0.01],
    ["Hand", 0.67, 1.38, 0],
    ["UpperLeg", 0.09, 0.88, 0],
    ["LowerLeg", 0.1, 0.48, 0.01],
    ["Foot", 0.09, 0.08, -0.01],
    ["Toes", 0.09, 0.02, 0.1],
    ["ThumbMetacarpal", 0.69, 1.37, 0.02],
    ["ThumbProximal", 0.71, 1.37, 0.05],
    ["ThumbDistal", 0.73, 1.37, 0.07],
    ...(["Index", "Middle", "Ring", "Little"] as const).flatMap((finger, i) =>
      (["Proximal", "Intermediate", "Distal"] as const).map(
        (part, k) => [`${finger}${part}`, 0.76 + 0.03 * k, 1.38, 0.03 - 0.02 * i] as const,
      ),
    ),
  ];
  for (const [limb, x, y, z] of limbs) {
    found.set(`left${limb}`, new Vector3(x, y, z));
    found.set(`right${limb}`, new Vector3(-x, y, z));
  }
  for (const bone of without) found.delete(bone);
  return found;
}
