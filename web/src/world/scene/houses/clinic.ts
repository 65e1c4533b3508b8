import type { Mason, Point } from "../mason";
import { TONES } from "../materials";
import { column } from "../parts/stonework";
import { curtain } from "./masonry";

/** The clinic: a colonnade before glass, and a dome of teal glass over the hall. */
export function clinicHouse(mason: Mason, [w, h, d]: Point): void {
  const front = -d / 2;
  const eaves = 4.35;
  const wall = front + 1.9;
  mason.of("stone", TONES.chalk);
  for (const side of [-1, 1])
    mason.block([0.5, eaves, d - 1.9], [side * (w / 2 - 0.4), 0, 0.95], 0.03);
  mason.block([w - 0.4, eaves, 0.5], [0, 0, d / 2 - 0.3], 0.03);
  for (const side of [-1, 1]) curtain(mason, [side * 4.2, 0.12, wall], 4.9, eaves - 0.2);
  mason.of("stone", TONES.limeDeep).block([w - 0.8, 0.12, 0.5], [0, 0, wall + 0.1], 0.02);
  vestibule(mason, front, wall, eaves);
  for (const x of [2.5, 4.1, 5.6, 6.6]) {
    for (const side of [-1, 1]) {
      mason.in([side * x, 0, front + 0.45], 0, () => column(mason, [0.62, eaves, 0.62], "", 18));
    }
  }
  mason.of("stone", TONES.lime).block([w, 0.62, d], [0, eaves, 0], 0.03);
  mason.of("stone", TONES.chalk).block([w + 0.5, 0.22, d + 0.5], [0, eaves + 0.62, 0], 0.05);
  mason.of("stone", TONES.teal).block([w - 0.1, 0.1, 0.04], [0, eaves + 0.2, front - 0.01], 0);
  dome(mason, eaves + 0.84, h - eaves - 0.84, 3.5, 0.4);
}

/** The glazed porch that leads from the columns to the hall. */
function vestibule(mason: Mason, front: number, wall: number, eaves: number): void {
  for (const side of [-1, 1]) {
    const x = side * 1.75;
    mason
      .of("glass", TONES.glass)
      .face([x, 0.05, front], [x, 0.05, wall], [x, eaves, wall], [x, eaves, front]);
    mason.of("wood", TONES.oak).block([0.16, eaves, 0.2], [x, 0, front + 0.05], 0.02);
  }
  mason.of("wood", TONES.oak).block([3.66, eaves - 3.3, 0.16], [0, 3.3, front + 0.05], 0.02);
}

function dome(mason: Mason, y: number, rise: number, r: number, z: number): void {
  mason.of("stone", TONES.chalk).lathe(
    [
      [r + 0.35, 0],
      [r + 0.35, 0.16],
      [r + 0.15, 0.16],
      [r + 0.15, 0.7],
      [r + 0.3, 0.74],
      [r + 0.3, 0.86],
      [r - 0.1, 0.86],
    ],
    [0, y, z],
    48,
  );
  const profile: [number, number][] = [];
  for (let i = 0; i <= 8; i++) {
    const a = (i / 8) * Math.PI * 0.5;
    profile.push([Math.cos(a) * r, 0.86 + Math.sin(a) * (rise - 0.9)]);
  }
  mason.of("floor", "#4f9a9b").lathe(
    profile.map(([a, b]) => [Math.max(0.01, a * 0.985), b - 0.02]),
    [0, y, z],
    40,
  );
  mason.of("glass", "#9fdcd6").lathe(profile, [0, y, z], 40);
  mason.of("stone", TONES.chalk);
  for (let rib = 0; rib < 16; rib++) {
    const a = (rib / 16) * 2 * Math.PI;
    mason.tube(
      profile.map(([out, up]): Point => [Math.sin(a) * out, y + up, z + Math.cos(a) * out]),
      () => 0.05,
      5,
    );
  }
  for (const i of [3, 6]) {
    const [out, up] = profile[i] ?? [0, 0];
    mason.lathe(
      [
        [out + 0.05, -0.04],
        [out + 0.06, 0.04],
      ],
      [0, y + up, z],
      40,
    );
  }
  mason.of("wood", TONES.oak).lathe(
    [
      [0.34, 0],
      [0.3, 0.16],
      [0.1, 0.3],
      [0.06, 0.75],
      [0, 0.8],
    ],
    [0, y + rise - 0.1, z],
    14,
  );
}
