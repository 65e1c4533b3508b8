import type { Somebody } from "./company";
import type { Vec3 } from "./net/poses";

const MOST = 8; // voices from browser to browser; each costs both an upload
const HEAR_M = 12; // so near, two begin to hear each other
const KEEP_M = 16; // and they do as long as they are no farther apart: nobody flickers at an edge

/** Somebody who could be heard, and where they stand; null where we have not seen them yet. */
export interface Speaker {
  readonly slot: number;
  readonly position: Vec3 | null;
}

/**
 * With whom we talk in a crowd: everybody where few are here, else the nearest.
 *
 * @param before with whom we talked so far; they stay while they are near.
 */
export function inEarshot(
  own: Vec3 | null,
  others: readonly Speaker[],
  before: readonly number[],
): number[] {
  if (others.length <= MOST) return others.map(({ slot }) => slot);
  if (!own) return [];
  return others
    .map(({ slot, position }) => {
      const gap = position
        ? Math.hypot(position[0] - own[0], position[2] - own[2])
        : Number.POSITIVE_INFINITY;
      return { slot, gap, isKept: before.includes(slot) };
    })
    .filter(({ gap, isKept }) => gap <= (isKept ? KEEP_M : HEAR_M))
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, MOST)
    .map(({ slot }) => slot)
    .sort((a, b) => a - b);
}

/** Whom we talk with already counts as a little nearer. */
function rank({ gap, isKept }: { gap: number; isKept: boolean }): number {
  return isKept ? gap - (KEEP_M - HEAR_M) : gap;
}

/**
 * With whom we talk on stage: who has the word with all, the others with those who have it.
 *
 * @param isSfu our own voice goes to all by itself.
 */
export function onStage(
  me: number,
  others: readonly Speaker[],
  speakers: readonly number[],
  isSfu = false,
): number[] {
  const slots = others.map(({ slot }) => slot);
  return speakers.includes(me) && !isSfu ? slots : slots.filter((slot) => speakers.includes(slot));
}

/** Whether somebody is heard where only those with the word are. */
export function maySpeak({ isHost, hasWord, isSilent, aside }: Somebody): boolean {
  return (isHost || hasWord) && !isSilent && aside === 0;
}

/** Whether what one shows may reach another: inside one aside; on stage, to or from a speaker. */
export function reaches(one: Somebody, other: Somebody, isStage: boolean): boolean {
  if (other.isSilent || one.aside !== other.aside) return false;
  return one.aside > 0 || !isStage || maySpeak(one) || maySpeak(other);
}

/** Where these stand now. */
export function spotsOf(people: readonly Somebody[], now: number): Speaker[] {
  return people.map(({ slot, glide }) => ({ slot, position: glide.at(now)?.position ?? null }));
}
