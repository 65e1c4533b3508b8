import { InstancedMesh, LatheGeometry, MeshBasicMaterial, Object3D, Vector2 } from "three";

const PROFILE: readonly (readonly [number, number])[] = [
  [0.001, 0],
  [0.2, 0.02],
  [0.17, 0.55],
  [0.24, 1.25],
  [0.21, 1.38],
  [0.07, 1.45],
  [0.07, 1.5],
  [0.115, 1.58],
  [0.12, 1.66],
  [0.09, 1.75],
  [0.001, 1.79],
];

/** People as plain figures, all alike: for pictures that they do not want to be in. */
export class PlainFigures {
  readonly root: InstancedMesh<LatheGeometry, MeshBasicMaterial>;
  private readonly at = new Object3D();

  constructor(most: number) {
    const profile = PROFILE.map(([r, y]) => new Vector2(r, y));
    const stuff = new MeshBasicMaterial({ color: "#aab7b5", transparent: true, opacity: 0.72 });
    this.root = new InstancedMesh(new LatheGeometry(profile, 14), stuff, most);
    this.root.name = "plain figures";
    this.root.frustumCulled = false;
    this.begin();
  }

  begin(): void {
    this.root.count = 0;
    this.root.visible = false;
  }

  add(position: readonly [number, number, number], isLow: boolean): void {
    this.at.position.set(...position);
    this.at.scale.set(1, isLow ? 0.76 : 1, 1);
    this.at.updateMatrix();
    this.root.setMatrixAt(this.root.count, this.at.matrix);
    this.root.count += 1;
    this.root.visible = true;
    this.root.instanceMatrix.needsUpdate = true;
  }

  dispose(): void {
    this.root.dispose();
    this.root.geometry.dispose();
    this.root.material.dispose();
  }
}
