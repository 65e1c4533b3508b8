import { Group } from "three";
import type { Look } from "../../wire/world";
import { BroughtAvatar, type OpenAvatar, openAvatar } from "./brought";
import { COSTS } from "./levels";

/** So many avatars that people brought are drawn at once, and so many are kept at hand. */
export const MOST_FOREIGN = 4;
const MOST_KEPT = 6;
const REACH_M = 10; // as far as others are drawn with a face
const STAY = 1.15;
const AGAIN_MS = 60_000; // what could not be had is asked for again so much later

/** Somebody who wears an avatar of their own, and how far off they are [m]. */
export interface Wearer {
  readonly slot: number;
  readonly look: Look;
  readonly far: number;
}

/** The avatars that people brought: the nearest are drawn, as far as the picture has room. */
export class Foreigners {
  readonly root = new Group();
  private readonly held = new Map<number, BroughtAvatar>();
  private readonly failed = new Map<string, number>();
  private readonly cloths = new Map<string, number>();
  private readonly tinted = new WeakMap<Look, Look>();
  private drawn: ReadonlySet<number> = new Set();

  constructor(private readonly open: OpenAvatar = openAvatar) {}

  /** What they took of the last picture [triangles]. */
  get triangles(): number {
    return [...this.drawn].reduce((sum, slot) => sum + (this.held.get(slot)?.triangles ?? 0), 0);
  }

  /**
   * Choose who is drawn in what they brought.
   *
   * @param most what they may take together [triangles].
   * @returns what they take.
   */
  choose(wearers: readonly Wearer[], most: number, now: number): number {
    const near = ({ slot, far }: Wearer) => far / (this.drawn.has(slot) ? STAY : 1);
    const wanted = wearers
      .filter((one) => near(one) < REACH_M && !this.hasFailed(one.look.avatar, now))
      .sort((a, b) => near(a) - near(b))
      .slice(0, MOST_FOREIGN);
    const drawn = new Set<number>();
    let rest = most;
    for (const { slot, look } of wanted) {
      const avatar = this.avatarOf(slot, look, now);
      if (avatar && avatar.cloth !== null) this.cloths.set(look.avatar, avatar.cloth);
      if (!avatar?.isReady || avatar.triangles > rest) continue;
      rest -= avatar.triangles;
      drawn.add(slot);
    }
    this.drawn = drawn;
    for (const [slot, avatar] of this.held) avatar.root.visible = drawn.has(slot);
    this.tidy(new Set(wanted.map(({ slot }) => slot)));
    return most - rest;
  }

  /** Somebody's, if it is drawn now. */
  of(slot: number): BroughtAvatar | null {
    return (this.drawn.has(slot) && this.held.get(slot)) || null;
  }

  /** A look as it is drawn from afar: in the colour of what is worn over it, once that is known. */
  fromAfar(look: Look): Look {
    const cloth = this.cloths.get(look.avatar);
    if (cloth === undefined) return look;
    const tinted = this.tinted.get(look) ?? { ...look, top_colour: cloth, legs_colour: cloth };
    this.tinted.set(look, tinted);
    return tinted;
  }

  drop(slot: number): void {
    this.held.get(slot)?.dispose();
    this.held.delete(slot);
  }

  dispose(): void {
    for (const slot of [...this.held.keys()]) this.drop(slot);
    this.drawn = new Set();
  }

  private avatarOf(slot: number, look: Look, now: number): BroughtAvatar | null {
    const held = this.held.get(slot);
    if (held?.id === look.avatar) {
      if (!held.hasFailed) return held;
      this.failed.set(held.id, now);
      this.drop(slot);
      return null;
    }
    this.drop(slot);
    const made = new BroughtAvatar(look.avatar, look, (slot * 1.7) % 29, this.open);
    this.held.set(slot, made);
    this.root.add(made.root);
    return made;
  }

  private hasFailed(id: string, now: number): boolean {
    const at = this.failed.get(id);
    return at !== undefined && now - at < AGAIN_MS;
  }

  /** Let go of those that nobody looks at, if there are many. */
  private tidy(wanted: ReadonlySet<number>): void {
    for (const slot of [...this.held.keys()]) {
      if (this.held.size <= MOST_KEPT) return;
      if (!wanted.has(slot)) this.drop(slot);
    }
  }
}

/** What is left for them once everybody in view is there at least from afar [triangles]. */
export function roomFor(people: number, most: number): number {
  return Math.max(0, most - people * COSTS.far);
}
