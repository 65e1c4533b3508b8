import { Group, type PerspectiveCamera, Vector3 } from "three";
import { Flag, Motion } from "../../wire/world";
import type { Company, Somebody } from "../company";
import type { Pose } from "../net/poses";
import { Avatar, doingOf, type Living } from "./avatar";
import type { BroughtAvatar, OpenAvatar } from "./brought";
import { fade, shareLeft } from "./bubble";
import { gazeTo } from "./face";
import { FarCrowd } from "./far-crowd";
import { Foreigners, roomFor } from "./foreigners";
import type { Doing } from "./gait";
import { allowance, type Detail, levelsFor } from "./levels";
import { isClinical, readLook, SOMEBODY } from "./look";
import { PlainFigures } from "./plain-figures";
import { MOST_PLATES, Plates } from "./plates";
import { FootShadows } from "./shadows";
import { View } from "./view";
import type { Wardrobe } from "./wardrobe";

export const CROWD = "crowd";
const MOST = 1200; // as many as one place may hold
const PLATE_M = 45;
const SHADOW_M = 35; // farther off, nobody sees one
const STRIDE_M = 1.42;
const STANDING = { phase: 0, stride: 0, isSeated: false, isHandUp: false };
const LISTEN_M = 12; // from so far one turns to who speaks

/** Who looks. */
export interface Looker {
  readonly camera: PerspectiveCamera;
  /** Through a headset, which turns faster than we are told. */
  readonly isWide: boolean;
  /** What all but the people took of the last picture [triangles]; null where nobody has counted. */
  readonly rest: number | null;
}

/** Ourselves, where we walk before our own eyes. */
export interface Own {
  readonly pose: Omit<Pose, "at">;
  readonly speed: number;
  readonly isVisible: boolean;
}

interface Member {
  readonly slot: number;
  readonly name: string;
  readonly code: string;
  readonly look: Avatar["look"];
  /** Where the group of this name stands: for tests, and for whoever asks. */
  readonly mark: Group;
  avatar: Avatar | null;
  level: Detail;
  phase: number;
  /** Stands so near that less of them is shown. */
  isThin: boolean;
}

interface Seen {
  readonly somebody: Somebody;
  readonly member: Member;
  readonly pose: Omit<Pose, "at">;
  readonly speed: number;
  readonly far: number;
}

/** Everybody in this place, gliding from pose to pose; the nearest in full, the rest as one. */
export class Crowd {
  readonly root = new Group();
  /** Everything that is drawn; `root` holds a mark for each of the others. */
  readonly drawn = new Group();
  private readonly members = new Map<number, Member>();
  private readonly far = new FarCrowd(MOST);
  private readonly shadows = new FootShadows(MOST);
  private readonly plates = new Plates();
  private plain: PlainFigures | null = null; // hardly ever wanted
  private readonly view = new View();
  private seen: readonly Seen[] = [];
  private readonly foreigners: Foreigners;
  private readonly at = new Vector3();

  constructor(
    private readonly company: Company,
    private readonly wardrobe: Wardrobe,
    open?: OpenAvatar,
  ) {
    this.root.name = CROWD;
    this.foreigners = new Foreigners(open);
    this.drawn.add(this.far.root, this.shadows.root, this.plates.root, this.foreigners.root);
  }

  /** What people took of the last picture, as it was built [triangles]. */
  get triangles(): number {
    let sum = this.far.triangles + this.shadows.triangles + this.plates.triangles;
    sum += this.foreigners.triangles;
    for (const { avatar } of this.members.values()) {
      if (avatar?.root.visible) sum += avatar.triangles;
    }
    return sum;
  }

  /** @param now on the company's clock [ms]. */
  update(looker: Looker, now: number, dt: number, own: Own | null = null): void {
    this.view.look(looker.camera, looker.isWide);
    const people = this.company.people.get();
    for (const member of [...this.members.values()]) {
      if (!people.some((somebody) => isOf(somebody, member))) this.remove(member);
    }
    const seen = people.flatMap((somebody) => this.see(somebody, now, own));
    this.seen = seen;
    this.plates.root.visible = true;
    const most = allowance(looker.rest);
    const wearers = seen.filter(({ member }) => member.look.avatar);
    const spent = this.foreigners.choose(
      wearers.map(({ member: { slot, look }, far }) => ({ slot, look, far })),
      roomFor(seen.length, most),
      now,
    );
    const levels = levelsFor(
      seen.map(({ member, far }) => (this.foreigners.of(member.slot) ? Infinity : far)),
      seen.map(({ member }) => member.level),
      most - spent,
    );
    for (const part of [this.far, this.shadows, this.plates]) part.begin();
    this.plain?.begin();
    const speaker = seen.find(({ somebody }) => somebody.isSpeaking);
    for (const [i, one] of seen.entries()) this.draw(one, levels[i] ?? "far", speaker, now, dt);
    this.name([...seen].sort((a, b) => a.far - b.far));
    for (const part of [this.far, this.shadows, this.plates]) part.end();
  }

  /**
   * Stand everybody for a picture: without names, and some as plain figures, until the next update.
   *
   * @param isPlain whether somebody is one of these, by what stands for them.
   */
  pose(isPlain: (who: string) => boolean): void {
    this.plates.root.visible = false;
    if (!this.seen.some(({ somebody }) => isPlain(somebody.who))) return;
    this.plain ??= new PlainFigures(MOST);
    this.drawn.add(this.plain.root);
    this.plain.begin();
    this.far.begin();
    for (const { somebody, member, pose } of this.seen) {
      const brought = this.foreigners.of(member.slot);
      if (isPlain(somebody.who)) {
        for (const body of [member.avatar, brought]) if (body) body.root.visible = false;
        const isLow = member.look.wheelchair || (pose.flags & Flag.SEATED) !== 0;
        this.plain.add(pose.position, isLow);
      } else if (!brought && !member.avatar?.root.visible) {
        this.far.add(this.foreigners.fromAfar(member.look), pose.position, pose.yaw, {
          ...STANDING,
          isSeated: (pose.flags & Flag.SEATED) !== 0,
        });
      }
    }
    this.far.end();
  }

  dispose(): void {
    for (const member of [...this.members.values()]) this.remove(member);
    this.plain?.dispose();
    for (const part of [this.far, this.shadows, this.plates]) part.dispose();
    this.foreigners.dispose();
    this.drawn.removeFromParent();
  }

  /** How long ago somebody waved [s]; Infinity if never. */
  wavedAgo(slot: number, now: number): number {
    const showing = this.company.gestures.get().get(slot);
    return showing?.motion === Motion.WAVE ? (now - showing.at) / 1000 : Number.POSITIVE_INFINITY;
  }

  /** Nothing, where somebody is out of sight. */
  private see(somebody: Somebody, now: number, own: Own | null): Seen[] {
    const { slot, isMe, glide } = somebody;
    const member = this.members.get(slot) ?? this.add(somebody);
    const pose = isMe ? own?.pose : glide.at(now);
    if (pose) member.mark.position.set(...pose.position);
    if (!pose || (isMe && !own?.isVisible) || !this.view.sees(pose.position)) {
      if (member.avatar) member.avatar.root.visible = false;
      return [];
    }
    const far = this.at.set(...pose.position).distanceTo(this.view.eye);
    const speed = isMe ? (own?.speed ?? 0) : glide.speed;
    return [{ somebody, member, pose, speed, far: isMe ? 0 : far }];
  }

  private draw(one: Seen, level: Detail, speaker: Seen | undefined, now: number, dt: number): void {
    const { somebody, member, pose, speed } = one;
    const { slot, isHandUp } = somebody;
    const doing = doingOf(pose, speed, isHandUp, this.wavedAgo(slot, now));
    member.level = level;
    member.phase += (speed * dt * 2 * Math.PI) / STRIDE_M;
    if (one.far < SHADOW_M) this.shadows.add(pose.position, member.look.wheelchair ? 1.25 : 1);
    const brought = this.foreigners.of(slot);
    member.mark.userData.drawnAs = brought ? "brought" : level;
    if (brought) {
      this.strip(member);
      brought.stand(pose);
      brought.update(doing, this.living(one, speaker, now), dt);
      brought.thin(this.shareOf(one));
      return;
    }
    if (level !== "far" && !member.avatar) {
      member.avatar = new Avatar(this.wardrobe, member.look, (slot * 1.7) % 29);
      this.drawn.add(member.avatar.root);
    }
    const { avatar } = member;
    const isNearby = level !== "far" && avatar?.isReady;
    if (avatar) avatar.root.visible = !!isNearby;
    if (avatar && level !== "far" && isNearby) {
      avatar.stand(pose);
      avatar.update(doing, this.living(one, speaker, now), level, dt);
      this.giveRoom(one, avatar);
      return;
    }
    if (level === "far") this.strip(member);
    this.far.add(
      this.foreigners.fromAfar(member.look),
      pose.position,
      pose.yaw,
      this.farDoing(member, doing),
    );
  }

  /** Whoever comes nearer than we like fades from our own picture. */
  private shareOf({ somebody, pose }: Seen): number {
    const own = this.company.pose?.position;
    if (somebody.isMe || !own) return 1;
    const gap = Math.hypot(own[0] - pose.position[0], own[2] - pose.position[2]);
    return shareLeft(gap, this.company.order.standing.get().bubble_m);
  }

  private giveRoom(one: Seen, avatar: Avatar): void {
    const { member } = one;
    const share = this.shareOf(one);
    if (share < 1 || member.isThin) fade(avatar.root, share);
    member.isThin = share < 1;
  }

  private farDoing({ phase }: Member, { speed, isSeated, isHandUp, waved_s }: Doing) {
    const stride = Math.min(1.35, speed / 2);
    return { phase, stride, isSeated, isHandUp: isHandUp || waved_s < 2 };
  }

  private living(one: Seen, speaker: Seen | undefined, now: number): Living {
    const { somebody, pose } = one;
    const showing = this.company.gestures.get().get(somebody.slot);
    const emote = showing && { motion: showing.motion, for_s: (now - showing.at) / 1000 };
    const mouth = somebody.isSpeaking ? this.company.loudness(somebody.slot) : 0;
    const isTo = speaker && speaker !== one && this.isWithin(pose, speaker.pose);
    const gaze = isTo ? gazeTo(headOf(one), pose.yaw, headOf(speaker)) : null;
    const hands = this.company.handsOf(somebody.slot, now);
    return { emote: emote ?? null, mouth, gaze, hands };
  }

  private isWithin(a: Omit<Pose, "at">, b: Omit<Pose, "at">): boolean {
    return Math.hypot(a.position[0] - b.position[0], a.position[2] - b.position[2]) < LISTEN_M;
  }

  private name(nearest: readonly Seen[]): void {
    const others = nearest.filter(({ somebody, far }) => !somebody.isMe && far < PLATE_M);
    for (const one of others.slice(0, MOST_PLATES)) {
      const { somebody, member } = one;
      const { slot, isSpeaking, isHandUp, isAway } = somebody;
      const name = isAway ? `${somebody.name} …` : somebody.name;
      const [x, y, z] = headOf(one);
      this.at.set(x, y + 0.36 + liftOf(this.foreigners.of(slot), one.pose), z);
      const isClinician = isClinical(member.look);
      const isPrivate = somebody.aside > 0;
      this.plates.add(slot, { name, isSpeaking, isHandUp, isClinician, isPrivate }, this.at);
    }
  }

  private add({ slot, name, look, isMe }: Somebody): Member {
    const mark = new Group();
    mark.name = name;
    const worn = readLook(look) ?? SOMEBODY;
    const member: Member = {
      ...{ slot, name, code: look, look: worn, mark },
      ...{ avatar: null, level: "far", phase: slot, isThin: false },
    };
    this.members.set(slot, member);
    if (!isMe) this.root.add(mark);
    return member;
  }

  private strip(member: Member): void {
    if (member.avatar && member.isThin) fade(member.avatar.root, 1);
    member.isThin = false;
    member.avatar?.dispose();
    member.avatar = null;
  }

  private remove(member: Member): void {
    this.strip(member);
    this.foreigners.drop(member.slot);
    member.mark.removeFromParent();
    this.members.delete(member.slot);
  }
}

/** A slot may be another's by now, or its owner look different. */
function isOf({ slot, name, look }: Somebody, member: Member): boolean {
  return slot === member.slot && name === member.name && look === member.code;
}

const SITTING_M = 1.22;

/** Where somebody's eyes are, roughly [m]. */
function headOf({ pose, member }: Seen): readonly [number, number, number] {
  const [x, y, z] = pose.position;
  const { age, wheelchair } = member.look;
  const tall = member.avatar?.height || (age === "child" ? 1.3 : 1.68);
  const sits = wheelchair || (pose.flags & Flag.SEATED) !== 0;
  return [x, y + (pose.tracked?.headY ?? (sits ? SITTING_M : tall - 0.11)), z];
}

/** How much higher a name stands over somebody who is taller than the usual [m]. */
function liftOf(brought: BroughtAvatar | null, pose: Seen["pose"]): number {
  const sits = (pose.flags & Flag.SEATED) !== 0;
  return brought && !sits && !pose.tracked ? brought.height - 1.68 : 0;
}
