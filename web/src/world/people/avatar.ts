import { type Bone, Group, Mesh, type SkinnedMesh } from "three";
import { Flag, type Look } from "../../wire/world";
import type { BothHands } from "../net/hands";
import type { Pose } from "../net/poses";
import { type Emote, show } from "./emotes";
import { Face, type Feeling } from "./face";
import { FingerBones } from "./fingers";
import { type Doing, Gait } from "./gait";
import { scaleOf } from "./look";
import { type Body, type Level, skeletonOf, type Wardrobe } from "./wardrobe";
import { Wheelchair } from "./wheelchair";

/** What a person does beside walking. */
export interface Living {
  readonly emote: Emote | null;
  /** How loud their voice is heard, 0 … 1. */
  readonly mouth: number;
  readonly gaze: Feeling["gaze"];
  /** Their fingers, as a headset sees them just now. */
  readonly hands: BothHands | null;
}

export const QUIET: Living = { emote: null, mouth: 0, gaze: null, hands: null };

/** One person as others see them from nearby. Faces +z when baked, so it is turned around once. */
export class Avatar {
  readonly root = new Group();
  /** Height of the crown, standing [m]; 0 before there is a body. */
  height = 0;
  private readonly body = new Group();
  private readonly chair: Wheelchair | null;
  private readonly clothes = new Map<Level, SkinnedMesh>();
  private baked: Body | null = null;
  private skeleton: ReturnType<typeof skeletonOf> | null = null;
  private bones = new Map<string, Bone>();
  private gait: Gait | null = null;
  private face: Face | null = null;
  private fingers: FingerBones | null = null;
  private isGone = false;

  constructor(
    private readonly wardrobe: Wardrobe,
    readonly look: Look,
    private readonly start: number,
  ) {
    this.body.rotation.y = Math.PI;
    this.body.scale.setScalar(scaleOf(look));
    this.root.add(this.body);
    this.chair = look.wheelchair ? new Wheelchair() : null;
    void this.undressed();
  }

  /** Whether there is a body to be seen. */
  get isReady(): boolean {
    return this.baked !== null;
  }

  /** What is drawn of this person [triangles]. */
  get triangles(): number {
    let sum = 0;
    this.root.traverseVisible((node) => {
      if (node instanceof Mesh) sum += (node.geometry.index?.count ?? 0) / 3;
    });
    return sum;
  }

  stand({ position, yaw }: Pick<Pose, "position" | "yaw">): void {
    this.root.position.set(...position);
    this.root.rotation.y = yaw;
  }

  update(doing: Doing, living: Living, level: Level, dt: number): void {
    this.dress(level);
    this.chair?.update(doing.speed, dt);
    const moving = this.chair ? { ...doing, speed: 0, isSeated: true } : doing;
    this.gait?.update(this.withWrists(moving, living.hands), dt);
    if (living.hands) this.fingers?.update(living.hands, dt);
    else this.fingers?.rest();
    if (living.emote) show(this.bones, living.emote);
    if (level === "near") this.face?.update({ ...living, isWorn: !!doing.headset }, dt);
  }

  dispose(): void {
    this.isGone = true;
    for (const mesh of this.clothes.values()) this.wardrobe.undress(mesh);
    this.clothes.clear();
    this.skeleton?.dispose();
    this.chair?.dispose();
    this.root.removeFromParent();
  }

  private async undressed(): Promise<void> {
    const baked = await this.wardrobe.body(this.look).catch(() => null);
    if (!baked || this.isGone) return;
    this.skeleton = skeletonOf(baked);
    this.bones = new Map(this.skeleton.bones.map((bone) => [bone.name, bone]));
    const root = this.skeleton.bones[0];
    if (root) this.body.add(root);
    if (this.chair) this.body.add(this.chair.root);
    this.height = baked.info.height * scaleOf(this.look);
    this.gait = new Gait(this.body, baked.info.eyes, this.start);
    this.face = new Face(this.bones, this.start);
    this.fingers = new FingerBones(this.bones);
    this.baked = baked;
  }

  private withWrists(doing: Doing, hands: BothHands | null): Doing {
    const { headset } = doing;
    if (!headset || !hands || !this.fingers) return doing;
    const Left = hands.left && this.fingers.frame("Left");
    const Right = hands.right && this.fingers.frame("Right");
    return { ...doing, headset: { ...headset, wrists: { Left, Right } } };
  }

  private dress(level: Level): void {
    const { baked, skeleton } = this;
    if (!baked || !skeleton) return;
    if (!this.clothes.has(level)) {
      const mesh = this.wardrobe.dress(baked, this.look, level, skeleton);
      this.clothes.set(level, mesh);
      this.body.add(mesh);
    }
    for (const [of, mesh] of this.clothes) mesh.visible = of === level;
  }
}

/** What somebody does, as their pose tells it. */
export function doingOf(
  { pitch, yaw, flags, tracked }: Omit<Pose, "at" | "position">,
  speed: number,
  isHandUp: boolean,
  waved_s: number,
): Doing {
  const hasLeft = (flags & Flag.LEFT) !== 0;
  const hasRight = (flags & Flag.RIGHT) !== 0;
  const headset = tracked && { tracked, yaw, hasLeft, hasRight };
  const isSeated = (flags & Flag.SEATED) !== 0;
  return { speed, pitch, isSeated, isHandUp, waved_s, headset };
}
