import type { Mason, Point } from "../mason";
import { TONES } from "../materials";

/** A wall with one round-arched opening in its middle; its front looks to −z. */
export function archway(
  mason: Mason,
  [x, y, z]: Point,
  bay: { width: number; opening: number; spring: number; top: number; thick: number },
): void {
  const { width, opening, spring, top, thick } = bay;
  const r = opening / 2;
  const [front, back] = [z - thick / 2, z + thick / 2];
  const curve: [number, number][] = [
    [-r, 0],
    [-r, spring],
  ];
  for (let i = 1; i < 12; i++) {
    const a = Math.PI * (1 - i / 12);
    curve.push([Math.cos(a) * r, spring + Math.sin(a) * r]);
  }
  curve.push([r, spring], [r, 0]);
  const pier = (width - opening) / 2;
  for (const side of [-1, 1]) {
    mason.block([pier, top, thick], [x + side * (r + pier / 2), y, z], 0);
  }
  for (let i = 1; i + 2 < curve.length; i++) {
    const [ux, uy] = curve[i] ?? [0, 0];
    const [vx, vy] = curve[i + 1] ?? [0, 0];
    const [ax, ay, bx, by] = [x + ux, y + uy, x + vx, y + vy];
    mason.face([bx, by, front], [ax, ay, front], [ax, y + top, front], [bx, y + top, front]);
    mason.face([ax, ay, back], [bx, by, back], [bx, y + top, back], [ax, y + top, back]);
    mason.face([ax, ay, front], [bx, by, front], [bx, by, back], [ax, ay, back]);
  }
  mason.face(
    [x - width / 2, y + top, back],
    [x + width / 2, y + top, back],
    [x + width / 2, y + top, front],
    [x - width / 2, y + top, front],
  );
}

/** A roof of clay tiles over a rectangle, its ridge along x. Hipped ends lean in by `hip`. */
export function tiled(
  mason: Mason,
  [w, rise, d]: Point,
  [x, y, z]: Point,
  hip = 0,
  tone: string = "#c98f6b",
): void {
  const [hw, hd] = [w / 2, d / 2];
  const slope = (side: number) => {
    const at = (u: number, v: number): Point => {
      const reach = hw - hip * v;
      const wave = 0.035 * Math.abs(Math.sin(u * Math.round(w / 0.42) * Math.PI));
      return [x + side * (u * 2 - 1) * -reach, y + rise * v + wave, z + side * hd * (1 - v)];
    };
    mason.sheet((u, v) => at(1 - u, v), Math.round(w / 0.14), 1);
  };
  mason.of("stone", tone);
  slope(1);
  slope(-1);
  for (const side of [-1, 1]) {
    if (hip > 0) {
      const at = (u: number, v: number): Point => {
        const deep = hd * (1 - v);
        const wave = 0.035 * Math.abs(Math.sin(u * Math.round(d / 0.42) * Math.PI));
        return [x + side * (hw - hip * v), y + rise * v + wave, z + side * (u * 2 - 1) * deep];
      };
      mason.sheet((u, v) => at(1 - u, v), Math.round(d / 0.14), 1);
    } else {
      const corners: [Point, Point, Point] = [
        [x + side * (hw - 0.3), y, z + hd - 0.3],
        [x + side * (hw - 0.3), y, z - hd + 0.3],
        [x + side * (hw - 0.3), y + rise * 0.95, z],
      ];
      const [a, b, c] = side > 0 ? corners : [corners[1], corners[0], corners[2]];
      mason.of("stone", TONES.chalk).face(a, b, c, c);
      mason.of("stone", tone);
    }
  }
  mason.of("wood", TONES.oakDark);
  mason.block([w - 0.1, 0.09, 0.09], [x, y - 0.07, z - hd + 0.06], 0.01);
  mason.block([w - 0.1, 0.09, 0.09], [x, y - 0.07, z + hd - 0.06], 0.01);
  mason.face(
    [x - hw, y - 0.01, z - hd],
    [x + hw, y - 0.01, z - hd],
    [x + hw, y - 0.01, z + hd],
    [x - hw, y - 0.01, z + hd],
  );
  mason.of("stone", tone).tube(
    [
      [x - hw + hip, y + rise + 0.03, z],
      [x + hw - hip, y + rise + 0.03, z],
    ],
    () => 0.1,
    8,
  );
}

/** A window: a wooden frame, panes that reflect the sky, a deep reveal. It looks to −z. */
export function window_(mason: Mason, [x, y, z]: Point, w: number, h: number, bars = 1): void {
  mason.of("stone", TONES.chalk);
  mason.block([w + 0.26, 0.1, 0.22], [x, y - 0.1, z - 0.06], 0.02);
  mason.of("wood", TONES.oakDark);
  for (const side of [-1, 1]) mason.block([0.07, h, 0.1], [x + side * (w / 2), y, z - 0.02], 0.01);
  mason.block([w, 0.07, 0.1], [x, y + h - 0.07, z - 0.02], 0.01);
  for (let i = 1; i <= bars; i++)
    mason.block([0.04, h, 0.06], [x - w / 2 + (w * i) / (bars + 1), y, z - 0.01], 0.008);
  mason
    .of("pane", "#7fa3a6")
    .face([x + w / 2, y, z], [x - w / 2, y, z], [x - w / 2, y + h, z], [x + w / 2, y + h, z]);
}

/** Panes of teal glass between slim mullions, over something dim and warm. They look to −z. */
export function curtain(mason: Mason, [x, y, z]: Point, w: number, h: number): void {
  mason
    .of("pane", "#d9c6a5")
    .face(
      [x + w / 2, y, z + 0.5],
      [x - w / 2, y, z + 0.5],
      [x - w / 2, y + h, z + 0.5],
      [x + w / 2, y + h, z + 0.5],
    );
  mason
    .of("glass", "#8fcac6")
    .face([x + w / 2, y, z], [x - w / 2, y, z], [x - w / 2, y + h, z], [x + w / 2, y + h, z]);
  const count = Math.max(2, Math.round(w / 1.1));
  mason.of("wood", TONES.oak);
  for (let i = 0; i <= count; i++)
    mason.block([0.06, h, 0.1], [x - w / 2 + (w * i) / count, y, z], 0.01);
  mason.block([w, 0.08, 0.12], [x, y, z], 0.01);
  mason.block([w, 0.08, 0.12], [x, y + h - 0.08, z], 0.01);
}
