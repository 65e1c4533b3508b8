import { Group } from "three";
import { ask } from "../../kit/api";
import type { Look } from "../../wire/world";
import type { BothHands } from "../net/hands";
import type { Pose } from "../net/poses";
import type { Living } from "./avatar";
import { fade } from "./bubble";
import { show } from "./emotes";
import { Face, JAW_RAD, LID_RAD } from "./face";
import { FingerBones } from "./fingers";
import { type Doing, Gait } from "./gait";
import type { VrmBody } from "./vrm-body";
import { Wheelchair } from "./wheelchair";

/** Where avatars come from, opened; a test hands in its own. */
export type OpenAvatar = (id: string) => Promise<VrmBody>;

/** Ask the house for an avatar; what opens it comes with the first one. */
export const openAvatar: OpenAvatar = async (id) => {
  const [answer, { openVrm }] = await Promise.all([
    ask(`/api/world/avatars/${id}/file`),
    import("./vrm-body"),
  ]);
  return openVrm(await answer.arrayBuffer());
};

/** One person in an avatar that they brought, moved as all are. */
export class BroughtAvatar {
  readonly root = new Group();
  /** It cannot be had: they are drawn as others are. */
  hasFailed = false;
  private readonly body = new Group();
  private readonly chair: Wheelchair | null;
  private opened: VrmBody | null = null;
  private gait: Gait | null = null;
  private face: Face | null = null;
  private fingers: FingerBones | null = null;
  private isThin = false;
  private isGone = false;

  constructor(
    readonly id: string,
    look: Look,
    private readonly start: number,
    open: OpenAvatar = openAvatar,
  ) {
    this.body.rotation.y = Math.PI; // a VRM faces +z, as what is baked does
    this.root.add(this.body);
    this.chair = look.wheelchair ? new Wheelchair() : null;
    void open(id).then(
      (opened) => this.take(opened),
      () => {
        this.hasFailed = true;
      },
    );
  }

  get isReady(): boolean {
    return this.opened !== null;
  }

  /** Height of the crown, standing [m]; 0 before it is there. */
  get height(): number {
    return this.opened?.height ?? 0;
  }

  /** What it takes to draw [triangles]. */
  get triangles(): number {
    return this.opened?.triangles ?? 0;
  }

  /** The place in the palette of cloth of what it looks like from afar. */
  get cloth(): number | null {
    return this.opened?.cloth ?? null;
  }

  stand({ position, yaw }: Pick<Pose, "position" | "yaw">): void {
    this.root.position.set(...position);
    this.root.rotation.y = yaw;
  }

  update(doing: Doing, living: Living, dt: number): void {
    const { opened } = this;
    if (!opened) return;
    const { bones } = opened.joints;
    this.chair?.update(doing.speed, dt);
    const moving = this.chair ? { ...doing, speed: 0, isSeated: true } : doing;
    this.gait?.update(this.withWrists(moving, living.hands), dt);
    if (living.hands) this.fingers?.update(living.hands, dt);
    else this.fingers?.rest();
    if (living.emote) show(bones, living.emote);
    this.face?.update({ ...living, isWorn: !!doing.headset }, dt);
    const eye = bones.get("LeftEye")?.rotation;
    opened.update(
      {
        mouth: (bones.get("Jaw")?.rotation.x ?? 0) / JAW_RAD,
        blink: (bones.get("LeftLid")?.rotation.x ?? 0) / LID_RAD,
        yaw: eye?.y ?? 0,
        pitch: eye?.x ?? 0,
      },
      dt,
    );
  }

  /** Show only a share of it, where somebody comes too near. */
  thin(share: number): void {
    if (share < 1 || this.isThin) fade(this.body, share);
    this.isThin = share < 1;
  }

  dispose(): void {
    this.isGone = true;
    this.thin(1);
    this.opened?.dispose();
    this.chair?.dispose();
    this.root.removeFromParent();
  }

  private take(opened: VrmBody): void {
    if (this.isGone) {
      opened.dispose();
      return;
    }
    const { joints, eyes_m } = opened;
    this.body.add(opened.root);
    if (this.chair) this.body.add(this.chair.root);
    const moved = new Group();
    moved.add(joints.root);
    this.gait = new Gait(moved, eyes_m, this.start);
    this.face = new Face(joints.bones, this.start);
    this.fingers = new FingerBones(joints.bones);
    this.opened = opened;
  }

  private withWrists(doing: Doing, hands: BothHands | null): Doing {
    const { headset } = doing;
    if (!headset || !hands || !this.fingers) return doing;
    const Left = hands.left && this.fingers.frame("Left");
    const Right = hands.right && this.fingers.frame("Right");
    return { ...doing, headset: { ...headset, wrists: { Left, Right } } };
  }
}
