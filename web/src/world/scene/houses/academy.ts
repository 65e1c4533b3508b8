import type { Mason, Point } from "../mason";
import { TONES } from "../materials";
import { column } from "../parts/stonework";
import { curtain, tiled, window_ } from "./masonry";

/** The academy: a stoa to walk and talk in, and a library tower with a lantern of glass. */
export function academyHouse(mason: Mason, [w, h, d]: Point): void {
  const front = -d / 2;
  const eaves = 3.9;
  const wall = front + 2.3;
  mason
    .of("stone", TONES.chalk)
    .block([w - 0.5, eaves, d / 2 - wall - 0.2], [0, 0, (wall + d / 2) / 2], 0.03);
  for (const x of [-4.3, -2.4, 4.4]) window_(mason, [x, 0.9, wall - 0.01], 1.2, 2.1);
  mason.of("stone", TONES.lime);
  for (const x of [-5.6, -4, -2.4, 2.4, 4, 5.6]) {
    mason.in([x, 0, front + 0.4], 0, () => column(mason, [0.56, eaves - 0.1, 0.56], "", 16));
  }
  mason.of("stone", TONES.lime).block([w, 0.5, 0.7], [0, eaves - 0.1, front + 0.4], 0.03);
  for (const side of [-1, 1])
    mason.block([0.5, eaves + 0.4, d - 0.3], [side * (w / 2 - 0.25), 0, 0.15], 0.03);
  porch(mason, front, wall);
  tiled(mason, [w + 0.7, 1.35, d + 0.6], [0, eaves + 0.42, 0], 2.2);
  tower(mason, [w * 0.29, 0, d / 2 - 2.35], h);
}

function porch(mason: Mason, front: number, wall: number): void {
  mason.of("wood", TONES.oak);
  for (const side of [-1, 1])
    mason.block([0.26, 3.6, wall - front], [side * 1.42, 0, (front + wall) / 2], 0.02);
  mason.block([3.1, 0.6, 0.24], [0, 3.05, front + 0.12], 0.02);
}

function tower(mason: Mason, [x, , z]: Point, h: number): void {
  const [wide, body] = [4.1, h - 2.9];
  mason.in([x, 0, z], 0, () => {
    mason.of("stone", TONES.lime).block([wide, body, wide], [0, 0, 0], 0.05);
    mason.of("stone", TONES.chalk).block([wide + 0.4, 0.26, wide + 0.4], [0, body, 0], 0.05);
    mason
      .of("stone", TONES.limeDeep)
      .block([wide + 0.16, 0.2, wide + 0.16], [0, body * 0.62, 0], 0.04);
    for (let side = 0; side < 4; side++) {
      mason.in([0, 0, 0], (side * Math.PI) / 2, () => {
        for (const at of [-1, 0, 1]) {
          window_(mason, [at * 1.1, body * 0.68, -wide / 2 - 0.01], 0.42, body * 0.24, 0);
        }
      });
    }
    mason.in([0, body + 0.26, 0], 0, () => lantern(mason, wide - 0.7));
  });
}

function lantern(mason: Mason, wide: number): void {
  for (let side = 0; side < 4; side++) {
    mason.in([0, 0, 0], (side * Math.PI) / 2, () => curtain(mason, [0, 0, -wide / 2], wide, 1.35));
  }
  mason.of("glow", "#ffe3b0").block([0.5, 0.7, 0.5], [0, 0.3, 0], 0.1);
  mason.of("stone", TONES.chalk).block([wide + 0.5, 0.14, wide + 0.5], [0, 1.35, 0], 0.04);
  mason.of("stone", TONES.tealDeep);
  const [r, top] = [wide / 2 + 0.2, 1.15];
  for (let side = 0; side < 4; side++) {
    mason.in([0, 1.49, 0], (side * Math.PI) / 2, () =>
      mason.face([r, 0, -r], [-r, 0, -r], [0, top, 0], [0, top, 0]),
    );
  }
}
