import { describe, expect, test } from "vitest";
import { allowance, COSTS, levelsFor, PICTURE_TRIANGLES } from "../../../src/world/people/levels";

function cost(levels: readonly (keyof typeof COSTS)[]): number {
  return levels.reduce((sum, level) => sum + COSTS[level], 0);
}

describe("how finely people are drawn", () => {
  test("is by how near they are", () => {
    expect(levelsFor([30, 3, 14], [], 100_000)).toEqual(["far", "near", "middle"]);
  });

  test("keeps within what they may take, however many there are", () => {
    for (const count of [5, 12, 42, 200, 1000]) {
      for (const most of [30_000, 60_000, 145_000]) {
        const distances = Array.from({ length: count }, (_, i) => 2 + ((i * 7) % 40));

        const taken = cost(levelsFor(distances, [], most));

        expect(taken).toBeLessThanOrEqual(Math.max(most, count * COSTS.far));
      }
    }
  });

  test("gives the better drawing to the nearer", () => {
    const distances = Array.from({ length: 60 }, (_, i) => (i * 37) % 60);
    const rank = { near: 0, middle: 1, far: 2 } as const;
    const levels = levelsFor(distances, [], 90_000);

    const sorted = distances.map((far, i) => [far, rank[levels[i] ?? "far"]] as const);
    sorted.sort(([a], [b]) => a - b);

    expect(sorted.map(([, level]) => level)).toEqual(sorted.map(([, level]) => level).sort());
  });

  test("does not flicker at a border", () => {
    expect(levelsFor([10.5], ["near"], 60_000)).toEqual(["near"]);
    expect(levelsFor([10.5], ["middle"], 60_000)).toEqual(["middle"]);
  });

  test("leaves people something even in a place that takes all", () => {
    expect(allowance(200_000)).toBe(30_000);
    expect(allowance(40_000)).toBe(PICTURE_TRIANGLES - 43_000);
  });
});
