import { Chance } from "../chance";
import type { Mason, Point } from "../mason";
import { TONES } from "../materials";
import { archway, tiled, window_ } from "./masonry";

/** Market below, council above: an open arcade with stalls under a raised hall. */
export function hallHouse(mason: Mason, [w, h, d]: Point): void {
  const front = -d / 2;
  const story = 4.1;
  const bays: [number, number, number][] = [
    [-4.6, 2.3, 1.8],
    [-2.5, 1.9, 1.4],
    [0, 3.1, 2.4],
    [2.5, 1.9, 1.4],
    [4.6, 2.3, 1.8],
  ];
  mason.of("stone", TONES.lime);
  for (const [x, width, opening] of bays) {
    archway(mason, [x, 0, front + 0.3], {
      width,
      opening,
      spring: opening > 2 ? 2 : 2.1,
      top: story,
      thick: 0.55,
    });
  }
  for (const side of [-1, 1]) {
    mason.in([side * (w / 2 - 0.3), 0, 0.2], (side * Math.PI) / 2, () => {
      mason.of("stone", TONES.lime);
      for (const x of [-2.5, 0, 2.5])
        archway(mason, [x, 0, 0], {
          width: 2.5,
          opening: 1.9,
          spring: 2.1,
          top: story,
          thick: 0.55,
        });
    });
  }
  mason.of("stone", TONES.sand).block([w - 0.3, story, 0.4], [0, 0, d / 2 - 0.25], 0.02);
  mason.of("stone", TONES.chalk).block([w + 0.3, 0.24, d + 0.3], [0, story, 0], 0.04);
  council(mason, [w - 1.6, h - story - 1.4, d - 1.8], story + 0.24);
  stalls(mason, w, front);
}

/** The council's room above, with a row of windows all around. */
function council(mason: Mason, [w, h, d]: Point, y: number): void {
  mason.of("stone", TONES.chalk).block([w, h, d], [0, y, 0], 0.03);
  const sides: [number, number][] = [
    [w, d / 2],
    [d, w / 2],
    [w, d / 2],
    [d, w / 2],
  ];
  sides.forEach(([long, out], side) => {
    mason.in([0, y, 0], (side * Math.PI) / 2, () => {
      const count = Math.round(long / 1.5);
      for (let i = 0; i < count; i++)
        window_(
          mason,
          [-long / 2 + (long * (i + 0.5)) / count, 0.36, -out - 0.01],
          0.86,
          h - 0.75,
          0,
        );
    });
  });
  tiled(mason, [w + 1.1, 1.2, d + 1.1], [0, y + h, 0], 2.4, "#bd8763");
}

const FRUIT = ["#d98a45", "#c9544a", "#d8bf55", "#8fae5a", "#b46a8c"] as const;

function stalls(mason: Mason, w: number, front: number): void {
  const chance = new Chance(23);
  const awnings = ["#7fb3ae", "#e7dcc4", "#cf9a78", "#7fb3ae"];
  [-4.6, -2.5, 2.5, 4.6].forEach((x, i) => {
    const z = front + 1.5;
    mason.of("wood", TONES.oak).block([1.5, 0.8, 0.8], [x, 0, z], 0.02);
    for (let k = 0; k < 3; k++) {
      const cx = x - 0.48 + k * 0.48;
      mason.of("wood", TONES.oakDark).block([0.44, 0.16, 0.62], [cx, 0.8, z - 0.06], 0.01);
      mason.of("cloth", chance.pick([...FRUIT] as unknown as [string, ...string[]]));
      for (let n = 0; n < 9; n++) {
        const at: Point = [
          cx + ((n % 3) - 1) * 0.13,
          0.95,
          z - 0.06 + (Math.floor(n / 3) - 1) * 0.18,
        ];
        mason.lathe(
          [
            [0, 0],
            [0.07, 0.05],
            [0.05, 0.12],
            [0, 0.14],
          ],
          at,
          6,
        );
      }
    }
    mason.of("cloth", awnings[i] ?? "#e7dcc4");
    const at = (u: number, v: number): Point => [
      x + (u - 0.5) * 1.7,
      2.55 - 0.45 * v + 0.05 * Math.sin(Math.PI * v),
      z + 0.5 - 1.35 * v,
    ];
    mason.sheet((u, v) => at(1 - u, v), 4, 5);
    mason.sheet((u, v) => [at(u, v)[0], at(u, v)[1] - 0.02, at(u, v)[2]], 4, 5);
  });
  mason.of("stone", "#d9c9ab").block([w - 1.4, 0.02, 5], [0, 0, 0.5], 0);
}
