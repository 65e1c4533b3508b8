import { Chance } from "../chance";
import type { Mason, Point } from "../mason";
import { mixed, TONES } from "../materials";
import { cypress, herbs, olive, tuft } from "../parts/plants";
import { tiled, window_ } from "./masonry";

/** The home: a long house of stone and cedar under tiles, a veranda, a garden in front. */
export function homeHouse(mason: Mason, [w, h, d]: Point): void {
  const front = -d / 2;
  const eaves = 3.05;
  const wall = front + 1.7;
  const deep = d / 2 - wall - 0.3;
  mason
    .of("stone", TONES.chalk)
    .block([w * 0.42, eaves, deep], [-w * 0.27, 0, wall + deep / 2], 0.03);
  mason.of("stone", TONES.lime).block([w * 0.44, 0.3, deep], [-w * 0.27, 0, wall + deep / 2], 0.03);
  mason
    .of("wood", TONES.cedar)
    .block([w * 0.52, eaves, deep - 0.2], [w * 0.2, 0, wall + deep / 2], 0.02);
  const boards = Math.round((w * 0.5) / 0.2);
  for (let i = 0; i < boards; i++) {
    mason.of("wood", i % 4 ? TONES.cedar : "#b57d54");
    mason.block(
      [0.18, eaves - 0.1, 0.05],
      [-w * 0.05 + (w * 0.5 * (i + 0.5)) / boards, 0.05, wall + 0.08],
      0.012,
    );
  }
  window_(mason, [-w * 0.27, 0.75, wall - 0.01], 2.6, 1.75, 2);
  window_(mason, [w * 0.27, 0.55, wall + 0.03], 2.9, 1.95, 2);
  lobby(mason, front, wall, eaves);
  for (const x of [-5.6, -3.2, 3.2, 5.6]) {
    mason.of("wood", TONES.oak).block([0.16, eaves - 0.2, 0.16], [x, 0, front + 0.3], 0.02);
  }
  mason.of("wood", TONES.oak).block([w - 0.2, 0.22, 0.18], [0, eaves - 0.26, front + 0.3], 0.02);
  tiled(mason, [w + 0.9, h - eaves - 0.35, d + 0.7], [0, eaves, 0]);
  chimney(mason, [w * 0.3, eaves + 0.8, 1.1], h - eaves);
  mason.of("wood", "#b3946f").block([w - 0.3, 0.05, 1.6], [0, -0.02, front + 0.9], 0.01);
  garden(mason, w, front);
}

function lobby(mason: Mason, front: number, wall: number, eaves: number): void {
  mason.of("wood", TONES.oak);
  for (const side of [-1, 1])
    mason.block([0.3, eaves, wall - front + 0.2], [side * 1.12, 0, (front + wall) / 2 + 0.1], 0.02);
  mason.block([2.5, eaves - 2.5, 0.4], [0, 2.5, front + 0.2], 0.02);
}

function chimney(mason: Mason, [x, y, z]: Point, tall: number): void {
  mason.of("stone", TONES.chalk).block([0.8, tall, 0.7], [x, y, z], 0.03);
  mason.of("stone", TONES.clay).block([0.95, 0.12, 0.85], [x, y + tall, z], 0.02);
}

function garden(mason: Mason, w: number, front: number): void {
  const chance = new Chance(17);
  mason.in([-w / 2 + 1.4, 0, front - 0.85], 0, () =>
    herbs(mason, [2.5, 0.42, 0.9], "lavender", 31),
  );
  mason.in([w / 2 - 1.4, 0, front - 0.85], 0, () => herbs(mason, [2.5, 0.42, 0.9], "sage", 32));
  mason.in([w / 2 + 1.7, 0, -0.5], 0, () => olive(mason, [3.6, 4.1, 3.6], "old", 91));
  mason.in([-w / 2 - 1.2, 0, 1.5], 0, () => cypress(mason, [1.4, 6.4, 1.4], 92));
  for (let i = 0; i < 26; i++) {
    const colour = mixed("#c98fb4", "#8aa66d", chance.next()).getStyle();
    const side = chance.next() < 0.5 ? -1.3 : 1.3;
    tuft(mason, chance, [side, chance.between(0.6, 2.8), front + 0.1], 0.24, colour);
  }
}
