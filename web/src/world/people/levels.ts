/** How finely somebody is drawn: with fingers and a face, as a body, or as one of many. */
export type Detail = "near" | "middle" | "far";

/** What a picture may take, and what is kept for what the place draws where nobody has counted. */
export const PICTURE_TRIANGLES = 150_000;
export const USUAL_TRIANGLES = 60_000;
export const MOST_NEAR = 12;
export const MOST_MIDDLE = 30;
/** What one person costs at most [triangles]; tests hold the bodies and the wardrobe to it. */
export const COSTS: Readonly<Record<Detail, number>> = { near: 6000, middle: 1500, far: 125 };

const SPARE_TRIANGLES = 3_000; // wheelchairs, and what comes into view at the edge
const LEAST_TRIANGLES = 30_000; // however much the place takes
const REACH_M: Readonly<Record<Detail, number>> = { near: 10, middle: 26, far: Infinity };
const STAY = 1.15; // one keeps one's level until so much farther: no flicker at the border
const NEAR_SHARE = 0.5; // of what is left over
const COMPANY = 4; // so many are always drawn well

/** What people may take of a picture in which all else takes so much [triangles]. */
export function allowance(rest: number | null): number {
  if (rest === null) return USUAL_TRIANGLES;
  return Math.max(LEAST_TRIANGLES, PICTURE_TRIANGLES - SPARE_TRIANGLES - rest);
}

/**
 * Choose how finely each is drawn: the nearest best, as long as all together stay cheap.
 *
 * @param distances how far each who is in view is from the eye [m].
 * @param before how each was drawn until now.
 * @param most what they may take together [triangles].
 */
export function levelsFor(
  distances: readonly number[],
  before: readonly (Detail | undefined)[] = [],
  most = USUAL_TRIANGLES,
): Detail[] {
  let rest = Math.max(0, most - distances.length * COSTS.far);
  const share = Math.floor((rest * NEAR_SHARE) / COSTS.near);
  let near = Math.min(MOST_NEAR, Math.max(share, Math.min(COMPANY, distances.length)));
  let middle = MOST_MIDDLE;
  const order = distances.map((far, i) => ({ far: far / (before[i] === "near" ? STAY : 1), i }));
  order.sort((a, b) => a.far - b.far);
  const found: Detail[] = distances.map(() => "far");
  for (const { i } of order) {
    const far = distances[i] ?? Infinity;
    const within = (level: Detail) => far < REACH_M[level] * (before[i] === level ? STAY : 1);
    if (near > 0 && within("near") && rest >= COSTS.near) {
      near -= 1;
      rest -= COSTS.near;
      found[i] = "near";
    } else if (middle > 0 && within("middle") && rest >= COSTS.middle) {
      middle -= 1;
      rest -= COSTS.middle;
      found[i] = "middle";
    }
  }
  return found;
}
