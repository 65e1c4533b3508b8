import type { Mason, Point } from "../mason";
import { mixed, TONES } from "../materials";
import { archway } from "./masonry";

const TIERS = 9;

/** The surgical theatre: rising half-circles of seats, and a ring of slim columns on their rim. */
export function theatreHouse(mason: Mason, [w, h, d]: Point): void {
  const front = -d / 2;
  const z = front + 1.7;
  const r = Math.min(w / 2 - 0.1, d / 2 - z);
  const top = h - 3;
  stage(mason, w, front);
  const [from, to] = [-Math.PI / 2, Math.PI / 2];
  for (let i = 0; i < TIERS; i++) {
    const inner = 2.1 + ((r - 2.5) * i) / TIERS;
    const outer = 2.1 + ((r - 2.5) * (i + 1)) / TIERS;
    const y = 0.9 + ((top - 0.9) * i) / TIERS;
    const next = 0.9 + ((top - 0.9) * (i + 1)) / TIERS;
    mason.of("stone", mixed(TONES.chalk, TONES.sand, 0.25 + 0.5 * (i % 2)));
    mason.lathe(
      [
        [outer, next],
        [outer, y],
        [outer, y],
        [inner, y],
      ].reverse() as [number, number][],
      [0, 0, z],
      44,
      from,
      to,
    );
    mason.of("wood", TONES.oak);
    mason.lathe(
      [
        [outer - 0.02, next + 0.05],
        [outer + 0.26, next + 0.05],
      ],
      [0, 0, z],
      44,
      from,
      to,
    );
    mason.lathe(
      [
        [outer - 0.02, next],
        [outer - 0.02, next + 0.05],
      ].reverse() as [number, number][],
      [0, 0, z],
      44,
      from,
      to,
    );
  }
  mason.of("stone", "#d8e4e0").lathe(
    [
      [0.01, 0.04],
      [2.1, 0.04],
    ].reverse() as [number, number][],
    [0, 0, z],
    30,
  );
  mason.of("stone", TONES.lime).lathe(
    [
      [2.1, 0.9],
      [2.1, 0.03],
    ],
    [0, 0, z],
    30,
    from,
    to,
  );
  outside(mason, r, top, z, from, to);
  ring(mason, r, top, h, z);
}

function outside(mason: Mason, r: number, top: number, z: number, from: number, to: number): void {
  mason.of("stone", TONES.lime).lathe(
    [
      [r - 0.4, top],
      [r, top],
      [r, top],
      [r, top + 0.25],
      [r, top + 0.25],
      [r - 0.4, top + 0.25],
    ].reverse() as [number, number][],
    [0, 0, z],
    44,
    from,
    to,
  );
  mason.of("stone", TONES.sand).lathe(
    [
      [r - 0.08, 0],
      [r - 0.08, top],
    ],
    [0, 0, z],
    44,
    from,
    to,
  );
  for (const side of [-1, 1]) {
    mason.of("stone", TONES.lime);
    for (let i = 0; i < TIERS; i++) {
      const inner = 2.1 + ((r - 2.5) * i) / TIERS;
      const wide = (r - 2.5) / TIERS + (i === TIERS - 1 ? 0.4 : 0);
      const y = 0.9 + ((top - 0.9) * (i + 1)) / TIERS;
      mason.block([wide, y + 0.12, 0.36], [side * (inner + wide / 2), 0, z - 0.16], 0.02);
    }
  }
  for (let i = 0; i < 13; i++) {
    const a = from + ((to - from) * (i + 0.5)) / 13;
    mason.in([Math.sin(a) * r, 0, z + Math.cos(a) * r], a + Math.PI, () => {
      mason.of("stone", TONES.lime).block([0.4, top, 0.3], [0, 0, 0.05], 0.03);
    });
  }
}

/** Columns and a band of teal along the rim of the bowl. */
function ring(mason: Mason, r: number, y: number, h: number, z: number): void {
  const tall = h - y - 0.75;
  for (let i = 0; i <= 16; i++) {
    const a = -Math.PI / 2 + (Math.PI * i) / 16;
    mason.of("stone", TONES.chalk);
    mason.drum(
      0.15,
      0.12,
      tall,
      [Math.sin(a) * (r - 0.24), y + 0.25, z + Math.cos(a) * (r - 0.24)],
      9,
      false,
    );
  }
  const [from, to] = [-Math.PI / 2 - 0.03, Math.PI / 2 + 0.03];
  mason.of("stone", TONES.chalk).lathe(
    [
      [r - 0.62, tall + 0.25],
      [r + 0.12, tall + 0.25],
      [r + 0.12, tall + 0.25],
      [r + 0.12, tall + 0.62],
      [r + 0.12, tall + 0.62],
      [r - 0.62, tall + 0.62],
      [r - 0.62, tall + 0.62],
      [r - 0.62, tall + 0.25],
    ],
    [0, y, z],
    44,
    from,
    to,
  );
  mason.of("stone", TONES.tealDeep).lathe(
    [
      [r + 0.13, tall + 0.36],
      [r + 0.13, tall + 0.48],
    ],
    [0, y, z],
    44,
    from,
    to,
  );
}

/** The low stage wall in front, with the way in. */
function stage(mason: Mason, w: number, front: number): void {
  mason.of("stone", TONES.lime);
  archway(mason, [0, 0, front + 0.3], {
    width: 3.6,
    opening: 2.4,
    spring: 2.4,
    top: 4.2,
    thick: 0.6,
  });
  mason.of("stone", TONES.chalk).block([3.9, 0.22, 0.8], [0, 4.2, front + 0.3], 0.04);
  for (const side of [-1, 1]) {
    const wide = w / 2 - 1.8;
    const x = side * (1.8 + wide / 2);
    mason.of("stone", TONES.lime).block([wide, 1.5, 0.5], [x, 0, front + 0.3], 0.04);
    mason.of("stone", TONES.chalk).block([wide + 0.1, 0.12, 0.6], [x, 1.5, front + 0.3], 0.03);
    for (let i = 0; i < 3; i++) {
      const at = side * (2.6 + i * 1.5);
      mason.of("stone", TONES.clay).lathe(
        [
          [0.2, 0],
          [0.3, 0.34],
          [0.26, 0.36],
        ],
        [at, 1.62, front + 0.3],
        12,
      );
    }
  }
}
