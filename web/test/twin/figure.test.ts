import { describe, expect, test } from "vitest";
import { HEAVIEST, otherOf, shaped } from "../../src/twin/hologram/figure";
import type { BakedBody } from "../../src/twin/hologram/glb";
import { somebody } from "./made";

/** Whoever is this much wider than somebody, and weighs this. */
function wider(by: number, bmi: number): BakedBody {
  const surfaces = somebody.surfaces.map((one) => ({
    ...one,
    points: one.points.map((x, i) => (i % 3 === 1 ? x : x * by)),
  }));
  return { ...somebody, bmi, surfaces };
}

function reach(body: BakedBody, name: string, axis: number): number {
  const points = body.surfaces.find((one) => one.name === name)?.points ?? [];
  return Math.max(...[...points].filter((_, i) => i % 3 === axis).map(Math.abs));
}

describe("a figure", () => {
  test("is the usual one where nothing is known of it", () => {
    const nothing = { height_m: null, bmi: null };

    expect(otherOf(somebody, nothing)).toBeNull();
    expect(shaped(somebody, null, nothing)).toEqual(somebody);
  });

  test("is as tall as she is, with all that is inside", () => {
    const body = shaped(somebody, null, { height_m: 1.53, bmi: null });

    expect(body.height).toBeCloseTo(1.53);
    expect(reach(body, "skin", 1)).toBeCloseTo(0.9 * reach(somebody, "skin", 1), 4);
    expect(reach(body, "heart.muscle", 1)).toBeCloseTo(0.9 * reach(somebody, "heart.muscle", 1), 4);
  });

  test("lies between the skins by her weight, and her organs stay as they are", () => {
    const figure = { height_m: null, bmi: 22 };
    expect(otherOf(somebody, figure)).toBe("heavy");

    const body = shaped(somebody, wider(1.2, 24), figure);

    expect(reach(body, "skin", 0)).toBeCloseTo(1.1 * reach(somebody, "skin", 0), 4);
    expect(reach(body, "heart.muscle", 0)).toBe(reach(somebody, "heart.muscle", 0));
  });

  test("never goes further than a skin can be stretched", () => {
    const body = shaped(somebody, wider(1.1, 22), { height_m: 9, bmi: 80 });

    expect(reach(body, "skin", 0)).toBeCloseTo(
      1.3 * (1 + 0.1 * HEAVIEST) * reach(somebody, "skin", 0),
      3,
    );
  });

  test("is thinner where she is thin", () => {
    const figure = { height_m: null, bmi: 17 };
    expect(otherOf(somebody, figure)).toBe("thin");

    expect(reach(shaped(somebody, wider(0.9, 18), figure), "skin", 0)).toBeLessThan(
      reach(somebody, "skin", 0),
    );
  });
});
