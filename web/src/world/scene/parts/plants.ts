import { Vector3 } from "three";
import { Chance } from "../chance";
import type { Mason, Point } from "../mason";
import { mixed, TONES } from "../materials";
import { LEAVES } from "../pictures";

type Picture = readonly [number, number];

interface Crown {
  readonly centre: Point;
  readonly radii: Point;
  readonly count: number;
  /** Half the width of a spray [m]. */
  readonly spray: number;
  readonly picture: Picture;
  readonly dark: string;
  readonly light: string;
  readonly sway?: number;
}

/** Sprays of leaves over an ellipsoid, darker inside and beneath, as a crown shades itself. */
function crown(mason: Mason, chance: Chance, shape: Crown): void {
  const { centre, radii, count, spray, picture } = shape;
  for (let i = 0; i < count; i++) {
    const y = 1 - (2 * (i + 0.5)) / count;
    const ring = Math.sqrt(Math.max(0, 1 - y * y));
    const turn = i * 2.399963 + chance.between(-0.4, 0.4);
    const deep = chance.between(0.62, 1);
    const away = new Vector3(Math.sin(turn) * ring, y, Math.cos(turn) * ring);
    const at: Point = [
      centre[0] + away.x * radii[0] * deep,
      centre[1] + away.y * radii[1] * deep,
      centre[2] + away.z * radii[2] * deep,
    ];
    const light = 0.5 + 0.5 * away.y;
    mason.of("leaf", mixed(shape.dark, shape.light, 0.15 + 0.85 * light * deep));
    const shade = (0.72 + 0.28 * light) * (0.66 + 0.34 * deep) * chance.between(0.92, 1.06);
    sprig(mason, chance, at, away, spray * chance.between(0.8, 1.15), picture, {
      sway: (shape.sway ?? 0.03) * deep,
      shade,
    });
  }
}

/** One card, lying roughly across the direction it grows in. */
function sprig(
  mason: Mason,
  chance: Chance,
  at: Point,
  away: Vector3,
  size: number,
  picture: Picture,
  { sway, shade }: { sway: number; shade: number },
): void {
  const face = away
    .clone()
    .add(new Vector3(chance.between(-1, 1), chance.between(-0.6, 1), chance.between(-1, 1)))
    .normalize();
  const right = new Vector3(0, 1, 0).cross(face);
  if (right.lengthSq() < 0.01) right.set(1, 0, 0);
  right.normalize().multiplyScalar(size);
  const up = face.clone().cross(right).normalize().multiplyScalar(size);
  const lit = away
    .clone()
    .multiplyScalar(0.75)
    .add(new Vector3(0, 0.35, 0))
    .normalize();
  mason.card(at, right, up, lit, picture, sway, shade);
}

/** An olive tree: a twisted trunk that forks, and a loose silver crown. */
export function olive(mason: Mason, size: Point, variant: string, seed: number): void {
  const chance = new Chance(seed);
  const [w, h] = size;
  const isOld = variant === "old";
  const fork = h * (isOld ? 0.3 : 0.36);
  const thick = (isOld ? 0.052 : 0.03) * h;
  const limbs = isOld ? 5 : 4;
  mason.of("stone", mixed(TONES.bark, TONES.oakDark, 0.25));
  const lean = chance.between(-0.12, 0.12) * h;
  const trunk: Point[] = [0, 0.12, 0.26, 0.42, 0.58, 0.74, 0.88, 1].map((t) => [
    lean * t * t + Math.sin(t * 3.4 + seed) * thick * 0.55,
    fork * t,
    Math.cos(t * 2.9 + seed) * thick * 0.6,
  ]);
  mason.tube(trunk, (t) => thick * (1.25 - 0.5 * t + 0.9 * Math.max(0, 0.2 - t) ** 1.3 * 4), 9);
  const top = trunk.at(-1) ?? [0, fork, 0];
  const blobs: [Point, number][] = [];
  for (let i = 0; i < limbs; i++) {
    const turn = (i / limbs) * 2 * Math.PI + chance.between(-0.4, 0.4);
    const out = w * chance.between(0.2, 0.31);
    const up = h * chance.between(0.26, 0.38);
    const end: Point = [top[0] + Math.sin(turn) * out, fork + up, top[2] + Math.cos(turn) * out];
    const limb = [0, 0.2, 0.45, 0.72, 1].map(
      (t): Point => [
        top[0] + Math.sin(turn) * out * t ** 1.5,
        fork - thick * 0.5 + (up + thick * 0.5) * t ** 0.85,
        top[2] + Math.cos(turn) * out * t ** 1.5,
      ],
    );
    mason.of("stone", TONES.bark).tube(limb, (t) => thick * (0.66 - 0.5 * t), 6);
    blobs.push([end, w * chance.between(0.21, 0.27)]);
  }
  blobs.push([[top[0], h * 0.8, top[2]], w * 0.26]);
  const spray = Math.min(0.62, 0.13 * w + 0.06);
  for (const [centre, radius] of blobs) {
    crown(mason, chance, {
      centre: [centre[0], centre[1] + radius * 0.35, centre[2]],
      radii: [radius * 1.1, radius * 0.86, radius * 1.1],
      count: w < 2 ? 12 : 22,
      spray,
      picture: LEAVES.olive,
      dark: TONES.oliveDark,
      light: "#cdd5b4",
    });
  }
}

/** A cypress: a dark flame. */
export function cypress(mason: Mason, [w, h]: Point, seed: number): void {
  const chance = new Chance(seed);
  mason.of("stone", TONES.bark).drum(0.09, 0.07, h * 0.14, [0, 0, 0], 7, false);
  const rows = Math.round(h * 2.1);
  for (let row = 0; row < rows; row++) {
    const t = row / (rows - 1);
    const y = h * (0.07 + 0.9 * t);
    const wide = (w / 2) * Math.sin(Math.PI * Math.min(1, 0.16 + 0.86 * t)) ** 0.8;
    const around = Math.max(3, Math.round(7 * (1 - t * 0.7)));
    for (let i = 0; i < around; i++) {
      const turn = (i / around) * 2 * Math.PI + row * 1.1 + chance.between(-0.3, 0.3);
      const away = new Vector3(Math.sin(turn), 0.25, Math.cos(turn)).normalize();
      const at: Point = [away.x * wide * 0.72, y, away.z * wide * 0.72];
      mason.of("leaf", mixed(TONES.cypress, "#93aa7b", chance.next() * 0.5 + t * 0.25));
      const right = new Vector3(Math.cos(turn), 0, -Math.sin(turn)).multiplyScalar(0.36);
      const up = new Vector3(away.x * -0.1, 1, away.z * -0.1).multiplyScalar(0.52);
      mason.card(at, right, up, away, LEAVES.needle, 0.012 * t, chance.between(0.72, 1));
    }
  }
}

/** A stone pine: a bare leaning trunk and a flat wide crown. */
export function pine(mason: Mason, [w, h]: Point, seed: number): void {
  const chance = new Chance(seed);
  const lean = chance.between(-0.5, 0.5);
  mason.of("stone", mixed(TONES.bark, TONES.clay, 0.3));
  const trunk: Point[] = [
    [0, -0.5, 0],
    [lean * 0.3, h * 0.35, 0.1],
    [lean * 0.8, h * 0.72, 0.2],
  ];
  mason.tube(trunk, (t) => 0.034 * h * (1 - 0.45 * t), 8);
  for (let i = 0; i < 6; i++) {
    const turn = (i / 6) * 2 * Math.PI;
    const out = w * 0.27;
    const end: Point = [lean + Math.sin(turn) * out, h * 0.84, Math.cos(turn) * out];
    mason.of("stone", TONES.bark).tube([trunk[2] ?? end, end], (t) => 0.1 - 0.06 * t, 5);
    crown(mason, chance, {
      centre: [end[0], h * 0.88, end[2]],
      radii: [w * 0.25, h * 0.1, w * 0.25],
      count: 20,
      spray: 0.62,
      picture: LEAVES.needle,
      dark: "#6b8457",
      light: "#a9bd88",
      sway: 0.02,
    });
  }
}

/** A laurel in a pot, clipped to a ball. */
export function laurel(mason: Mason, [w, h]: Point, seed: number): void {
  const chance = new Chance(seed);
  const pot = h * 0.22;
  mason.of("stone", TONES.clay);
  mason.lathe(
    [
      [0, 0.01],
      [w * 0.22, 0],
      [w * 0.32, pot * 0.9],
      [w * 0.34, pot * 0.9],
      [w * 0.34, pot],
      [w * 0.29, pot],
      [w * 0.29, pot * 0.92],
      [0, pot * 0.92],
    ],
    [0, 0, 0],
    18,
  );
  mason.of("stone", TONES.bark).drum(0.035, 0.03, h * 0.4, [0, pot * 0.9, 0], 6, false);
  crown(mason, chance, {
    centre: [0, h * 0.72, 0],
    radii: [w * 0.42, h * 0.27, w * 0.42],
    count: 46,
    spray: Math.min(0.3, w * 0.26),
    picture: LEAVES.broad,
    dark: "#5f7c4d",
    light: "#9fbb7e",
    sway: 0.008,
  });
}

const BLOSSOMS: Readonly<Record<string, string>> = {
  lavender: TONES.lavender,
  sage: "#b9a9d8",
  thyme: "#d9bfd0",
  rosemary: "#a9b8dc",
  basil: "#a7c48a",
};

/** A raised bed of herbs in bloom. */
export function herbs(mason: Mason, [w, h, d]: Point, variant: string, seed: number): void {
  const chance = new Chance(seed);
  bed(mason, w, d, h * 0.55);
  const colour = BLOSSOMS[variant] ?? TONES.lavender;
  const count = Math.round(w * d * 16);
  for (let i = 0; i < count; i++) {
    const at: Point = [
      chance.between(-0.46, 0.46) * w,
      h * 0.55 + 0.16,
      chance.between(-0.44, 0.44) * d,
    ];
    tuft(mason, chance, at, 0.26 * chance.between(0.8, 1.25), colour);
  }
}

/** Two crossed cards of stalks. */
export function tuft(mason: Mason, chance: Chance, at: Point, size: number, colour: string): void {
  mason.of("leaf", mixed(colour, "#dfe6cf", chance.next() * 0.3));
  const turn = chance.next() * Math.PI;
  for (const more of [0, Math.PI / 2]) {
    const right = new Vector3(Math.cos(turn + more), 0, Math.sin(turn + more));
    const up = new Vector3(chance.between(-0.15, 0.15), 1, chance.between(-0.15, 0.15));
    mason.card(
      [at[0], at[1] + size * 0.5, at[2]],
      right.multiplyScalar(size),
      up.multiplyScalar(size),
      new Vector3(0, 1, 0),
      LEAVES.flower,
      0.02,
      chance.between(0.85, 1.05),
    );
  }
}

function bed(mason: Mason, w: number, d: number, height: number): void {
  const rim = 0.09;
  mason.of("stone", TONES.limeDeep);
  mason.block([w, height, rim], [0, 0, d / 2 - rim / 2], 0.02);
  mason.block([w, height, rim], [0, 0, -d / 2 + rim / 2], 0.02);
  mason.block([rim, height, d], [w / 2 - rim / 2, 0, 0], 0.02);
  mason.block([rim, height, d], [-w / 2 + rim / 2, 0, 0], 0.02);
  mason.of("stone", TONES.earth).block([w - rim, height - 0.04, d - rim], [0, 0, 0], 0);
}

/** A planter with a seat-high rim; what grows in it is its own thing. */
export function planter(mason: Mason, [w, h, d]: Point, variant: string, seed: number): void {
  const chance = new Chance(seed);
  if (variant === "round" || w === d) {
    const r = w / 2;
    mason.of("stone", TONES.lime);
    mason.lathe(
      [
        [r * 0.94, 0],
        [r * 0.94, h * 0.12],
        [r * 0.9, h * 0.14],
        [r * 0.9, h - 0.1],
        [r, h - 0.08],
        [r, h],
        [r - 0.22, h],
        [r - 0.22, h - 0.08],
      ],
      [0, 0, 0],
      36,
    );
    mason.of("stone", TONES.earth).drum(r - 0.2, r - 0.2, 0.02, [0, h - 0.1, 0], 24);
    const tufts = Math.round(r * r * 9);
    for (let i = 0; i < tufts; i++) {
      const far = (r - 0.34) * Math.sqrt(chance.between(0.12, 1));
      const way = chance.next() * 2 * Math.PI;
      const colour = chance.pick(["#cdb7d6", "#e6dfc4", "#b9c99a", "#b9c99a"]);
      const at: Point = [Math.sin(way) * far, h - 0.08, Math.cos(way) * far];
      tuft(mason, chance, at, 0.2, colour);
    }
    return;
  }
  bed(mason, w, d, h);
}
