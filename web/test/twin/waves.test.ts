import { describe, expect, test } from "vitest";
import type { Observation } from "../../src/twin/observation";
import { paint } from "../../src/twin/waves/paint";
import { type Point, SEEN_MS, Strip } from "../../src/twin/waves/Strip";
import { type Chunk, waveOf } from "../../src/twin/waves/wave";

const NOON = Date.parse("2026-03-01T12:00:00Z");

function second(n: number): Chunk {
  const samples = Float32Array.from({ length: 250 }, (_, i) => 250 * n + i);
  return { code: "131329", name: "ECG", unit: "mV", at_ms: NOON + 1000 * n, period_ms: 4, samples };
}

function values(points: readonly Point[]): number[] {
  return points.map(([, value]) => value).filter((value) => !Number.isNaN(value));
}

describe("a waveform", () => {
  test("is read from sampled data, lost samples as gaps", () => {
    const resource: Observation = {
      resourceType: "Observation",
      code: { coding: [{ code: "131329", display: "ECG, lead I" }] },
      effectiveDateTime: "2026-03-01T12:00:00Z",
      valueSampledData: {
        origin: { value: 1, code: "mV" },
        period: 4,
        factor: 0.5,
        dimensions: 1,
        data: "0 2 E -4",
      },
    };

    const chunk = waveOf(resource);

    expect([...(chunk?.samples ?? [])]).toEqual([1, 2, Number.NaN, -1]);
    expect(chunk?.at_ms).toBe(NOON);
    expect(waveOf({ resourceType: "Observation" })).toBeNull();
  });

  test("is drawn in order, whole and once, however its chunks come", () => {
    const strip = new Strip();
    for (const n of [1, 0, 3, 2, 2, 0]) strip.push(second(n), NOON + 4000);

    const drawn = values(strip.points(NOON + 8000));

    expect(drawn).toEqual(Array.from({ length: 1000 }, (_, i) => i).slice(-drawn.length));
    expect(drawn.length).toBeGreaterThan(700);
  });

  test("runs at an even pace though it comes once a second, and never shows what is not there", () => {
    const strip = new Strip();
    let last = -1;
    const steps: number[] = [];
    for (let now = NOON; now < NOON + 12_000; now += 40) {
      const n = (now - NOON) / 1000;
      if (Number.isInteger(n) && n > 0) strip.push(second(n - 1), now + 90);
      const newest = values(strip.points(now)).at(-1) ?? -1;
      if (now > NOON + 3000) steps.push(newest - last);
      last = newest;
    }

    expect(Math.min(...steps)).toBeGreaterThanOrEqual(9);
    expect(Math.max(...steps)).toBeLessThanOrEqual(11);
  });

  test("lifts its pen where a second is missing", () => {
    const strip = new Strip();
    for (const n of [0, 2]) strip.push(second(n), NOON + 3000);

    const points = strip.points(NOON + SEEN_MS);

    expect(points.filter(([, value]) => Number.isNaN(value))).toHaveLength(1);
    expect(values(points)).not.toContain(300);
  });

  test("forgets what nobody sees any more", () => {
    const strip = new Strip();
    for (let n = 0; n < 600; n += 1) strip.push(second(n), NOON + 1000 * n + 1000);

    expect(strip.range[0]).toBeGreaterThan(250 * 570);
  });
});

test("paper has a line every 0.2 seconds and none across, since each strip has its own scale", () => {
  const lines: [number, number][] = [];
  let from: [number, number] = [0, 0];
  const pen = {
    clearRect: () => {},
    beginPath: () => {},
    stroke: () => {},
    moveTo: (x: number, y: number) => {
      from = [x, y];
    },
    lineTo: (x: number, y: number) => {
      lines.push([x - from[0], y - from[1]]);
    },
  };
  const canvas = document.createElement("canvas");
  Object.defineProperties(canvas, {
    clientWidth: { value: 600 },
    clientHeight: { value: 120 },
    getContext: { value: () => pen },
  });

  paint(canvas, new Strip(), NOON);

  expect(lines).toHaveLength(SEEN_MS / 200 - 1);
  expect(lines.every(([across, down]) => across === 0 && down === 120)).toBe(true);
});
