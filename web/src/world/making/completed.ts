import type { Box, Circle, Obstacle, Place } from "../../wire/world";

/** A place with what stops one who walks, as the house makes it from what stands there. */
export function completed(place: Place): Place {
  const houses = place.buildings.map(({ position, size, yaw }) =>
    around(position, [size[0], size[2]], yaw, size[1], "box"),
  );
  const things = place.things.flatMap(({ position, size, yaw, blocks, footprint }) =>
    blocks ? [around(position, footprint ?? [size[0], size[2]], yaw, size[1], blocks)] : [],
  );
  const models = place.models.flatMap(({ position, size, yaw, blocks, footprint }) =>
    blocks ? [around(position, footprint ?? [size, size], yaw, size, blocks)] : [],
  );
  return { ...place, obstacles: [...place.obstacles, ...houses, ...things, ...models] };
}

function around(
  [x, , z]: readonly [number, number, number],
  [width, depth]: readonly [number, number],
  yaw: number,
  height: number,
  blocks: "box" | "circle",
): Obstacle {
  const center = [x, z] as const;
  const round: Circle = { kind: "circle", center, radius: width / 2, y: 0 };
  const box: Box = { kind: "box", center, size: [width, depth], yaw, y: 0, rise: 0 };
  return { shape: blocks === "circle" ? round : box, height };
}
