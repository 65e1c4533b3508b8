import { describe, expect, test } from "vitest";
import { join } from "../../src/twin/pages";
import { kindsOf, matching, overviewOf, yearsOf } from "../../src/twin/timeline";
import { entry } from "./made";

const NOW = Date.UTC(2026, 5, 1);
const asthma = entry("asthma", {
  kind: "condition",
  kind_key: "twin.kind.condition",
  at: "2020-03-01T00:00:00Z",
  text: "Asthma",
});
const cold = { ...asthma, id: "cold", text: "Cold", until: "2020-03-09T00:00:00Z" };
const visit = entry("v", {
  values: [{ text: "Body Height", label_key: "", value: 170, unit: "cm" }],
});

describe("the timeline", () => {
  test("stands in years, in the order it came", () => {
    const years = yearsOf([visit, asthma, cold]).map(({ year, entries }) => [year, entries.length]);

    expect(years).toEqual([
      [2025, 1],
      [2020, 2],
    ]);
  });

  test("is searched in its words, its note and its values", () => {
    const all = [visit, asthma];

    expect(matching(all, { kind: "", words: "height" })).toEqual([visit]);
    expect(matching(all, { kind: "", words: "AST" })).toEqual([asthma]);
    expect(matching(all, { kind: "condition", words: "height" })).toEqual([]);
    expect(matching(all, { kind: "", words: "  " })).toEqual(all);
  });

  test("is searched by who wrote", () => {
    const note = entry("n", { author: "Dr. Tao Chen" });

    expect(matching([visit, note], { kind: "", words: "chen" })).toEqual([note]);
  });

  test("counts what there is of each kind", () => {
    const found = kindsOf([visit, asthma, cold]).map(({ kind, count }) => [kind, count]);

    expect(found).toEqual([
      ["condition", 2],
      ["visit", 1],
    ]);
  });

  test("is seen at a glance: years without anything too, and what lasted as lines", () => {
    const seen = overviewOf([visit, asthma, cold], NOW);

    expect(seen?.bars.map(({ count }) => count)).toEqual([2, 0, 0, 0, 0, 1, 0]);
    expect(seen?.spans.map(({ id }) => id)).toEqual(["asthma"]);
    expect(seen?.spans[0]?.to).toBeCloseTo(2026.4, 1);
    expect(overviewOf([])).toBeNull();
  });

  test("shows what stands on two pages once", () => {
    expect(join([visit, asthma], [asthma, cold]).map(({ id }) => id)).toEqual([
      "v",
      "asthma",
      "cold",
    ]);
  });
});
