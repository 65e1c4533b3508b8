import { describe, expect, test } from "vitest";
import { Flag } from "../../src/wire/world";
import { Glide } from "../../src/world/net/glide";
import type { Pose } from "../../src/world/net/poses";

const START = 5_000_000; // our clock; the sender's has nothing to do with it

function pose(x: number, at: number, more: Partial<Pose> = {}): Pose {
  const base = {
    position: [x, 0, 0],
    yaw: 0,
    pitch: 0,
    flags: Flag.MOVING,
    tracked: null,
  } as const;
  return { ...base, at: ((Math.round(at) % 65536) + 65536) % 65536, ...more };
}

/** Somebody walks east at a steady pace; each pose takes as long on the line as `line` says. */
function walk(options: {
  from: number;
  until: number;
  speed: number;
  line: (index: number) => number;
}): { arrives: number; pose: Pose }[] {
  const way: { arrives: number; pose: Pose }[] = [];
  let latest = 0;
  for (let t = options.from; t <= options.until; t += 50) {
    const index = way.length;
    const isLast = t + 50 > options.until;
    latest = Math.max(latest, START + t - options.from + options.line(index)); // in order, as TCP brings them
    const x = (options.speed * (t - options.from)) / 1000;
    way.push({ arrives: latest, pose: pose(x, t, isLast ? { flags: 0 } : {}) });
  }
  return way;
}

/** Draw at 60 frames a second while poses arrive; gives x by time since the start. */
function draw(glide: Glide, way: { arrives: number; pose: Pose }[], until: number) {
  const drawn: { ms: number; x: number; pose: Pose }[] = [];
  const todo = [...way];
  for (let ms = 0; ms <= until; ms += 1000 / 60) {
    while (todo[0] && todo[0].arrives <= START + ms) {
      const next = todo.shift();
      if (next) glide.add(next.pose, next.arrives);
    }
    const seen = glide.at(START + ms);
    if (seen) drawn.push({ ms, x: seen.position[0], pose: seen });
  }
  return drawn;
}

function largestStep(drawn: { x: number }[]): number {
  return Math.max(...drawn.slice(1).map((d, i) => Math.abs(d.x - (drawn[i]?.x ?? 0))));
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

test("before the first pose there is nobody to draw", () => {
  expect(new Glide().at(START)).toBeNull();
});

test("one pose is where somebody is", () => {
  const glide = new Glide();
  glide.add(pose(3, 100), START);

  expect(glide.at(START)?.position).toEqual([3, 0, 0]);
  expect(glide.at(START + 5000)?.position).toEqual([3, 0, 0]);
});

test("on an even line a walk is drawn evenly, a tenth of a second late", () => {
  const way = walk({ from: 200, until: 3200, speed: 1.5, line: () => 20 });

  const drawn = draw(new Glide(), way, 2500);

  for (const { ms, x } of drawn.filter((d) => d.ms > 250)) {
    expect(x).toBeCloseTo((1.5 * (ms - 20 - 100)) / 1000, 3);
  }
});

describe.each([1, 2, 3, 4, 5, 6, 7, 8])("on an uneven line (%i)", (seed) => {
  const random = seeded(seed);
  const way = walk({ from: 64000, until: 70000, speed: 1.5, line: () => 20 + random() * 90 });

  test("nobody jumps, hesitates or goes back, though the sender's clock begins again", () => {
    const drawn = draw(new Glide(), way, 5900).filter((d) => d.ms > 600);

    const steps = drawn.slice(1).map((d, i) => d.x - (drawn[i]?.x ?? 0));
    const even = 1.5 / 60;
    expect(Math.max(...steps)).toBeLessThan(even * 1.8);
    expect(Math.min(...steps)).toBeGreaterThan(even * 0.3);
  });
});

test("in a hiccup of the line one walks on a little, then catches up without a jump", () => {
  const way = walk({
    from: 0,
    until: 6000,
    speed: 1.5,
    line: (i) => (i >= 20 && i < 26 ? 320 : 15),
  });

  const drawn = draw(new Glide(), way, 5900);

  expect(largestStep(drawn)).toBeLessThan(0.15);
  expect(drawn.at(-1)?.x).toBeCloseTo(1.5 * 5.785, 1);
});

test("when the line becomes slower for good, after a while one draws later, and evenly again", () => {
  const line = (i: number) => (i < 40 ? 20 : 220);
  const way = walk({ from: 0, until: 14000, speed: 1.5, line });

  const drawn = draw(new Glide(), way, 13000).filter((d) => d.ms > 11000);

  const steps = drawn.slice(1).map((d, i) => d.x - (drawn[i]?.x ?? 0));
  expect(Math.min(...steps)).toBeGreaterThan((1.5 / 60) * 0.9);
  expect(Math.max(...steps)).toBeLessThan((1.5 / 60) * 1.1);
  expect(drawn.at(-1)?.x).toBeLessThan(1.5 * (13 - 0.28));
});

test("without word nobody walks on for longer than a moment", () => {
  const way = walk({ from: 0, until: 1000, speed: 2, line: () => 10 }).slice(0, -1);

  const drawn = draw(new Glide(), way, 4000);

  expect(Math.max(...drawn.map((d) => d.x))).toBeLessThan(1.9 + 2 * 0.121);
});

test("whoever said that they stop is not carried past where they stand", () => {
  const way = walk({ from: 0, until: 1000, speed: 4, line: () => 10 });

  const drawn = draw(new Glide(), way, 3000);

  expect(Math.max(...drawn.map((d) => d.x))).toBeLessThanOrEqual(4.0001);
  expect(drawn.at(-1)?.x).toBeCloseTo(4, 5);
});

test("after a long rest the first step is a step, not a slow drift since then", () => {
  const glide = new Glide();
  glide.add(pose(0, 1000, { flags: 0 }), START);
  glide.add(pose(0.1, 21000), START + 20000);

  expect(glide.at(START + 19990)?.position[0]).toBe(0);
  expect(glide.at(START + 20040)?.position[0]).toBe(0);
  expect(glide.at(START + 20075)?.position[0]).toBeCloseTo(0.05, 2);
  expect(glide.at(START + 20100)?.position[0]).toBeCloseTo(0.1, 3);
});

test("whoever was seen first in an old pose is drawn in time from the second on", () => {
  const glide = new Glide();
  glide.add(pose(0, 500, { flags: 0 }), START); // a late joiner's first sight: said long ago
  const way = walk({ from: 45500, until: 47500, speed: 1.5, line: () => 20 });

  const drawn = draw(glide, way, 1900);

  expect(largestStep(drawn)).toBeLessThan(0.06);
  expect(drawn.at(-1)?.x).toBeCloseTo((1.5 * (1900 - 120)) / 1000, 1);
});

test("a comfort jump is one cut, never a flight", () => {
  const glide = new Glide();
  for (let i = 0; i < 10; i++) glide.add(pose(0, i * 50, { flags: 0 }), START + i * 50);
  glide.add(pose(8, 500, { flags: Flag.JUMP }), START + 500);

  const seen = Array.from({ length: 40 }, (_, i) => glide.at(START + 500 + i * 10)?.position[0]);

  expect(new Set(seen)).toEqual(new Set([0, 8]));
  expect(seen.at(-1)).toBe(8);
});

test("one who reloads the page, and has another clock, glides on", () => {
  const glide = new Glide();
  draw(glide, walk({ from: 40000, until: 41000, speed: 1, line: () => 10 }), 1100);

  glide.add(pose(1.02, 3), START + 1200);
  glide.add(pose(1.07, 53), START + 1250);

  const later = glide.at(START + 1400);
  expect(later?.position[0]).toBeGreaterThan(1.0);
  expect(later?.position[0]).toBeLessThan(1.2);
});

test("one turns the shorter way round", () => {
  const glide = new Glide();
  glide.add(pose(0, 0, { yaw: 0.1 }), START);
  glide.add(pose(0, 50, { yaw: 2 * Math.PI - 0.1 }), START + 50);

  for (let ms = 100; ms <= 150; ms += 5) {
    expect(Math.cos(glide.at(START + ms)?.yaw ?? Math.PI)).toBeGreaterThan(0.99);
  }
});

test("heads and hands turn and move with the rest", () => {
  const hand = { offset: [0, 0, 0], turn: [0, 0, 0, 1] } as const;
  const up = { headY: 1.6, head: [0, 0, 0, 1], left: hand, right: hand } as const;
  const down = {
    ...up,
    headY: 1.2,
    head: [0, -Math.SQRT1_2, 0, -Math.SQRT1_2], // the other sign of a quarter turn
    left: { ...hand, offset: [0.4, 0, 0] },
  } as const;
  const glide = new Glide();
  glide.add(pose(0, 0, { tracked: up }), START);
  glide.add(pose(0, 50, { tracked: down }), START + 50);

  const tracked = glide.at(START + 125)?.tracked;

  expect(tracked?.headY).toBeCloseTo(1.4, 6);
  expect(tracked?.left.offset[0]).toBeCloseTo(0.2, 6);
  expect(Math.abs(tracked?.head[1] ?? 0)).toBeCloseTo(Math.sin(Math.PI / 8), 6);
});

test("speed is that of the way which is drawn", () => {
  const glide = new Glide();
  const way = walk({ from: 0, until: 1000, speed: 1.4, line: () => 10 });
  draw(glide, way, 600);
  expect(glide.speed).toBeCloseTo(1.4, 2);

  glide.at(START + 3000);
  expect(glide.speed).toBe(0);
});

describe.each([
  ["around, five times a second", 200],
  ["far away, once a second", 1000],
])("one who is told of rarely (%s)", (_, every) => {
  test("walks evenly nevertheless, from a while on", () => {
    const all = walk({ from: 100, until: 40_000, speed: 1.4, line: () => 30 });
    const way = all.filter((_, i) => i % (every / 50) === 0);

    const drawn = draw(new Glide(), way, 39_000).filter((d) => d.ms > 20_000);

    const steps = drawn.slice(1).map((d, i) => d.x - (drawn[i]?.x ?? 0));
    expect(Math.max(...steps)).toBeLessThan((1.4 / 60) * 1.12);
    expect(Math.min(...steps)).toBeGreaterThan((1.4 / 60) * 0.88);
    expect(drawn.at(-1)?.x).toBeGreaterThan(1.4 * (39 - 1.3));
  });
});

test("one who comes nearer is soon drawn a tenth of a second late again, without a jump", () => {
  const all = walk({ from: 100, until: 60_000, speed: 1.4, line: () => 20 });
  const way = all.filter((_, i) => i > 600 || i % 20 === 0);

  const drawn = draw(new Glide(), way, 59_000).filter((d) => d.ms > 20_000);

  expect(largestStep(drawn)).toBeLessThan((1.4 / 60) * 1.2);
  expect(drawn.at(-1)?.x).toBeCloseTo(1.4 * (59 - 0.12), 1);
});

test("on a line that stalls and jitters nobody is seen to leap", () => {
  const random = seeded(11);
  // 200 ms, with 50 ms of jitter; each twentieth packet is sent again, which holds up the rest.
  const line = () => 200 + random() * 50 + (random() < 0.05 ? 250 : 0);
  const way = walk({ from: 0, until: 30_000, speed: 1.5, line });

  const drawn = draw(new Glide(), way, 29_000).filter((d) => d.ms > 3000);

  expect(largestStep(drawn)).toBeLessThan(0.12);
});
