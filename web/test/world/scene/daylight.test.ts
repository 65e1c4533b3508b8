import { Color, type Vector3 } from "three";
import { beforeEach, describe, expect, test, vi } from "vitest";
import {
  type Daylight,
  daylight,
  groundLuminance,
  sunHeight,
} from "../../../src/world/scene/daylight";
import { EVENING_H, hours, MORNING_H, setHours, shownHour } from "../../../src/world/scene/hours";

const OUTSIDE = { turn: 0, isInside: false };
const INSIDE = { turn: 0, isInside: true };
const MINUTES = Array.from({ length: 24 * 60 }, (_, i) => i / 60);

/** Whatever of an hour is seen, as numbers: a light counts from where it comes. */
function seen({ way, key, lamps, stars, ...rest }: Daylight): number[] {
  const falls = [key.r, key.g, key.b].flatMap((tone) => way.toArray().map((w) => w * tone));
  const tones = Object.values(rest).filter((value) => value instanceof Color);
  return [...falls, lamps, stars, ...tones.flatMap((tone) => tone.toArray())];
}

function luminance({ r, g, b }: Color): number {
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

describe("the sun", () => {
  test("stands at noon as high as latitude and season have it", () => {
    expect(sunHeight(13)).toBeCloseTo(90 - 37.6 + 12, 6);
    expect(sunHeight(1)).toBeCloseTo(-(90 - 37.6 - 12), 6);
  });

  test("rises and sets when the almanac of Epidaurus says, but for refraction", () => {
    const up = MINUTES.filter((hour) => sunHeight(hour) > 0);

    expect(up[0]).toBeCloseTo(6 + 22 / 60, 1);
    expect(up.at(-1)).toBeCloseTo(19 + 38 / 60, 1);
  });

  test("comes from the east, stands in the south, and goes to the west", () => {
    const [morning, noon, evening] = [8, 13, 18].map((hour) => daylight(hour, OUTSIDE).way) as [
      Vector3,
      Vector3,
      Vector3,
    ];

    expect(morning.x).toBeGreaterThan(0.4);
    expect(noon.x).toBeCloseTo(0, 6);
    expect(noon.z).toBeGreaterThan(0);
    expect(evening.x).toBeLessThan(-0.4);
  });

  test("gives way to the moon, which stands over the horizon while the sun does not", () => {
    for (const hour of MINUTES) {
      const { way, height } = daylight(hour, OUTSIDE);
      if (height < -2.5) expect(way.y, `at ${hour}`).toBeGreaterThan(0.15);
      expect(way.length()).toBeCloseTo(1, 6);
    }
  });
});

describe.each([
  ["outside", OUTSIDE, 0.16],
  ["inside", INSIDE, 0.4],
] as const)("a day %s", (_, spot, least) => {
  test("passes without a jump from one minute to the next, over midnight as well", () => {
    const all = MINUTES.map((hour) => seen(daylight(hour, spot)));
    const steps = all.map((now, i) => {
      const before = all.at(i - 1) ?? [];
      return Math.max(...now.map((value, k) => Math.abs(value - (before[k] ?? 0))));
    });

    expect(Math.max(...steps)).toBeLessThan(0.11); // of a light that is 3 at its strongest
  });

  test("is never too dark to find one's way, nor so bright that stone has no grain", () => {
    const light = MINUTES.map((hour) => groundLuminance(daylight(hour, spot)));

    expect(Math.min(...light)).toBeGreaterThan(least);
    expect(Math.max(...light)).toBeLessThan(1.7);
  });

  test("has its lamps and stars at night alone", () => {
    const [noon, night] = [daylight(13, spot), daylight(23, spot)];

    expect([noon.lamps, noon.stars]).toEqual([0, 0]);
    expect([night.lamps, night.stars]).toEqual([1, 1]);
    expect(daylight(20, spot).lamps).toBeGreaterThan(0.5);
  });
});

test("a golden evening is warmer than noon, and the night is blue", () => {
  const warmth = (hour: number) => {
    const { key } = daylight(hour, OUTSIDE);
    return key.r / key.b;
  };

  expect(warmth(18.5)).toBeGreaterThan(2 * warmth(13));
  expect(warmth(23)).toBeLessThan(0.7);
  expect(luminance(daylight(23, OUTSIDE).horizon)).toBeLessThan(
    0.2 * luminance(daylight(13, OUTSIDE).horizon),
  );
});

describe("the hour that is shown", () => {
  beforeEach(() => {
    localStorage.clear();
    vi.resetModules();
  });

  test("is one's own clock's, unless one chose that it stays morning or evening", () => {
    const now = new Date(2026, 3, 30, 14, 45, 0);

    expect(shownHour(now, "clock")).toBe(14.75);
    expect(shownHour(now, "morning")).toBe(MORNING_H);
    expect(shownHour(now, "evening")).toBe(EVENING_H);
  });

  test("is remembered on the device, and what nobody can choose is not", async () => {
    setHours("evening");
    expect(hours.get()).toBe("evening");
    const later = await import("../../../src/world/scene/hours");
    expect(later.hours.get()).toBe("evening");

    vi.resetModules();
    localStorage.setItem("asklepion.daylight", "lunch");
    const spoilt = await import("../../../src/world/scene/hours");
    expect(spoilt.hours.get()).toBe("clock");
  });
});
