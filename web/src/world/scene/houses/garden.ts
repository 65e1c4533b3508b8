import { Vector3 } from "three";
import { Chance } from "../chance";
import type { Mason, Point } from "../mason";
import { mixed, TONES } from "../materials";
import { herbs, laurel } from "../parts/plants";
import { LEAVES } from "../pictures";

/** The garden of games: a pergola in leaf, lanterns, tables to play at, hedges around. */
export function gamesGarden(mason: Mason, [w, h, d]: Point): void {
  const front = -d / 2;
  const high = 3.5;
  posts(mason, w, d, high);
  gate(mason, front);
  hedges(mason, w, d, front);
  vines(mason, w, d, high);
  lanterns(mason, w, d, high);
  for (const [x, z] of [
    [-3.4, 0.3],
    [0, 1.4],
    [3.4, 0.3],
  ] as const)
    mason.in([x, 0, z], x, () => game(mason));
  pavilion(mason, [0, 0, d / 2 - 1.3], h);
  for (const side of [-1, 1]) {
    mason.in([side * (w / 2 - 0.7), 0, front - 0.4], 0, () =>
      laurel(mason, [0.9, 1.9, 0.9], 40 + side),
    );
    mason.in([side * 3.4, 0, front - 0.5], 0, () =>
      herbs(mason, [2.6, 0.4, 0.7], side > 0 ? "thyme" : "lavender", 50 + side),
    );
  }
}

function posts(mason: Mason, w: number, d: number, high: number): void {
  mason.of("wood", TONES.oak);
  for (const x of [-w / 2 + 0.3, -w / 6, w / 6, w / 2 - 0.3]) {
    for (const z of [-d / 2 + 0.3, d / 2 - 2.8]) mason.block([0.2, high, 0.2], [x, 0, z], 0.03);
    mason.block([0.16, 0.24, d - 2.1], [x, high - 0.05, -0.95], 0.02);
  }
  for (let i = 0; i < 13; i++) {
    mason.block(
      [w + 0.4, 0.12, 0.08],
      [0, high + 0.19, -d / 2 + 0.2 + ((d - 2.9) * i) / 12],
      0.015,
    );
  }
}

/** A round gate of wood, like a moon door. */
function gate(mason: Mason, front: number): void {
  const rim = Array.from({ length: 25 }, (_, i): Point => {
    const a = Math.PI * (-0.18 + (1.36 * i) / 24);
    return [Math.cos(a) * 1.5, 1.75 + Math.sin(a) * 1.5, front + 0.1];
  });
  mason.of("wood", TONES.cedar).tube(rim, () => 0.14, 8);
  mason.of("stone", TONES.lime);
  for (const side of [-1, 1]) mason.block([0.7, 1.1, 0.5], [side * 1.62, 0, front + 0.1], 0.04);
}

function hedges(mason: Mason, w: number, d: number, front: number): void {
  const chance = new Chance(61);
  const run = (x0: number, z0: number, x1: number, z1: number) => {
    const long = Math.hypot(x1 - x0, z1 - z0);
    const [mx, mz] = [(x0 + x1) / 2, (z0 + z1) / 2];
    mason
      .of("stone", "#5d7349")
      .block(Math.abs(x1 - x0) > 0.1 ? [long, 0.86, 0.4] : [0.4, 0.86, long], [mx, 0, mz], 0.12);
    for (let i = 0; i < long * 7; i++) {
      const t = chance.next();
      const away = new Vector3(
        chance.between(-1, 1),
        chance.between(0, 1),
        chance.between(-1, 1),
      ).normalize();
      mason.of("leaf", mixed("#5b7546", "#9ab37c", chance.next()));
      const right = new Vector3(0.28, 0, 0).applyAxisAngle(new Vector3(0, 1, 0), chance.next() * 6);
      const at: Point = [
        x0 + (x1 - x0) * t + away.x * 0.22,
        0.5 + away.y * 0.38,
        z0 + (z1 - z0) * t + away.z * 0.22,
      ];
      mason.card(
        at,
        right,
        away.clone().cross(right).normalize().multiplyScalar(0.28),
        away,
        LEAVES.broad,
        0.006,
        chance.between(0.75, 1),
      );
    }
  };
  run(-w / 2 + 0.3, front + 0.4, -2.1, front + 0.4);
  run(2.1, front + 0.4, w / 2 - 0.3, front + 0.4);
  run(-w / 2 + 0.3, front + 0.6, -w / 2 + 0.3, d / 2 - 0.3);
  run(w / 2 - 0.3, front + 0.6, w / 2 - 0.3, d / 2 - 0.3);
}

/** Leaves over the pergola, denser at its edges, with a few blossoms. */
function vines(mason: Mason, w: number, d: number, high: number): void {
  const chance = new Chance(62);
  for (let i = 0; i < 190; i++) {
    const [u, v] = [chance.next(), chance.next()];
    if (Math.min(u, 1 - u, v, 1 - v) > 0.3 && chance.next() < 0.55) continue;
    const at: Point = [
      (u - 0.5) * (w + 0.2),
      high + 0.3 + chance.between(-0.2, 0.16),
      -d / 2 + 0.1 + v * (d - 2.7),
    ];
    const isBloom = chance.next() < 0.16;
    mason.of(
      "leaf",
      isBloom
        ? mixed("#c7a3d6", "#e6d3ea", chance.next())
        : mixed("#6f8c54", "#a8bf82", chance.next()),
    );
    const right = new Vector3(0.46, 0, 0).applyAxisAngle(new Vector3(0, 1, 0), chance.next() * 6);
    const up = new Vector3(chance.between(-0.3, 0.3), chance.between(-0.25, 0.25), 1)
      .cross(right)
      .normalize();
    const flat = up.clone().cross(right).normalize().multiplyScalar(0.46);
    mason.card(
      at,
      right,
      flat,
      new Vector3(chance.between(-0.3, 0.3), 1, chance.between(-0.3, 0.3)).normalize(),
      LEAVES.broad,
      0.025,
      chance.between(0.75, 1.05),
    );
  }
}

function lanterns(mason: Mason, w: number, d: number, high: number): void {
  const tones = ["#ffd9a0", "#f7c6a3", "#e9e3b8", "#bfe3da"];
  for (let row = 0; row < 3; row++) {
    const z = -d / 2 + 0.8 + row * 1.9;
    for (let i = 0; i < 6; i++) {
      const t = (i + 0.5) / 6;
      const y = high - 0.5 - 0.35 * Math.sin(Math.PI * t);
      mason.of("glow", tones[(i + row) % tones.length] ?? "#ffd9a0");
      mason.lathe(
        [
          [0.03, 0.32],
          [0.15, 0.24],
          [0.17, 0.12],
          [0.13, 0.03],
          [0.03, 0],
        ].reverse() as [number, number][],
        [(t - 0.5) * (w - 1.4), y, z],
        10,
      );
      mason
        .of("cloth", "#6b5a48")
        .drum(0.006, 0.006, high - y - 0.3, [(t - 0.5) * (w - 1.4), y + 0.32, z], 4, false);
    }
  }
}

/** A round table with a board laid out, and stools. */
function game(mason: Mason): void {
  mason.of("stone", TONES.lime).lathe(
    [
      [0, 0.03],
      [0.34, 0],
      [0.12, 0.1],
      [0.1, 0.62],
      [0.1, 0.62],
      [0.62, 0.68],
      [0.64, 0.74],
      [0, 0.74],
    ],
    [0, 0, 0],
    22,
  );
  for (let i = 0; i < 16; i++) {
    const [a, b] = [i % 4, Math.floor(i / 4)];
    mason
      .of("wood", (a + b) % 2 ? TONES.oakDark : "#e9d9bd")
      .block([0.12, 0.012, 0.12], [(a - 1.5) * 0.12, 0.74, (b - 1.5) * 0.12], 0);
  }
  for (let i = 0; i < 3; i++) {
    const a = (i / 3) * 2 * Math.PI;
    mason.of("wood", TONES.oak).lathe(
      [
        [0.16, 0],
        [0.13, 0.36],
        [0.2, 0.4],
        [0.2, 0.45],
        [0, 0.45],
      ],
      [Math.sin(a) * 1.05, 0, Math.cos(a) * 1.05],
      12,
    );
  }
}

/** A small pavilion at the back under a tent-like roof. */
function pavilion(mason: Mason, [x, y, z]: Point, h: number): void {
  const r = 1.25;
  mason.in([x, y, z], 0, () => {
    for (let i = 0; i < 6; i++) {
      const a = (i / 6) * 2 * Math.PI;
      mason
        .of("wood", TONES.oak)
        .drum(0.08, 0.07, h - 2.1, [Math.sin(a) * r, 0, Math.cos(a) * r], 8, false);
    }
    mason.of("stone", TONES.teal).lathe(
      [
        [r + 0.5, 0],
        [r * 0.7, 0.5],
        [r * 0.3, 1.2],
        [0.05, 1.9],
      ],
      [0, h - 2.1, 0],
      24,
    );
    mason.of("wood", TONES.oak).lathe(
      [
        [r + 0.48, -0.04],
        [0.1, 0.3],
      ].reverse() as [number, number][],
      [0, h - 2.1, 0],
      24,
    );
    mason.of("stone", TONES.lime).lathe(
      [
        [0, 0.42],
        [r - 0.1, 0.42],
        [r - 0.1, 0],
      ].reverse() as [number, number][],
      [0, 0, 0],
      20,
    );
  });
}
