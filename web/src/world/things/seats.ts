import type { Place, Seat } from "../../wire/world";
import { distance } from "../panels/things";

type Vec3 = readonly [number, number, number];

/** The nearest seat on which nobody sits. */
export function freeSeat(
  place: Pick<Place, "seats">,
  taken: ReadonlyMap<number, string>,
  from: Vec3,
): Seat | null {
  const sat = new Set(taken.values());
  let best: Seat | null = null;
  for (const seat of place.seats) {
    if (sat.has(seat.id)) continue;
    if (!best || distance(from, seat.position) < distance(from, best.position)) best = seat;
  }
  return best;
}

const SEAT_M = 0.45; // how high one sits
const NEAR_M = 0.4; // so near a ray has to pass

/** The free seat that a ray from the eye meets, and how far along it is. */
export function seatAimedAt(
  place: Pick<Place, "seats">,
  taken: ReadonlyMap<number, string>,
  from: Vec3,
  way: Vec3,
): { readonly seat: Seat; readonly far: number } | null {
  const sat = new Set(taken.values());
  let best: { seat: Seat; far: number } | null = null;
  for (const seat of place.seats) {
    if (sat.has(seat.id)) continue;
    const [x, y, z] = seat.position;
    const to: Vec3 = [x - from[0], y + SEAT_M - from[1], z - from[2]];
    const far = to[0] * way[0] + to[1] * way[1] + to[2] * way[2];
    const gap = Math.hypot(to[0] - way[0] * far, to[1] - way[1] * far, to[2] - way[2] * far);
    if (far > 0 && gap < NEAR_M && (!best || far < best.far)) best = { seat, far };
  }
  return best;
}
