import { Group, Vector3 } from "three";
import { Motion } from "../../wire/world";
import type { Company, Somebody } from "../company";
import type { Pose } from "../net/poses";
import { Avatar, doingOf } from "./avatar";
import { fade, shareLeft } from "./bubble";
import type { Cast } from "./cast";

export const CROWD = "crowd";

/** Everybody in this place but us, gliding from pose to pose. */
export class Crowd {
  readonly root = new Group();
  private readonly avatars = new Map<number, { name: string; avatar: Avatar }>();
  private readonly at = new Vector3();

  constructor(
    private readonly company: Company,
    private readonly cast: Cast,
  ) {
    this.root.name = CROWD;
  }

  /** @param eye where one looks from; @param now on the company's clock [ms]. */
  update(eye: Vector3, now: number, dt: number): void {
    const others = this.company.people.get().filter(({ isMe }) => !isMe);
    for (const [slot, { name }] of this.avatars) {
      if (!others.some((other) => other.slot === slot && other.name === name)) this.remove(slot);
    }
    for (const somebody of others) this.move(somebody, eye, now, dt);
  }

  dispose(): void {
    for (const slot of [...this.avatars.keys()]) this.remove(slot);
  }

  private move(somebody: Somebody, eye: Vector3, now: number, dt: number): void {
    const { slot, name, glide, isSpeaking, isHandUp } = somebody;
    const avatar = this.avatars.get(slot)?.avatar ?? this.add(slot, name);
    avatar.name(name, isSpeaking, isHandUp);
    const pose = glide.at(now);
    if (!pose) return;
    avatar.stand(pose);
    const distance = this.at.set(...pose.position).distanceTo(eye);
    avatar.update(doingOf(pose, glide.speed, isHandUp, this.wavedAgo(slot, now)), distance, dt);
    fade(avatar.root, shareLeft(this.gap(pose), this.company.order.standing.get().bubble_m));
  }

  /** How far somebody stands from us [m], over the ground. */
  private gap({ position: [x, , z] }: Pick<Pose, "position">): number {
    const own = this.company.pose?.position;
    return own ? Math.hypot(own[0] - x, own[2] - z) : Number.POSITIVE_INFINITY;
  }

  /** How long ago somebody waved [s]; Infinity if never. */
  wavedAgo(slot: number, now: number): number {
    const showing = this.company.gestures.get().get(slot);
    return showing?.motion === Motion.WAVE ? (now - showing.at) / 1000 : Number.POSITIVE_INFINITY;
  }

  private add(slot: number, name: string): Avatar {
    const avatar = new Avatar(this.cast, name);
    avatar.root.name = name;
    this.avatars.set(slot, { name, avatar });
    this.root.add(avatar.root);
    return avatar;
  }

  private remove(slot: number): void {
    this.avatars.get(slot)?.avatar.dispose();
    this.avatars.delete(slot);
  }
}
