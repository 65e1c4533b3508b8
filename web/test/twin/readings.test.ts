import { describe, expect, test } from "vitest";
import { setLanguage } from "../../src/kit/text";
import { isExpected, readingsOf, withReading } from "../../src/twin/observation";
import { axisOf } from "../../src/twin/Scale";
import { recent, unbroken } from "../../src/twin/Sparkline";
import { quantity, unitOf } from "../../src/twin/units";
import { vital, vitals } from "./made";

const PRESSURE = {
  resourceType: "Observation",
  id: "bp",
  status: "final",
  code: { coding: [{ code: "85354-9" }] },
  effectiveDateTime: "2026-03-01T12:00:00Z",
  component: [
    { code: { coding: [{ code: "8480-6" }] }, valueQuantity: { value: 131, code: "mm[Hg]" } },
    { code: { coding: [{ code: "8462-4" }] }, valueQuantity: { value: 84, code: "mm[Hg]" } },
  ],
};

function at(seconds: number, value = 70) {
  const moment = new Date(Date.UTC(2026, 2, 1, 12) + seconds * 1000).toISOString();
  return { at: moment, value, reference: `Observation/${seconds}` };
}

describe("an observation", () => {
  test("of a blood pressure is two readings", () => {
    const found = readingsOf(PRESSURE).map(({ key, point }) => [key, point.value]);

    expect(found).toEqual([
      ["sbp", 131],
      ["dbp", 84],
    ]);
  });

  test("that was entered in error, or is something else, is none", () => {
    expect(readingsOf({ ...PRESSURE, status: "entered-in-error" })).toEqual([]);
    expect(readingsOf({ ...PRESSURE, resourceType: "Condition" })).toEqual([]);
  });

  test("in another unit is not put beside what is shown", () => {
    const reading = { key: "heart_rate", unit: "1/s", point: at(5, 1.2) };

    expect(withReading(vitals, reading)).toBeNull();
  });

  test("that comes twice is shown once, and one that comes late takes its place in time", () => {
    const two = vital("heart_rate", 70, { series: [at(0), at(10)], latest: at(10) });
    const late = { key: "heart_rate", unit: "/min", point: at(5, 88) };

    const [next] = withReading([two], late) ?? [];
    const same = withReading([two], { ...late, point: at(10) });

    expect(next?.series.map(({ value }) => value)).toEqual([70, 88, 70]);
    expect(next?.latest).toEqual(at(10));
    expect(same).toEqual([two]);
  });

  test("is as expected within the limits of its own rule", () => {
    expect(isExpected(vital("heart_rate", 51))).toBe(true);
    expect(isExpected(vital("heart_rate", 91))).toBe(false);
    expect(isExpected(vital("heart_rate", 50))).toBe(false);
  });
});

describe("a course", () => {
  test("shows the shortest usual time that holds enough", () => {
    const old = Array.from({ length: 5 }, (_, i) => at(-86_400 * (100 + i)));
    const fresh = Array.from({ length: 20 }, (_, i) => at(i * 6));

    expect(recent([...old.reverse(), ...fresh])).toEqual(fresh);
    expect(recent(old)).toHaveLength(5);
    expect(recent([])).toEqual([]);
  });

  test("is not drawn through a pause", () => {
    const points = [...Array.from({ length: 10 }, (_, i) => at(i)), at(500), at(501)];

    expect(unbroken(points).map((run) => run.length)).toEqual([10, 2]);
  });
});

describe("a value", () => {
  test("is written with its unit as people write it", () => {
    expect(quantity(37.25, "Cel", 1)).toBe("37.3\u202f°C");
    expect(quantity(128, "mm[Hg]")).toBe("128\u00a0mmHg");
    expect(unitOf("mL/min/{1.73_m2}")).toBe("mL/min/1.73 m²");
    expect(unitOf("ug/L")).toBe("µg/L");
    expect(unitOf("{score}")).toBe("points");
    setLanguage("zh-CN");
    expect(unitOf("/min")).toBe("次/分钟");
  });

  test("has an axis that holds the whole of its interval", () => {
    expect(axisOf("prevent10", 5).end).toBe(20);
    expect(axisOf("prevent10", 33).end).toBe(40);
    expect(axisOf("egfr", 131).end).toBe(150);
  });
});
