import { CircleGeometry, InstancedMesh, Matrix4, MeshBasicMaterial } from "three";

const WIDE_M = 0.46;
const lying = new Matrix4().makeRotationX(-Math.PI / 2);
const placed = new Matrix4();

/** Where feet meet the ground: soft and dark, all in one. The sun's shadows are drawn once, without people. */
export class FootShadows {
  readonly root: InstancedMesh;
  private count = 0;

  constructor(most: number) {
    this.root = new InstancedMesh(new CircleGeometry(WIDE_M, 9), stuff(), most);
    this.root.frustumCulled = false;
    this.root.renderOrder = 2;
    this.root.count = 0;
  }

  get triangles(): number {
    return (this.root.count * (this.root.geometry.index?.count ?? 0)) / 3;
  }

  begin(): void {
    this.count = 0;
  }

  add([x, y, z]: readonly [number, number, number], wide = 1): void {
    if (this.count >= this.root.instanceMatrix.count) return;
    placed
      .makeScale(wide, 1, wide)
      .multiply(lying)
      .setPosition(x, y + 0.02, z);
    this.root.setMatrixAt(this.count, placed);
    this.count += 1;
  }

  end(): void {
    this.root.count = this.count;
    this.root.visible = this.count > 0;
    this.root.instanceMatrix.needsUpdate = true;
  }

  dispose(): void {
    this.root.removeFromParent();
    this.root.geometry.dispose();
    (this.root.material as MeshBasicMaterial).dispose();
    this.root.dispose();
  }
}

function stuff(): MeshBasicMaterial {
  const made = new MeshBasicMaterial({
    color: "#3d3428",
    transparent: true,
    opacity: 0.5,
    depthWrite: false,
    fog: false,
  });
  made.onBeforeCompile = (shader) => {
    shader.vertexShader = shader.vertexShader
      .replace("#include <common>", "#include <common>\nvarying vec2 vFrom;")
      .replace("#include <begin_vertex>", "#include <begin_vertex>\nvFrom = position.xy / 0.46;");
    shader.fragmentShader = shader.fragmentShader
      .replace("#include <common>", "#include <common>\nvarying vec2 vFrom;")
      .replace(
        "#include <color_fragment>",
        "#include <color_fragment>\ndiffuseColor.a *= pow(max(0.0, 1.0 - dot(vFrom, vFrom)), 1.6);",
      );
  };
  return made;
}
