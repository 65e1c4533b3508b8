import type { Door, Place, Presence } from "../../wire/world";
import type { Somebody } from "../company";

type Vec3 = readonly [number, number, number];

/** What stands in a place, as the list of things shows it; the scene knows it by the same id. */
export interface ThingHere {
  readonly id: string;
  readonly kind: "door" | "anchor" | "thing";
  readonly nameKey: string;
  /** "" where the name says it all. */
  readonly aboutKey: string;
  readonly position: Vec3;
  /** A door's: where it leads; "" for a closed one, and for what is no door. */
  readonly to: string;
  /** How near one walks up to it [m]. */
  readonly near_m: number;
  /** How many such there are; the nearest is meant. */
  readonly count: number;
}

/** Ground, walls and weather: seen by everybody, worth no line. */
const SCENERY = new Set(
  "floor wall ceiling glass beam hills island rock balustrade parapet bollard rug sail steps".split(
    " ",
  ),
);
const UNSEEN = new Set(["sun"]); // anchors that are no things
const NEAR_M = 1.4;

/** Everything in a place that one can name, go to or go through: doors first, the rest by worth. */
export function thingsIn(place: Place, from: Vec3): readonly ThingHere[] {
  const doors = place.doors.map((door) => doorOf(place, door));
  const anchors = place.anchors
    .filter(({ id }) => !UNSEEN.has(id))
    .map(({ id, position }) => thing("anchor", id, `world.anchor.${id}`, position, NEAR_M));
  const named = new Set(anchors.map(({ id }) => id));
  return [...doors, ...anchors, ...kindsOf(place, named, from)];
}

/** The house behind a door is told with the door: one walks up to both the same way. */
function doorOf(place: Place, door: Door): ThingHere {
  const building = place.buildings.find(({ id }) => id === door.building);
  const made = thing("door", `door:${door.id}`, door.label_key, door.position, NEAR_M);
  const aboutKey = door.to ? (building?.about_key ?? "") : door.closed_reason_key;
  return { ...made, aboutKey, to: door.to ?? "" };
}

/** Of benches, trees and the like: the nearest, and how many there are. */
function kindsOf(place: Place, named: ReadonlySet<string>, from: Vec3): ThingHere[] {
  const kinds = new Map<string, ThingHere>();
  for (const { kind, id, position, size } of place.things) {
    if (SCENERY.has(kind) || named.has(id)) continue;
    const near_m = Math.max(size[0], size[2]) / 2 + 1;
    const made = thing("thing", `thing:${kind}`, `world.thing.${kind}`, position, near_m);
    const known = kinds.get(kind);
    const nearest =
      known && distance(from, known.position) <= distance(from, position) ? known : made;
    kinds.set(kind, { ...nearest, count: (known?.count ?? 0) + 1 });
  }
  return [...kinds.values()];
}

function thing(
  kind: ThingHere["kind"],
  id: string,
  nameKey: string,
  position: Vec3,
  near_m: number,
): ThingHere {
  return { id, kind, nameKey, aboutKey: "", position, to: "", near_m, count: 1 };
}

/** The focus id of a person. */
export function personId({ slot }: Pick<Somebody, "slot">): string {
  return `person:${slot}`;
}

/** How far away along the ground [m]. */
export function distance(from: Vec3, to: Vec3): number {
  return Math.hypot(to[0] - from[0], to[2] - from[2]);
}

export type Way = "ahead" | "left" | "right" | "behind";

/** On which side of somebody who faces `yaw` a point lies. */
export function wayTo(from: Vec3, yaw: number, to: Vec3): Way {
  const x = to[0] - from[0];
  const z = to[2] - from[2];
  const ahead = -x * Math.sin(yaw) - z * Math.cos(yaw);
  const right = x * Math.cos(yaw) - z * Math.sin(yaw);
  if (Math.abs(ahead) >= Math.abs(right)) return ahead >= 0 ? "ahead" : "behind";
  return right > 0 ? "right" : "left";
}

/** What the sign over a door tells; null where it tells nothing. */
export function signFor(
  to: string,
  signs: ReadonlyMap<string, Presence>,
): { key: string; count: number; names: string } | null {
  const sign = to ? signs.get(to) : undefined;
  if (!sign) return null;
  const { count, names } = sign;
  if (count === 0) return { key: "world.inside.nobody", count, names: "" };
  if (names.length === 0) return { key: "world.inside.count", count, names: "" };
  const isAll = names.length === count;
  const key = isAll ? "world.inside.names" : "world.inside.more";
  return { key, count: isAll ? count : count - names.length, names: names.join(", ") };
}
