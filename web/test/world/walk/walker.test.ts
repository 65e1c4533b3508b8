import { expect, test } from "vitest";
import type { Door, Place } from "../../../src/wire/world";
import { Ground } from "../../../src/world/ground/ground";
import { aimedAt } from "../../../src/world/walk/aim";
import { Walker, type Wish } from "../../../src/world/walk/walker";

const room: Pick<Place, "bounds" | "obstacles"> = {
  bounds: [{ kind: "box", center: [0, 0], size: [12, 12], yaw: 0, y: 0, rise: 0 }],
  obstacles: [{ shape: { kind: "circle", center: [0, -3], radius: 0.8, y: 0 }, height: 2 }],
};
const ground = new Ground(room);
const home: Door = {
  id: "home",
  to: "home",
  position: [0, 0, 5.8],
  yaw: 0,
  width: 1.4,
  height: 2.3,
  building: "",
  label_key: "",
  closed_reason_key: "",
};
const AHEAD: Wish = { ahead: 1, right: 0, isRunning: false };
const STILL: Wish = { ahead: 0, right: 0, isRunning: false };

function walk(walker: Walker, wish: Wish, s: number, heading = 0): void {
  for (let t = 0; t < s; t += 1 / 60) walker.update(wish, heading, 1 / 60);
}

function inRoom(through: (door: Door) => void = () => {}): Walker {
  const walker = new Walker(ground, [home], through);
  walker.put({ position: [3, 0, 0], yaw: 0 });
  return walker;
}

test("ahead is where one looks, and one comes to rest", () => {
  const walker = inRoom();
  walk(walker, AHEAD, 1, Math.PI / 2); // looking along −x
  const [x] = walker.position;
  walk(walker, STILL, 1);

  expect(x).toBeLessThan(1.2);
  expect(walker.position[2]).toBeCloseTo(0);
  expect(walker.yaw).toBeCloseTo(Math.PI / 2, 1);
  expect(walker.speed).toBeLessThan(0.01);
});

test("no key leads through what stands there or off the floor", () => {
  const walker = inRoom();
  walker.put({ position: [0, 0, 0], yaw: 0 });
  walk(walker, { ...AHEAD, isRunning: true }, 5);
  const [x, , z] = walker.position;

  expect(ground.isFree(x, z)).toBe(true);
  expect(Math.abs(z)).toBeLessThanOrEqual(6.1);
});

test("a click behind the column is walked to around it", () => {
  const walker = inRoom();
  walker.put({ position: [0, 0, 0], yaw: 0 });

  expect(walker.goTo([0, -5])).toBe(true);
  walk(walker, STILL, 6);
  expect(walker.position[2]).toBeLessThan(-4.6);
  expect(walker.isOnTheWay).toBe(false);
});

test("a door is gone through once, and whoever arrives before it is not sent back", () => {
  const gone: string[] = [];
  const walker = inRoom(({ id }) => gone.push(id));
  walker.put({ position: [0, 0, 5.4], yaw: 0 });
  walk(walker, STILL, 1);
  const atFirst = gone.length;
  walk(walker, AHEAD, 2);
  walk(walker, AHEAD, 4, Math.PI);

  expect(atFirst).toBe(0);
  expect(gone).toEqual(["home"]);
});

test("a look meets the door before the floor behind it", () => {
  const down = 1 / Math.hypot(1, 5);
  const at = aimedAt([0, 1.5, 0], [0, -down, 5 * down], ground, [home]);
  const floor = aimedAt([0, 1.5, 0], [0, -0.8, 0.6], ground, [home]);
  const sky = aimedAt([0, 1.5, 0], [0, 0.8, 0.6], ground, [home]);

  expect(at?.door?.id).toBe("home");
  expect(floor?.door).toBeNull();
  expect(floor?.at[1]).toBeCloseTo(1.125, 0);
  expect(sky).toBeNull();
});
