import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import type { Box, Circle, Obstacle } from "../../src/wire/world";
import { BODY_M, Ground, JUDGED_M, type Vec2 } from "../../src/world/ground/ground";
import { findRoute } from "../../src/world/ground/route";

const file = resolve(import.meta.dirname, "../../../tests/world/golden_ground.json");
const golden: {
  bounds: (Circle | Box)[];
  obstacles: Obstacle[];
  points: [number, number, number | null, boolean][];
  ways: [number, number, number, number, boolean, boolean][];
} = JSON.parse(readFileSync(file, "utf8"));
const ground = new Ground(golden);

function circle(x: number, z: number, radius: number): Circle {
  return { kind: "circle", center: [x, z], radius, y: 0 };
}

function box(x: number, z: number, width: number, depth: number, yaw = 0): Box {
  return { kind: "box", center: [x, z], size: [width, depth], yaw, y: 0, rise: 0 };
}

const POOL: Obstacle = { shape: circle(0, 0, 3), height: 0.6 };
const round = new Ground({ bounds: [circle(0, 0, 10)], obstacles: [POOL] });

describe("the ground is the one that the house judges by", () => {
  test.each(golden.points)("at %d, %d", (x, z, floor, isFree) => {
    const there = ground.floor(x, z);
    if (floor === null) expect(there).toBeNull();
    else expect(there).toBeCloseTo(floor, 3);
    expect(ground.isFree(x, z, JUDGED_M)).toBe(isFree);
  });

  test.each(golden.ways)("on the way from %d, %d to %d, %d", (x0, z0, x1, z1, walk, look) => {
    expect(ground.isBlocked([x0, z0], [x1, z1], 0, JUDGED_M)).toBe(walk);
    expect(ground.isBlocked([x0, z0], [x1, z1], 1.3, JUDGED_M)).toBe(look);
  });
});

/** Walk towards a point in the steps of 60 frames a second. */
function wander(from: Vec2, towards: Vec2, steps: number, on = round): Vec2[] {
  const way: Vec2[] = [from];
  for (let i = 0; i < steps; i++) {
    const at = way.at(-1) as Vec2;
    const [dx, dz] = [towards[0] - at[0], towards[1] - at[1]];
    const length = Math.hypot(dx, dz) || 1;
    way.push(on.step(at, [at[0] + (dx / length) * 0.05, at[1] + (dz / length) * 0.05]));
  }
  return way;
}

test("one slides around a pool and never steps into it", () => {
  const way = wander([-6, 0.4], [6, -0.2], 600);

  for (const [x, z] of way) expect(Math.hypot(x, z)).toBeGreaterThanOrEqual(3 + BODY_M - 1e-9);
  expect(way.at(-1)?.[0]).toBeGreaterThan(5);
});

test("one slides along a turned wall", () => {
  const wall: Obstacle = { shape: box(0, 0, 8, 0.6, 0.5), height: 3 };
  const yard = new Ground({ bounds: [circle(0, 0, 10)], obstacles: [wall] });

  const way = wander([-3, 4], [30, -60], 320, yard);

  expect(way.every(([x, z]) => yard.isFree(x, z))).toBe(true);
  expect(way.at(-1)?.[1]).toBeLessThan(-4);
});

test("one walks along the edge of the ground, not over it", () => {
  const way = wander([0, 8], [14, 8], 400);

  expect(way.every(([x, z]) => round.floor(x, z) !== null)).toBe(true);
  expect(way.at(-1)?.[0]).toBeGreaterThan(5.5);
});

test("no step that the client takes is one that the house would refuse", () => {
  let at: Vec2 = [0, 5];
  for (let i = 0; i < 4000; i++) {
    const angle = Math.sin(i / 90) * 7;
    const next = ground.step(at, [at[0] + 0.07 * Math.cos(angle), at[1] + 0.07 * Math.sin(angle)]);
    expect(ground.isFree(next[0], next[1], JUDGED_M)).toBe(true);
    expect(ground.isBlocked(at, next, 0, JUDGED_M)).toBe(false);
    at = next;
  }
});

describe("the way to where one clicked", () => {
  function isWalkable(from: Vec2, route: readonly Vec2[], on = round): boolean {
    return [from, ...route.slice(0, -1)].every((a, i) => on.isClear(a, route[i] as Vec2));
  }

  test("is straight where nothing stands between", () => {
    expect(findRoute(round, [-6, 5], [6, 5])).toEqual([[6, 5]]);
  });

  test("leads around the pool, with few corners", () => {
    const route = findRoute(round, [-6, 0.1], [6, 0]) ?? [];

    expect(route.at(-1)).toEqual([6, 0]);
    expect(route.length).toBeGreaterThan(1);
    expect(route.length).toBeLessThan(8);
    expect(isWalkable([-6, 0.1], route)).toBe(true);
  });

  test("ends beside what one cannot stand on", () => {
    const [end] = findRoute(round, [-6, 0], [-2.5, 0]) ?? [];

    expect(end && round.isFree(...end)).toBe(true);
    expect(Math.abs((end?.[0] ?? 0) + 3.3)).toBeLessThan(0.6);
  });

  test("leads down the steps, from one floor to the next", () => {
    const route = findRoute(ground, [-5, 5], [1, 16]) ?? [];

    expect(route.at(-1)).toEqual([1, 16]);
    expect(isWalkable([-5, 5], route, ground)).toBe(true);
  });

  test("is none to where no floor leads", () => {
    expect(findRoute(round, [-6, 0], [40, 0])).toBeNull();
    const apart = new Ground({ bounds: [circle(0, 0, 3), circle(20, 0, 3)], obstacles: [] });
    expect(findRoute(apart, [0, 0], [20, 0])).toBeNull();
  });
});
