import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { hasText } from "../../../src/kit/text";
import type { Place } from "../../../src/wire/world";
import { distance, signFor, thingsIn, wayTo } from "../../../src/world/panels/things";

const PLACES = resolve(import.meta.dirname, "../../../../src/asklepion/world/places");

/** A place file with what the house fills in where nothing stands. */
function placeFile(id: string): Place {
  const file = JSON.parse(readFileSync(join(PLACES, `${id}.json`), "utf8"));
  const doors = file.doors.map((door: object) => ({
    to: null,
    building: "",
    closed_reason_key: "",
    ...door,
  }));
  const things = file.things.map((thing: object) => ({ id: "", ...thing }));
  return { buildings: [], ...file, doors, things };
}

describe.each(["plaza", "home", "clinic", "consulting-room"])("the things of %s", (id) => {
  const things = thingsIn(placeFile(id), [0, 0, 0]);

  test("all have words, and an id of their own", () => {
    const keys = things.flatMap(({ nameKey, aboutKey }) => [nameKey, aboutKey]).filter(Boolean);

    expect(keys.filter((key) => !hasText(key))).toEqual([]);
    expect(new Set(things.map((thing) => thing.id)).size).toBe(things.length);
  });

  test("begin with its doors, and every closed one says why", () => {
    const doors = things.filter(({ kind }) => kind === "door");

    expect(things.slice(0, doors.length)).toEqual(doors);
    expect(doors.filter(({ to, aboutKey }) => !to && !aboutKey)).toEqual([]);
  });
});

test("of many alike the nearest is meant, and they are counted", () => {
  const bench = thingsIn(placeFile("plaza"), [7, 0, -4]).find(({ id }) => id === "thing:bench");

  expect(bench?.count).toBe(placeFile("plaza").things.filter((t) => t.kind === "bench").length);
  expect(distance([7, 0, -4], bench?.position ?? [0, 0, 0])).toBeLessThan(1);
});

test("sides are seen with one's own eyes", () => {
  const at = [0, 0, 0] as const;

  expect(wayTo(at, 0, [0, 0, -5])).toBe("ahead");
  expect(wayTo(at, 0, [5, 0, 0])).toBe("right");
  expect(wayTo(at, 0, [-5, 0, 1])).toBe("left");
  expect(wayTo(at, 0, [0, 0, 5])).toBe("behind");
  expect(wayTo(at, Math.PI / 2, [-5, 0, 0])).toBe("ahead"); // turned to the left
  expect(wayTo(at, Math.PI / 2, [0, 0, -5])).toBe("right");
});

test("a sign tells names, a number, or nothing, as its place allows", () => {
  const signs = new Map([
    ["plaza", { place: "plaza", count: 3, names: ["Iris", "Otto"] }],
    ["home", { place: "home", count: 1, names: ["Iris"] }],
    ["clinic", { place: "clinic", count: 2, names: [] }],
    ["room", { place: "room", count: 0, names: [] }],
  ]);

  expect(signFor("plaza", signs)).toEqual({
    key: "world.inside.more",
    count: 1,
    names: "Iris, Otto",
  });
  expect(signFor("home", signs)?.key).toBe("world.inside.names");
  expect(signFor("clinic", signs)).toEqual({ key: "world.inside.count", count: 2, names: "" });
  expect(signFor("room", signs)?.key).toBe("world.inside.nobody");
  expect(signFor("elsewhere", signs)).toBeNull();
});
