import { Chance } from "../chance";
import type { Mason, Point } from "../mason";
import { mixed, TONES } from "../materials";
import { tuft } from "./plants";

/** A stone seat with a wooden top. */
export function bench(mason: Mason, [w, h, d]: Point): void {
  const isLong = w >= d;
  const feet: Point[] = isLong
    ? [
        [-w * 0.36, 0, 0],
        [w * 0.36, 0, 0],
      ]
    : [
        [0, 0, -d * 0.36],
        [0, 0, d * 0.36],
      ];
  mason.of("stone", TONES.lime);
  for (const at of feet) {
    mason.block(isLong ? [0.26, h - 0.06, d * 0.8] : [w * 0.8, h - 0.06, 0.26], at, 0.03);
  }
  const slats = 4;
  const wide = (isLong ? d : w) / slats;
  mason.of("wood", TONES.oak);
  for (let i = 0; i < slats; i++) {
    const off = (i - (slats - 1) / 2) * wide;
    mason.block(
      isLong ? [w, 0.06, wide - 0.02] : [wide - 0.02, 0.06, d],
      isLong ? [0, h - 0.06, off] : [off, h - 0.06, 0],
      0.012,
    );
  }
}

export function table(mason: Mason, [w, h, d]: Point, variant: string): void {
  if (variant === "low") {
    const r = Math.min(w, d) / 2;
    mason.of("wood", TONES.oak);
    mason.in(
      [0, 0, 0],
      0,
      () => {
        mason.lathe(
          [
            [0, h - 0.045],
            [r * 0.96, h - 0.045],
            [r, h - 0.03],
            [r, h - 0.008],
            [r - 0.01, h],
            [0, h],
          ],
          [0, 0, 0],
          32,
        );
      },
      [w / (2 * r), 1, d / (2 * r)],
    );
    mason.of("wood", TONES.oakDark);
    for (const turn of [0.5, 2.6, 4.7]) {
      mason.tube(
        [
          [Math.sin(turn) * w * 0.2, h - 0.05, Math.cos(turn) * d * 0.2],
          [Math.sin(turn) * w * 0.34, 0, Math.cos(turn) * d * 0.34],
        ],
        (t) => 0.028 - 0.01 * t,
        8,
      );
    }
    return;
  }
  mason.of("wood", TONES.oak).block([w, 0.045, d], [0, h - 0.045, 0], 0.015);
  mason.of("wood", TONES.oakDark);
  for (const x of [-1, 1])
    for (const z of [-1, 1])
      mason.block([0.05, h - 0.045, 0.05], [x * (w / 2 - 0.07), 0, z * (d / 2 - 0.07)], 0.01);
  mason.of("wood", TONES.oak).block([w * 0.32, 0.14, d * 0.8], [w * 0.28, h - 0.19, 0], 0.01);
  mason.of("stone", TONES.chalk).block([0.24, 0.012, 0.32], [-w * 0.12, h, 0], 0.002);
  mason.of("stone", TONES.tealDeep).lathe(
    [
      [0, 0],
      [0.05, 0],
      [0.06, 0.09],
      [0.05, 0.11],
    ],
    [w * 0.34, h, -d * 0.2],
    14,
  );
  const chance = new Chance(8);
  for (let i = 0; i < 5; i++) tuft(mason, chance, [w * 0.34, h + 0.07, -d * 0.2], 0.15, "#b9c99a");
}

/** A wooden chair whose back stands at +z. */
export function chair(mason: Mason, [w, h, d]: Point): void {
  mason.of("wood", TONES.oak);
  mason.block([w, 0.04, d], [0, 0.43, 0], 0.015);
  for (const x of [-1, 1])
    for (const z of [-1, 1]) {
      mason.tube(
        [
          [x * w * 0.4, 0.43, z * d * 0.4],
          [x * w * 0.46, 0, z * d * 0.46],
        ],
        () => 0.018,
        6,
      );
    }
  for (const x of [-1, 1])
    mason.tube(
      [
        [x * w * 0.42, 0.45, d * 0.42],
        [x * w * 0.42, h, d * 0.52],
      ],
      () => 0.016,
      6,
    );
  mason.tilted([0, h - 0.2, d * 0.49], [0.12, 0, 0], () =>
    mason.block([w * 0.86, 0.2, 0.03], [0, 0, 0], 0.012),
  );
}

const LINEN = "#d9cfbd";
const SEA = "#86aeac";

/** A round-backed armchair that faces −z: wooden feet, linen shell, a cushion of the sea's colour. */
export function armchair(mason: Mason, [w, h, d]: Point, colour: string = SEA): void {
  const r = w / 2;
  mason.of("wood", TONES.oakDark);
  for (const turn of [0.8, 2.35, 3.95, 5.5]) {
    mason.tube(
      [
        [Math.sin(turn) * r * 0.6, 0.2, Math.cos(turn) * d * 0.3],
        [Math.sin(turn) * r * 0.8, 0, Math.cos(turn) * d * 0.4],
      ],
      (t) => 0.026 - 0.009 * t,
      7,
    );
  }
  mason.of("cloth", LINEN);
  shell(mason, r, h, d);
  mason.of("cloth", colour).block([w * 0.66, 0.14, d * 0.66], [0, 0.31, -d * 0.04], 0.06);
  mason.of("cloth", mixed(colour, "#ffffff", 0.35));
  mason.tilted([0, 0.47, d * 0.2], [0.25, 0, 0], () =>
    mason.block([w * 0.46, 0.3, 0.11], [0, 0, 0], 0.05),
  );
}

/** The bowl of a chair: low in front, high behind, thick at its rim. */
function shell(mason: Mason, r: number, h: number, d: number): void {
  const high = (turn: number) => 0.44 + (h - 0.44) * Math.max(0, Math.cos(turn)) ** 0.7;
  const at = (turn: number, share: number, thick: number): Point => {
    const top = high(turn);
    const out = r * (0.84 + 0.16 * share) - thick;
    const lean = share * 0.05 * Math.max(0, Math.cos(turn));
    return [
      Math.sin(turn) * out,
      0.2 + (top - 0.2) * share,
      (Math.cos(turn) * out * d) / (2 * r) + lean,
    ];
  };
  const turn = (u: number) => (u - 0.5) * 2 * 2.35;
  mason.sheet((u, v) => at(turn(u), v, 0), 24, 4);
  mason.sheet((u, v) => at(turn(1 - u), v, 0.1), 24, 4);
  mason.sheet(
    (u, v) => {
      const a = at(turn(u), 1, v * 0.1);
      return [a[0], a[1] + 0.03 * Math.sin(Math.PI * v), a[2]];
    },
    24,
    4,
  );
  for (const side of [0, 1]) {
    const end = turn(side);
    mason.sheet((u, v) => at(end, v, (side ? 1 - u : u) * 0.1), 1, 4);
  }
  mason.block([r * 1.7, 0.14, d * 0.82], [0, 0.19, 0], 0.06);
}

export function sofa(mason: Mason, [w, h, d]: Point): void {
  mason.of("wood", TONES.oakDark).block([w * 0.96, 0.06, d * 0.9], [0, 0.1, 0], 0.02);
  for (const x of [-1, 1])
    for (const z of [-1, 1]) mason.block([0.06, 0.1, 0.06], [x * w * 0.42, 0, z * d * 0.36], 0.01);
  mason.of("cloth", LINEN);
  mason.block([w, 0.2, d * 0.94], [0, 0.16, 0], 0.07);
  mason.block([w, h - 0.18, 0.22], [0, 0.18, d / 2 - 0.13], 0.09);
  for (const x of [-1, 1]) mason.block([0.2, 0.46, d * 0.92], [x * (w / 2 - 0.1), 0.16, 0], 0.08);
  mason.of("cloth", "#e6dfd1");
  for (const x of [-1, 1])
    mason.block([w * 0.4, 0.16, d * 0.68], [x * w * 0.205, 0.33, -0.08], 0.06);
  const pillows: [number, string][] = [
    [-0.3, SEA],
    [0.05, "#d8b38a"],
    [0.32, "#b9c4a4"],
  ];
  for (const [x, colour] of pillows) {
    mason.of("cloth", colour);
    mason.tilted([x * w, 0.5, d * 0.2], [0.3, x * 0.4, 0], () =>
      mason.block([0.42, 0.36, 0.13], [0, 0, 0], 0.06),
    );
  }
}

/** An examination couch. */
export function couch(mason: Mason, [w, h, d]: Point): void {
  mason.of("wood", TONES.oak);
  for (const x of [-1, 1])
    for (const z of [-1, 1])
      mason.block([0.07, h - 0.14, 0.07], [x * w * 0.38, 0, z * d * 0.4], 0.015);
  mason.block([w * 0.9, 0.07, d * 0.94], [0, h - 0.2, 0], 0.015);
  mason.of("cloth", "#b7cfcb").block([w, 0.13, d], [0, h - 0.13, 0], 0.05);
  mason.of("cloth", "#f3efe6").block([w * 0.62, 0.02, d * 0.96], [0, h - 0.008, 0], 0.008);
  mason.of("cloth", "#f3efe6").block([w * 0.7, 0.09, 0.34], [0, h, d * 0.36], 0.04);
}

/** A shelf whose open side looks to −z. */
export function shelf(mason: Mason, [w, h, d]: Point, variant: string, seed: number): void {
  const chance = new Chance(seed);
  const boards = Math.max(3, Math.round(h / 0.42));
  mason.of("wood", TONES.oak);
  for (const x of [-1, 1]) mason.block([0.035, h, d], [x * (w / 2 - 0.018), 0, 0], 0.006);
  mason.block([w, h, 0.02], [0, 0, d / 2 - 0.01], 0);
  for (let i = 0; i <= boards; i++) {
    const y = (h - 0.035) * (i / boards);
    mason.of("wood", TONES.oak).block([w - 0.04, 0.035, d], [0, y, 0], 0.006);
    if (i === boards) continue;
    const room = h / boards - 0.06;
    if (variant === "devices") devices(mason, chance, i, y + 0.035, w, room);
    else books(mason, chance, y + 0.035, w, d, room);
  }
}

const SPINES = [
  "#d9cbb2",
  "#8fb0ad",
  "#b98f6a",
  "#efe9dc",
  "#7d9184",
  "#c9a88c",
  "#6f8a92",
] as const;

function books(mason: Mason, chance: Chance, y: number, w: number, d: number, room: number): void {
  let x = -w / 2 + 0.07;
  while (x < w / 2 - 0.12) {
    if (chance.next() < 0.16) {
      x += chance.between(0.08, 0.3);
      continue;
    }
    const wide = chance.between(0.025, 0.055);
    const tall = room * chance.between(0.62, 0.95);
    mason.of("cloth", chance.pick([...SPINES] as unknown as [string, ...string[]]));
    mason.block([wide, tall, d * 0.66], [x + wide / 2, y, -d * 0.02], 0.004);
    x += wide + 0.003;
  }
}

function devices(
  mason: Mason,
  chance: Chance,
  row: number,
  y: number,
  w: number,
  room: number,
): void {
  if (row === 1) {
    mason.of("stone", TONES.chalk).block([0.2, 0.09, 0.16], [-w * 0.28, y, 0], 0.03);
    mason
      .of("glow", "#bfe6df")
      .face(
        [-w * 0.28 - 0.06, y + 0.03, -0.081],
        [-w * 0.28 - 0.06, y + 0.075, -0.081],
        [-w * 0.28 + 0.06, y + 0.075, -0.081],
        [-w * 0.28 + 0.06, y + 0.03, -0.081],
      );
    mason.of("cloth", "#51656a").tube(
      [
        [w * 0.02, y + 0.05, 0],
        [w * 0.1, y + 0.09, -0.06],
        [w * 0.2, y + 0.05, 0.02],
      ],
      () => 0.035,
      8,
    );
    mason.of("stone", "#e9f0ee").block([0.09, 0.05, 0.07], [w * 0.32, y, 0], 0.02);
  } else if (row === 2) {
    mason.of("stone", "#e3e8e4").block([0.34, 0.05, 0.24], [w * 0.18, y, 0], 0.02);
    mason.of("stone", TONES.clay).lathe(
      [
        [0, 0],
        [0.06, 0],
        [0.08, 0.12],
        [0.06, 0.14],
      ],
      [-w * 0.28, y, 0],
      14,
    );
    for (let i = 0; i < 5; i++) tuft(mason, chance, [-w * 0.28, y + 0.1, 0], 0.17, "#b9c99a");
  } else {
    books(mason, chance, y, w * 0.7, 0.3, room);
  }
}

export function desk(mason: Mason, [w, h, d]: Point): void {
  mason.of("stone", TONES.lime).block([w - 0.1, h - 0.08, d - 0.16], [0, 0, 0.02], 0.05);
  mason.of("wood", TONES.oak).block([w, 0.07, d], [0, h - 0.07, 0], 0.025);
  const slats = Math.round(w / 0.09);
  for (let i = 0; i < slats; i++) {
    const x = -w / 2 + 0.1 + ((w - 0.2) * i) / (slats - 1);
    mason
      .of("wood", i % 2 ? TONES.oak : TONES.cedar)
      .block([0.05, h - 0.16, 0.03], [x, 0.05, -d / 2 + 0.09], 0.008);
  }
  mason.of("stone", TONES.tealDeep).lathe(
    [
      [0, 0],
      [0.07, 0],
      [0.1, 0.14],
      [0.05, 0.22],
      [0.06, 0.24],
    ],
    [w * 0.36, h, 0],
    16,
  );
  const chance = new Chance(4);
  for (let i = 0; i < 8; i++) tuft(mason, chance, [w * 0.36, h + 0.18, 0], 0.26, "#b3c394");
}

/** A lamp on a post, or one that stands in a room. */
export function lamp(mason: Mason, [w, h]: Point, variant: string): void {
  if (variant === "floor") {
    mason.of("wood", TONES.oakDark).drum(0.16, 0.15, 0.03, [0, 0, 0], 20);
    mason.drum(0.014, 0.012, h - 0.3, [0, 0.03, 0], 8, false);
    mason.of("glow", "#ffe9c6").lathe(
      [
        [w * 0.34, 0],
        [w * 0.5, -0.3],
      ].reverse() as [number, number][],
      [0, h, 0],
      20,
    );
    return;
  }
  mason.of("stone", TONES.limeDeep).drum(0.14, 0.12, 0.22, [0, 0, 0], 12);
  mason.of("cloth", "#5b6664").drum(0.035, 0.028, h - 0.62, [0, 0.2, 0], 8, false);
  mason.of("cloth", "#5b6664").lathe(
    [
      [0, 0.07],
      [w * 0.46, 0.0],
      [w * 0.46, -0.03],
      [0, -0.03],
    ].reverse() as [number, number][],
    [0, h - 0.07, 0],
    12,
  );
  mason.of("glow", "#fff0d4").lathe(
    [
      [0.02, -0.32],
      [w * 0.26, -0.28],
      [w * 0.3, -0.04],
      [0.02, -0.02],
    ],
    [0, h - 0.07, 0],
    12,
  );
}

export function rug(mason: Mason, [w, h, d]: Point, variant: string): void {
  const [ground, line] = variant === "sea" ? ["#a9c2bd", "#e9e2d2"] : ["#d8cdb9", "#b9c4b4"];
  mason.of("cloth", line).block([w, h, d], [0, 0, 0], 0.008);
  mason.of("cloth", ground).block([w - 0.16, h, d - 0.16], [0, 0.004, 0], 0.008);
  mason.of("cloth", line).block([w - 0.5, h, 0.03], [0, 0.006, d / 2 - 0.32], 0.004);
  mason.block([w - 0.5, h, 0.03], [0, 0.006, -d / 2 + 0.32], 0.004);
}

/** A picture on the wall, looking to −z: bands of land, water and light. */
export function painting(mason: Mason, [w, h, d]: Point, variant: string): void {
  mason.of("wood", TONES.oakDark).block([w, h, d], [0, 0, 0], 0.012);
  const bands =
    variant === "sea"
      ? ["#e9d9bd", "#dfe5dc", "#b9d3d4", "#86b2b6", "#5f9499", "#d8c6a4"]
      : ["#efe8d8", "#dfe0c4", "#c2cba2", "#9fb083", "#7f9468", "#cdb996"];
  const chance = new Chance(w * 100 + h);
  const inner = w - 0.12;
  let y = h - 0.06;
  bands.forEach((colour, i) => {
    const tall =
      ((h - 0.12) / bands.length) * (i === bands.length - 1 ? 1 : chance.between(0.85, 1.15));
    const low = i === bands.length - 1 ? 0.06 : Math.max(0.06, y - tall);
    mason.of("cloth", colour);
    mason.face(
      [-inner / 2, low, -d / 2 - 0.002],
      [-inner / 2, y, -d / 2 - 0.002],
      [inner / 2, y, -d / 2 - 0.002],
      [inner / 2, low, -d / 2 - 0.002],
    );
    y = low;
  });
}

/** The stand that a hologram floats over: stone, a rim of light, water-clear glass. */
export function hologramStand(mason: Mason, [w, h]: Point): void {
  const r = w / 2;
  mason.of("stone", TONES.lime).lathe(
    [
      [r, 0],
      [r, h * 0.55],
      [r - 0.03, h * 0.62],
      [r - 0.03, h * 0.62],
      [r - 0.06, h * 0.62],
    ],
    [0, 0, 0],
    48,
  );
  mason.of("glow", "#9fe3da").lathe(
    [
      [r - 0.06, h * 0.62],
      [r - 0.09, h * 0.62],
    ],
    [0, 0.004, 0],
    48,
  );
  mason.of("wood", TONES.oak).lathe(
    [
      [r - 0.09, h * 0.6],
      [r - 0.1, h * 0.95],
      [r - 0.12, h],
      [r - 0.2, h],
    ],
    [0, 0, 0],
    48,
  );
  mason.of("cloth", "#d7ebe6").drum(r - 0.2, r - 0.2, 0.01, [0, h - 0.012, 0], 40);
  mason.of("glow", "#c9f2ea").lathe(
    [
      [r - 0.28, 0],
      [r - 0.3, 0],
    ],
    [0, h + 0.002, 0],
    48,
  );
}

export function amphora(mason: Mason, [w, h]: Point): void {
  const r = w / 2;
  mason.of("stone", TONES.clay);
  mason.lathe(
    [
      [0, 0],
      [r * 0.36, 0],
      [r * 0.4, h * 0.04],
      [r * 0.62, h * 0.2],
      [r, h * 0.55],
      [r * 0.92, h * 0.7],
      [r * 0.5, h * 0.82],
      [r * 0.36, h * 0.88],
      [r * 0.4, h * 0.97],
      [r * 0.5, h],
      [r * 0.36, h],
      [r * 0.3, h * 0.9],
    ],
    [0, 0, 0],
    22,
  );
  for (const side of [-1, 1]) {
    mason.tube(
      [
        [side * r * 0.36, h * 0.92, 0],
        [side * r * 0.85, h * 0.9, 0],
        [side * r * 0.86, h * 0.74, 0],
      ],
      () => 0.03,
      6,
    );
  }
}

/** A board with news, looking to −z. */
export function notice(mason: Mason, [w, h, d]: Point): void {
  mason.of("wood", TONES.oakDark);
  for (const x of [-1, 1]) mason.block([0.1, h, 0.1], [x * (w / 2 - 0.05), 0, 0], 0.02);
  mason.of("wood", TONES.oak).block([w - 0.2, h * 0.62, d * 0.3], [0, h * 0.33, 0], 0.02);
  mason.block([w + 0.2, 0.07, d + 0.25], [0, h - 0.02, 0], 0.02);
  const chance = new Chance(3);
  for (let i = 0; i < 5; i++) {
    const [pw, ph] = [chance.between(0.2, 0.34), chance.between(0.26, 0.42)];
    const x = -w * 0.34 + (i % 3) * w * 0.32 + chance.between(-0.04, 0.04);
    const y = h * (i < 3 ? 0.66 : 0.4);
    mason.of("cloth", chance.pick(["#fbf7ee", "#f1ead9", "#dbe9e5"]));
    mason.face(
      [x - pw / 2, y, -d * 0.15 - 0.012],
      [x - pw / 2, y + ph, -d * 0.15 - 0.012],
      [x + pw / 2, y + ph, -d * 0.15 - 0.012],
      [x + pw / 2, y, -d * 0.15 - 0.012],
    );
  }
}
