import { type Material, Mesh, type Object3D } from "three";

const SOFT_M = 0.5; // over so much way somebody fades, from whole to nothing

/** How much of somebody is left on the screen, from how far they stand from us; 0 is nothing. */
export function shareLeft(distance_m: number, bubble_m: number): number {
  if (bubble_m <= 0) return 1;
  return Math.min(1, Math.max(0, (distance_m - bubble_m) / SOFT_M));
}

const whole = new WeakMap<Mesh, Material | Material[]>();

/** Show only a share of a body; its stuff may be others' too, so it gets its own meanwhile. */
export function fade(root: Object3D, share: number): void {
  root.visible = root.visible && share > 0;
  root.traverse((node) => {
    if (node instanceof Mesh) fadeOne(node, share);
  });
}

function fadeOne(mesh: Mesh, share: number): void {
  const kept = whole.get(mesh);
  if (share >= 1) {
    if (!kept) return;
    for (const thin of [mesh.material].flat()) thin.dispose();
    mesh.material = kept;
    whole.delete(mesh);
    return;
  }
  if (!kept) {
    whole.set(mesh, mesh.material);
    mesh.material = Array.isArray(mesh.material)
      ? mesh.material.map((one) => thinned(one))
      : thinned(mesh.material);
  }
  for (const [n, thin] of [mesh.material].flat().entries()) {
    thin.opacity = share * ([whole.get(mesh) ?? thin].flat()[n]?.opacity ?? 1);
  }
}

function thinned(material: Material): Material {
  const thin = material.clone();
  thin.transparent = true;
  return thin;
}
