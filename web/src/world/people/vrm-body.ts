import { type VRM, VRMLoaderPlugin, VRMUtils } from "@pixiv/three-vrm";
import { Box3, MathUtils, Mesh, type Object3D, type Quaternion, Vector3 } from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { BorrowedBones, JOINTS } from "./borrowed";
import { clothLike, tintOf } from "./tint";

const TALLEST_M = 3;
const MOST_SHAPE_M = 1; // so far an expression may move a point
const LONGEST_STEP_S = 0.05; // hair and clothes fly away in longer ones

/** What a face shows. */
export interface Mien {
  /** How far the mouth is open, and the lids are shut, 0 … 1. */
  readonly mouth: number;
  readonly blink: number;
  /** Of the eyes in the head, to the left and down [rad]. */
  readonly yaw: number;
  readonly pitch: number;
}

/** An avatar that somebody brought, opened: what is drawn of it, and the joints that move it. */
export class VrmBody {
  readonly root: Object3D;
  readonly joints: BorrowedBones;
  readonly height: number;
  readonly eyes_m: number;
  readonly triangles: number;
  /** The place in the palette of cloth that is most like it. */
  readonly cloth: number;

  constructor(private readonly vrm: VRM) {
    this.root = vrm.scene;
    this.root.updateMatrixWorld(true);
    const places = new Map<string, Vector3>();
    for (const [, , bone] of JOINTS) {
      const node = vrm.humanoid.getNormalizedBoneNode(bone as never);
      if (node) places.set(bone, node.getWorldPosition(new Vector3()));
    }
    this.joints = new BorrowedBones(places);
    const box = new Box3().setFromObject(this.root, true);
    const size = box.getSize(new Vector3());
    if (!(Math.max(size.x, size.y, size.z) < TALLEST_M)) throw new Error("It is too large.");
    if (furthestShape(this.root) > MOST_SHAPE_M) throw new Error("Its face would fill the place.");
    this.height = Math.max(0.5, box.max.y);
    const head = places.get("head")?.y ?? this.height;
    this.eyes_m = head + 0.4 * Math.max(0, this.height - head);
    this.triangles = settle(this.root);
    this.cloth = clothLike(tintOf(this.root));
  }

  /** Take the pose of its joints, and a mien. */
  update({ mouth, blink, yaw, pitch }: Mien, dt: number): void {
    const { humanoid, expressionManager: face, lookAt } = this.vrm;
    const turn = (bone: string, by: Quaternion): void => {
      humanoid.getNormalizedBoneNode(bone as never)?.quaternion.copy(by);
    };
    this.joints.tell(turn);
    humanoid.getNormalizedBoneNode("hips")?.position.copy(this.joints.root.position);
    face?.setValue("aa", mouth);
    face?.setValue("blink", blink);
    if (lookAt) {
      lookAt.yaw = MathUtils.radToDeg(yaw);
      lookAt.pitch = MathUtils.radToDeg(pitch);
    }
    this.vrm.update(Math.min(dt, LONGEST_STEP_S));
  }

  dispose(): void {
    this.root.removeFromParent();
    VRMUtils.deepDispose(this.root);
  }
}

/** Open the bytes of a VRM. */
export async function openVrm(bytes: ArrayBuffer): Promise<VrmBody> {
  const loader = new GLTFLoader();
  loader.register((parser) => new VRMLoaderPlugin(parser));
  const { scene, userData } = await loader.parseAsync(bytes, "");
  const vrm = (userData as { vrm?: VRM }).vrm;
  try {
    if (!vrm) throw new Error("It is no avatar.");
    return new VrmBody(vrm);
  } catch (error) {
    VRMUtils.deepDispose(scene);
    throw error;
  }
}

/** One draw for each part, as the crowd decides what is in view; gives its triangles. */
function settle(root: Object3D): number {
  let sum = 0;
  root.traverse((node) => {
    if (!(node instanceof Mesh)) return;
    node.frustumCulled = false;
    const { geometry, material } = node;
    if (Array.isArray(material)) {
      for (const outline of material.slice(1)) outline.dispose();
      node.material = material[0];
      geometry.clearGroups();
    }
    sum += (geometry.index?.count ?? geometry.getAttribute("position").count) / 3;
  });
  return sum;
}

/** How far any expression moves any point, along an axis [m]. */
function furthestShape(root: Object3D): number {
  let most = 0;
  root.traverse((node) => {
    if (!(node instanceof Mesh)) return;
    for (const shape of node.geometry.morphAttributes.position ?? []) {
      for (let i = 0; i < shape.count; i++) {
        const [x, y, z] = [shape.getX(i), shape.getY(i), shape.getZ(i)];
        most = Math.max(most, Math.abs(x), Math.abs(y), Math.abs(z));
      }
    }
  });
  return most;
}
