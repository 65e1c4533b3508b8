import { Chance } from "../chance";
import type { Mason, Point } from "../mason";
import { mixed, TONES } from "../materials";

/** A column with a swelling shaft. Doric: fluted by its sides; wood: slim and smooth. */
export function column(mason: Mason, [w, h]: Point, variant: string, sides = 14): void {
  const r = w / 2;
  if (variant === "wood") {
    mason.of("stone", TONES.limeDeep).drum(r * 0.95, r * 0.85, 0.16, [0, 0, 0], 16);
    mason.of("wood", TONES.oak).lathe(
      [
        [r * 0.55, 0.16],
        [r * 0.6, h * 0.4],
        [r * 0.5, h - 0.2],
        [r * 0.5, h - 0.2],
        [r * 0.9, h],
      ],
      [0, 0, 0],
      14,
    );
    return;
  }
  mason.of("stone", TONES.lime);
  const cap = Math.min(0.34, h * 0.08);
  const [top, foot] = [h - cap, 0.1];
  mason.block([w * 1.05, foot, w * 1.05], [0, 0, 0], 0.02);
  const shaft: [number, number][] = [];
  for (let i = 0; i <= 5; i++) {
    const t = i / 5;
    shaft.push([r * (0.86 - 0.17 * t + 0.05 * Math.sin(Math.PI * t)), foot + (top - foot) * t]);
  }
  mason.lathe([...shaft, [r * 0.69, top], [r * 0.98, top + cap * 0.5]], [0, 0, 0], sides);
  mason.block([w * 1.06, cap * 0.52, w * 1.06], [0, top + cap * 0.48, 0], 0.02);
}

export function beam(mason: Mason, [w, h, d]: Point): void {
  mason.of("stone", TONES.lime).block([w, h * 0.62, d * 0.86], [0, 0, 0], 0.03);
  mason.of("stone", TONES.chalk).block([w + 0.24, h * 0.38, d * 1.12], [0, h * 0.62, 0], 0.04);
}

/** A low wall of turned pillars under a rail. */
export function balustrade(mason: Mason, [w, h, d]: Point, variant: string): void {
  if (variant === "wood") {
    const posts = Math.max(2, Math.round(w / 1.6) + 1);
    mason.of("wood", TONES.oak);
    for (let i = 0; i < posts; i++)
      mason.block([0.08, h, 0.08], [-w / 2 + 0.04 + ((w - 0.08) * i) / (posts - 1), 0, 0], 0.015);
    mason.block([w, 0.06, d], [0, h - 0.03, 0], 0.02);
    mason.of("glass", TONES.glass);
    mason.block([w - 0.1, h - 0.2, 0.015], [0, 0.1, 0], 0);
    return;
  }
  mason.of("stone", TONES.lime).block([w, 0.14, d], [0, 0, 0], 0.03);
  mason.of("stone", TONES.chalk).block([w + 0.06, 0.13, d + 0.06], [0, h - 0.13, 0], 0.04);
  const count = Math.round(w / 0.36);
  mason.of("stone", TONES.lime);
  for (let i = 0; i < count; i++) {
    const x = -w / 2 + (w * (i + 0.5)) / count;
    const tall = h - 0.27;
    mason.lathe(
      [
        [0.06, 0],
        [0.1, tall * 0.3],
        [0.05, tall * 0.72],
        [0.08, tall],
      ],
      [x, 0.14, 0],
      7,
    );
  }
  for (const x of [-1, 1]) mason.block([d * 1.05, h + 0.04, d * 1.05], [x * (w / 2), 0, 0], 0.03);
}

export function parapet(mason: Mason, [w, h, d]: Point): void {
  mason.of("stone", TONES.lime).block([w, h + 1.2 - 0.1, d], [0, -1.2, 0], 0.03);
  mason.of("stone", TONES.chalk).block([w + 0.12, 0.12, d + 0.12], [0, h - 0.12, 0], 0.04);
}

/** Steps that go down towards +z, over the whole depth. */
export function steps(mason: Mason, [w, h, d]: Point): void {
  const count = Math.max(3, Math.round(h / 0.15));
  for (let i = 0; i < count; i++) {
    const z = -d / 2 + (d * i) / count;
    const top = h * (1 - (i + 0.5) / count);
    mason.of("stone", i % 2 ? TONES.lime : mixed(TONES.lime, TONES.limeDeep, 0.5));
    mason.block([w, top + 0.6, d / count + 0.02], [0, -0.6, z + d / count / 2], 0.025);
  }
}

/** A stele: an inscribed stone with the staff and the serpent, looking to −z and +z. */
export function stele(mason: Mason, [w, h, d]: Point): void {
  mason.of("stone", TONES.limeDeep).block([w * 1.5, 0.26, d * 1.7], [0, 0, 0], 0.04);
  mason.of("stone", TONES.lime).block([w * 1.22, 0.2, d * 1.3], [0, 0.26, 0], 0.04);
  mason.of("stone", TONES.chalk).block([w, h - 0.9, d * 0.6], [0, 0.46, 0], 0.05);
  mason.in([0, h - 0.46, 0], 0, () => {
    mason.tilted([0, 0, 0], [0, 0, 0], () => {
      mason.of("stone", TONES.chalk).prism(
        [
          [-w * 0.58, d * 0.36],
          [-w * 0.58, -d * 0.36],
          [w * 0.58, -d * 0.36],
          [w * 0.58, d * 0.36],
        ],
        0,
        0.1,
      );
    });
    mason.of("stone", TONES.lime).block([w * 0.9, 0.16, d * 0.5], [0, 0.1, 0], 0.06);
  });
  const bronze = "#7d8f78";
  for (const side of [-1, 1]) {
    const z = side * (d * 0.3 + 0.05);
    mason.of("cloth", bronze).tube(
      [
        [0, 0.8, z],
        [0, h - 0.75, z],
      ],
      () => 0.035,
      8,
    );
    const coil = Array.from({ length: 34 }, (_, i): Point => {
      const t = i / 33;
      const a = t * 5.4 * Math.PI;
      return [Math.sin(a) * (0.2 - 0.07 * t), 0.95 + t * (h - 2), z + side * 0.06 * Math.cos(a)];
    });
    mason
      .of("cloth", "#8ea587")
      .tube(coil, (t) => 0.045 * Math.sin(Math.PI * Math.min(1, t * 0.9 + 0.1)) ** 0.5, 7);
  }
}

/** A round fountain: a wide low basin, a bowl on a foot, water. */
export function fountain(mason: Mason, [w]: Point): void {
  const r = w / 2;
  const rim = 0.52;
  mason.of("stone", TONES.lime).lathe(
    [
      [r, 0],
      [r, 0.1],
      [r - 0.1, 0.14],
      [r - 0.14, rim - 0.1],
      [r - 0.04, rim - 0.06],
      [r - 0.04, rim],
      [r - 0.5, rim],
      [r - 0.5, 0.1],
    ],
    [0, 0, 0],
    64,
  );
  mason.of("stone", "#7fb0ab").drum(r - 0.48, r - 0.48, 0.02, [0, 0.08, 0], 40);
  mason.of("water", TONES.water).drum(r - 0.5, r - 0.5, 0.001, [0, rim - 0.13, 0], 48);
  mason.of("stone", TONES.chalk).lathe(
    [
      [1.1, 0.1],
      [1.1, 0.4],
      [0.9, 0.5],
      [0.34, 0.66],
      [0.26, 1.05],
      [0.42, 1.2],
      [1.5, 1.5],
      [1.62, 1.62],
      [1.5, 1.62],
      [1.3, 1.56],
      [0.6, 1.46],
    ],
    [0, 0, 0],
    40,
  );
  mason.of("water", "#8cc4c4").drum(1.46, 1.46, 0.001, [0, 1.585, 0], 36);
  mason.of("stone", TONES.chalk).lathe(
    [
      [0.2, 1.4],
      [0.14, 1.9],
      [0.22, 2.0],
      [0.55, 2.12],
      [0.6, 2.18],
      [0.5, 2.18],
      [0, 2.1],
    ],
    [0, 0, 0],
    24,
  );
  mason.of("glass", "#e6fbfa");
  for (let i = 0; i < 12; i++) {
    const a = (i / 12) * 2 * Math.PI;
    const arc = [0, 0.25, 0.5, 0.75, 1].map((t): Point => {
      const out = 1.56 + t * 0.75;
      return [Math.sin(a) * out, 1.62 - 1.2 * t * t - 0.02, Math.cos(a) * out];
    });
    mason.tube(arc, (t) => 0.018 + 0.014 * t, 5);
  }
  for (let i = 0; i < 7; i++) {
    const a = (i / 7) * 2 * Math.PI;
    const arc = [0, 0.3, 0.6, 1].map((t): Point => {
      const out = 0.08 + t * 0.62;
      return [Math.sin(a) * out, 2.18 + 0.5 * t * (1 - t) * 2 - 0.6 * t * t, Math.cos(a) * out];
    });
    mason.tube(arc, () => 0.016, 5);
  }
}

/** A wall that water runs down into a trough, looking to −z. */
export function waterwall(mason: Mason, [w, h, d]: Point): void {
  mason.of("stone", TONES.slate).block([w, h, d * 0.5], [0, 0, d * 0.25], 0.02);
  mason
    .of("water", "#7fb9ba")
    .face(
      [-w / 2 + 0.1, 0.3, -0.02],
      [-w / 2 + 0.1, h - 0.12, -0.02],
      [w / 2 - 0.1, h - 0.12, -0.02],
      [w / 2 - 0.1, 0.3, -0.02],
    );
  mason.of("stone", TONES.lime).block([w + 0.1, 0.14, d * 0.7], [0, h - 0.1, d * 0.15], 0.03);
  mason.of("stone", TONES.lime).block([w + 0.1, 0.34, 0.1], [0, 0, -d * 0.75], 0.03);
  mason.of("water", TONES.water).block([w, 0.02, d * 0.75], [0, 0.27, -d * 0.38], 0);
}

export function rock(mason: Mason, [w, h, d]: Point, seed: number): void {
  const chance = new Chance(seed);
  for (let i = 0; i < 3; i++) {
    const [x, z] = [chance.between(-0.25, 0.25) * w, chance.between(-0.25, 0.25) * d];
    const size = chance.between(0.55, 1) * (i ? 0.7 : 1);
    const bumps = Array.from({ length: 6 }, () => chance.between(0.75, 1.15));
    mason.of("stone", mixed("#b9ab93", "#9a9283", chance.next()));
    mason.sheet(
      (u, v) => {
        const a = u * 2 * Math.PI;
        const up = v * Math.PI * 0.5;
        const bump =
          0.85 +
          0.18 * Math.sin(a * 3 + (bumps[0] ?? 1) * 9 + up * 2) +
          0.1 * Math.sin(a * 7 + up * 5 + (bumps[1] ?? 1) * 5);
        return [
          x + Math.sin(a) * Math.cos(up) * (w / 2) * size * bump,
          Math.sin(up) * h * size * bump,
          z + Math.cos(a) * Math.cos(up) * (d / 2) * size * bump,
        ];
      },
      11,
      5,
      true,
    );
  }
}

/** A wooden landing over the water. */
export function jetty(mason: Mason, [w, h, d]: Point): void {
  const boards = Math.round(d / 0.28);
  for (let i = 0; i < boards; i++) {
    mason.of("wood", i % 3 ? "#b79a78" : "#a98c6b");
    mason.block(
      [w, 0.07, d / boards - 0.02],
      [0, h - 0.07, -d / 2 + (d * (i + 0.5)) / boards],
      0.01,
    );
  }
  mason.of("wood", "#8d745a");
  for (let i = 0; i < 5; i++)
    for (const x of [-1, 1])
      mason.drum(
        0.11,
        0.1,
        2.2,
        [x * (w / 2 - 0.14), h - 2.28, -d / 2 + 0.4 + ((d - 0.8) * i) / 4],
        8,
      );
}

export function bollard(mason: Mason, [w, h]: Point): void {
  mason.of("wood", "#8d745a").lathe(
    [
      [w * 0.42, -0.3],
      [w * 0.42, h * 0.8],
      [w * 0.5, h * 0.88],
      [w * 0.44, h],
      [0, h],
    ],
    [0, 0, 0],
    10,
  );
  mason.of("cloth", "#e6dcc6").lathe(
    [
      [w * 0.44, 0],
      [w * 0.5, 0.03],
      [w * 0.5, 0.08],
      [w * 0.44, 0.11],
    ],
    [0, h * 0.45, 0],
    10,
  );
}

/** A small wooden boat, its bow to −z. */
export function boat(mason: Mason, [w, h, d]: Point, isSailing = false): void {
  const hull = (u: number, v: number): Point => {
    const t = v * 2 - 1;
    const wide =
      (w / 2) * (1 - Math.abs(t) ** 2.6) ** 0.7 * (0.55 + 0.45 * Math.abs(u * 2 - 1) ** 0.4);
    const side = u * 2 - 1;
    const lift = 0.35 * Math.abs(t) ** 3;
    return [side * wide, -0.25 + (0.62 + lift) * Math.abs(side) ** 1.6, (t * d) / 2];
  };
  mason.of("cloth", isSailing ? "#f1ebdf" : "#e8e2d4").sheet((u, v) => hull(1 - u, v), 10, 14);
  mason.of("wood", TONES.oak).sheet(
    (u, v) => {
      const [x, y, z] = hull(u, v);
      return [x * 0.93, Math.max(y, 0.06) + 0.005, z * 0.98];
    },
    10,
    14,
  );
  if (!isSailing) {
    mason.of("wood", TONES.oakDark);
    for (const z of [-0.16, 0.18]) mason.block([w * 0.8, 0.05, 0.26], [0, 0.22, z * d], 0.01);
    return;
  }
  mason.of("wood", TONES.oak).drum(0.09, 0.05, h, [0, 0.1, -0.3], 6, false);
  mason.of("cloth", "#fbf6ea");
  for (const flip of [false, true]) {
    const at = (u: number, v: number): Point => [
      0.55 * Math.sin(Math.PI * v) * Math.sin(Math.PI * u * 0.8 + 0.3),
      0.9 + v * (h - 1.3),
      -0.2 + u * d * 0.42 * (1 - v * 0.92),
    ];
    mason.sheet(flip ? (u, v) => at(1 - u, v) : at, 5, 7);
  }
}

/** Posts and beams overgrown with leaves. */
export function pergola(mason: Mason, [w, h, d]: Point): void {
  mason.of("wood", TONES.oak);
  const posts = Math.max(2, Math.round(w / 3.4) + 1);
  for (let i = 0; i < posts; i++) {
    const x = -w / 2 + 0.2 + ((w - 0.4) * i) / (posts - 1);
    mason.block([0.14, h, 0.14], [x, 0, d / 2 - 0.2], 0.02);
    mason.block([0.12, 0.18, d + 0.2], [x, h - 0.16, 0], 0.02);
  }
  const slats = Math.round(d / 0.42);
  for (let i = 0; i < slats; i++)
    mason.block([w + 0.3, 0.09, 0.06], [0, h + 0.02, -d / 2 + (d * (i + 0.5)) / slats], 0.01);
}
