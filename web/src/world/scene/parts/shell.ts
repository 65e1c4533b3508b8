import type { Mason, Point } from "../mason";
import { mixed, TONES } from "../materials";

/** An opening in a wall: where along it [m] and how wide and high. */
export interface Gap {
  readonly at: number;
  readonly width: number;
  readonly height: number;
}

/** A wall; wooden ones are slatted on both sides. Its length runs along its longer side. */
export function wall(mason: Mason, [w, h, d]: Point, variant: string, gaps: readonly Gap[]): void {
  const isAlongX = w >= d;
  const [long, thick] = isAlongX ? [w, d] : [d, w];
  mason.in([0, 0, 0], isAlongX ? 0 : Math.PI / 2, () => {
    let from = -long / 2;
    for (const gap of [...gaps].sort((a, b) => a.at - b.at)) {
      stretch(mason, from, gap.at - gap.width / 2, 0, h, thick, variant);
      stretch(mason, gap.at - gap.width / 2, gap.at + gap.width / 2, gap.height, h, thick, variant);
      from = gap.at + gap.width / 2;
    }
    stretch(mason, from, long / 2, 0, h, thick, variant);
  });
}

function stretch(
  mason: Mason,
  from: number,
  to: number,
  low: number,
  high: number,
  thick: number,
  variant: string,
): void {
  const long = to - from;
  if (long < 0.01 || high - low < 0.01) return;
  const middle = (from + to) / 2;
  if (variant !== "wood") {
    mason.of("cloth", "#fbf6ec").block([long, high - low, thick], [middle, low, 0], 0);
    if (low > 0) return;
    mason.of("wood", TONES.oak).block([long, 0.09, thick + 0.03], [middle, 0, 0], 0.01);
    return;
  }
  mason.of("wood", TONES.oakDark).block([long, high - low, thick * 0.6], [middle, low, 0], 0);
  const pitch = 0.13;
  const count = Math.max(1, Math.floor(long / pitch));
  mason.of("wood", TONES.oak);
  for (let i = 0; i < count; i++) {
    const x = from + (long * (i + 0.5)) / count;
    for (const side of [-1, 1]) {
      const z = side * thick * 0.42;
      const [l, r] = [x - 0.045, x + 0.045];
      slat(mason, l, r, low, high, z, side);
    }
  }
}

/** The three sides of a slat that can be seen. */
function slat(
  mason: Mason,
  l: number,
  r: number,
  low: number,
  high: number,
  z: number,
  side: number,
): void {
  const front = z + side * 0.02;
  const back = z - side * 0.02;
  if (side > 0) {
    mason.face([l, low, front], [r, low, front], [r, high, front], [l, high, front]);
    mason.face([r, low, front], [r, low, back], [r, high, back], [r, high, front]);
    mason.face([l, low, back], [l, low, front], [l, high, front], [l, high, back]);
  } else {
    mason.face([r, low, front], [l, low, front], [l, high, front], [r, high, front]);
    mason.face([l, low, front], [l, low, back], [l, high, back], [l, high, front]);
    mason.face([r, low, back], [r, low, front], [r, high, front], [r, high, back]);
  }
}

/** Panes in slim wooden frames. */
export function glazing(mason: Mason, [w, h, d]: Point, variant: string): void {
  const isAlongX = w >= d;
  const long = isAlongX ? w : d;
  mason.in([0, 0, 0], isAlongX ? 0 : Math.PI / 2, () => {
    const panes = Math.max(1, Math.round(long / 1.45));
    mason.of("wood", TONES.oak);
    mason.block([long, 0.09, 0.12], [0, 0, 0], 0.012);
    mason.block([long, 0.14, 0.14], [0, h - 0.14, 0], 0.012);
    for (let i = 0; i <= panes; i++)
      mason.block([0.07, h, 0.1], [-long / 2 + (long * i) / panes, 0, 0], 0.012);
    mason.of("glass", variant === "teal" ? TONES.glass : "#d9ece6");
    mason.face(
      [-long / 2, 0.05, 0],
      [long / 2, 0.05, 0],
      [long / 2, h - 0.1, 0],
      [-long / 2, h - 0.1, 0],
    );
  });
}

/** A ceiling: boards and beams, or pale with a round opening to the sky. */
export function ceiling(mason: Mason, [w, h, d]: Point, variant: string): void {
  if (variant === "oculus") {
    oculus(mason, w, h, d);
    return;
  }
  mason.of("wood", mixed(TONES.oak, "#ffffff", 0.42)).block([w, h, d], [0, 0, 0], 0);
  const beams = Math.max(3, Math.round(w / 1.25));
  mason.of("wood", TONES.oak);
  for (let i = 0; i < beams; i++)
    mason.block([0.11, 0.2, d - 0.3], [-w / 2 + (w * (i + 0.5)) / beams, -0.2, 0], 0.015);
}

function oculus(mason: Mason, w: number, h: number, d: number): void {
  const [r, sides] = [2.5, 40];
  mason.of("cloth", "#fbf6ec");
  const edge = (a: number): [number, number] => {
    const [x, z] = [Math.sin(a), Math.cos(a)];
    const reach = Math.min(
      w / 2 / Math.max(Math.abs(x), 1e-6),
      d / 2 / Math.max(Math.abs(z), 1e-6),
    );
    return [x * reach, z * reach];
  };
  for (let i = 0; i < sides; i++) {
    const [a, b] = [(i / sides) * 2 * Math.PI, ((i + 1) / sides) * 2 * Math.PI];
    const [ia, ib]: [[number, number], [number, number]] = [
      [Math.sin(a) * r, Math.cos(a) * r],
      [Math.sin(b) * r, Math.cos(b) * r],
    ];
    const [oa, ob] = [edge(a), edge(b)];
    mason.face([oa[0], 0, oa[1]], [ia[0], 0, ia[1]], [ib[0], 0, ib[1]], [ob[0], 0, ob[1]]);
    mason.face([oa[0], h, oa[1]], [ob[0], h, ob[1]], [ib[0], h, ib[1]], [ia[0], h, ia[1]]);
  }
  mason.of("cloth", "#fbf6ec").lathe(
    [
      [r, 1.1],
      [r, 0],
    ],
    [0, 0, 0],
    sides,
  );
  mason.lathe(
    [
      [r + 0.2, 0],
      [r + 0.2, 1.1],
      [r, 1.1],
    ],
    [0, 0, 0],
    sides,
  );
  mason.of("wood", TONES.oak).lathe(
    [
      [r, 0.02],
      [r - 0.06, 0],
      [r + 0.3, -0.05],
      [r + 0.34, 0],
    ].reverse() as [number, number][],
    [0, 0, 0],
    sides,
  );
  mason.of("glass", TONES.glass).lathe(
    [
      [0, 1.9],
      [r * 0.5, 1.72],
      [r * 0.85, 1.4],
      [r, 1.1],
    ].reverse() as [number, number][],
    [0, 0, 0],
    28,
  );
  mason.of("wood", TONES.oak);
  const ribs = Math.round(w / 3);
  for (let i = 0; i <= ribs; i++) {
    const x = -w / 2 + 0.3 + ((w - 0.6) * i) / ribs;
    const gap = Math.abs(x) < r + 0.4 ? Math.sqrt((r + 0.4) ** 2 - x * x) : 0;
    const long = d / 2 - 0.2 - gap;
    for (const side of [-1, 1])
      mason.block([0.12, 0.16, long], [x, -0.16, side * (gap + long / 2)], 0.015);
  }
}

export function floor(mason: Mason, [w, h, d]: Point, variant: string): void {
  if (variant === "travertine") {
    const [nx, nz] = [Math.round(w / 1.2), Math.round(d / 1.2)];
    for (let i = 0; i < nx; i++) {
      for (let j = 0; j < nz; j++) {
        const tone = ((i * 7 + j * 13) % 5) / 5;
        mason.of("stone", mixed("#efe6d6", "#e0d3bd", tone));
        mason.block(
          [w / nx - 0.012, h, d / nz - 0.012],
          [-w / 2 + (w * (i + 0.5)) / nx, 0, -d / 2 + (d * (j + 0.5)) / nz],
          0.006,
        );
      }
    }
    mason.of("stone", TONES.limeDeep).block([w, h - 0.012, d], [0, 0, 0], 0);
    return;
  }
  const isDeck = variant === "deck";
  mason
    .of(isDeck ? "wood" : "floor", isDeck ? "#bda183" : "#cfae88")
    .block([w, h, d], [0, 0, 0], 0);
}
