import { Box3, Group, Light, Mesh, Object3D, Texture, Vector3 } from "three";
import { GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";

export interface Model {
  readonly root: Object3D;
  dispose(): void;
}

/** How high a model stands whose longest side is one metre [m]. */
export function heightOf({ root }: Model): number {
  return new Box3().setFromObject(root).getSize(new Vector3()).y;
}

/** A model whose longest side is one metre, with its middle at the origin, and without lights: each costs everybody here. */
export async function loadModel(address: string): Promise<Model> {
  const { scene } = await new GLTFLoader().loadAsync(address);
  putOut(scene);
  const box = new Box3().setFromObject(scene);
  const size = box.getSize(new Vector3());
  const scale = 1 / (Math.max(size.x, size.y, size.z) || 1);
  const root = new Group();
  scene.scale.setScalar(scale);
  scene.position.copy(box.getCenter(new Vector3())).multiplyScalar(-scale);
  root.add(scene);
  return {
    root,
    dispose() {
      scene.traverse((node) => {
        if (!(node instanceof Mesh)) return;
        node.geometry.dispose();
        for (const material of [node.material].flat()) {
          for (const part of Object.values(material)) if (part instanceof Texture) part.dispose();
          material.dispose();
        }
      });
    },
  };
}

/** What hangs on a light stays; the loader makes a node that has one a light itself. */
function putOut(scene: Object3D): void {
  const lights: Light[] = [];
  scene.traverse((node) => {
    if (node instanceof Light) lights.push(node);
  });
  for (const light of lights) {
    const plain = new Object3D().copy(light, false);
    plain.add(...light.children);
    light.parent?.add(plain);
    light.removeFromParent();
  }
}
