import type { Door } from "../../wire/world";
import type { Mason } from "./mason";
import { TONES } from "./materials";
import { buildBoard } from "./signs";

/** Build a door where it stands: a wooden frame, leaves of glass with light behind, or shut ones. */
export function buildDoor(mason: Mason, door: Door): void {
  buildBoard(mason, door);
  mason.in(door.position, door.yaw, () => {
    frame(mason, door.width, door.height);
    if (door.to === null) shut(mason, door.width, door.height);
    else open(mason, door.width, door.height);
  });
}

function frame(mason: Mason, w: number, h: number): void {
  mason.of("wood", TONES.oak);
  for (const side of [-1, 1])
    mason.block([0.13, h + 0.12, 0.26], [side * (w / 2 + 0.06), 0, 0.06], 0.025);
  mason.block([w + 0.26, 0.14, 0.28], [0, h, 0.06], 0.025);
  mason.of("stone", TONES.limeDeep).block([w + 0.3, 0.03, 0.5], [0, 0, -0.04], 0.01);
}

/** Two leaves stand ajar; warm light comes through. */
function open(mason: Mason, w: number, h: number): void {
  recess(mason, w, h);
  for (const side of [-1, 1]) {
    mason.in([side * (w / 2 - 0.02), 0, 0], side * 0.3, () => {
      const wide = w / 2 - 0.06;
      const x = (-side * wide) / 2;
      mason.of("wood", TONES.oakDark);
      for (const edge of [-1, 1])
        mason.block([0.07, h - 0.06, 0.05], [x + edge * (wide / 2 - 0.035), 0.03, 0], 0.01);
      for (const y of [0.03, h * 0.36, h - 0.13]) mason.block([wide, 0.09, 0.045], [x, y, 0], 0.01);
      mason
        .of("glass", "#8fd0ca")
        .face(
          [x + wide / 2, 0.05, 0],
          [x - wide / 2, 0.05, 0],
          [x - wide / 2, h - 0.06, 0],
          [x + wide / 2, h - 0.06, 0],
        );
      mason.of("stone", "#c8ab6c").tube(
        [
          [x - side * (wide / 2 - 0.1), h * 0.42, -0.06],
          [x - side * (wide / 2 - 0.1), h * 0.54, -0.06],
        ],
        () => 0.018,
        6,
      );
    });
  }
}

/** A glimpse of the room behind: a warm floor, walls, a lamp and a plant. */
function recess(mason: Mason, w: number, h: number): void {
  const [front, back] = [0.1, 0.85];
  const [l, r] = [-w / 2, w / 2];
  mason
    .of("glow", "#b98f62")
    .face([l, 0.03, back], [r, 0.03, back], [r, 0.03, front], [l, 0.03, front]);
  mason.of("glow", "#e3cda8").face([l, 0.03, front], [l, h, front], [l, h, back], [l, 0.03, back]);
  mason.of("glow", "#d9c29c").face([r, 0.03, back], [r, h, back], [r, h, front], [r, 0.03, front]);
  mason
    .of("glow", "#efdfc2")
    .face([r, 0.03, back], [l, 0.03, back], [l, h * 0.5, back], [r, h * 0.5, back]);
  mason
    .of("glow", "#f3e8d2")
    .face([r, h * 0.5, back], [l, h * 0.5, back], [l, h, back], [r, h, back]);
  mason.of("glow", "#c9ab80").face([r, h, front], [l, h, front], [l, h, back], [r, h, back]);
  mason.of("glow", "#fff6df").drum(0.11, 0.11, 0.16, [w * 0.16, h * 0.72, back - 0.2], 10);
  mason
    .of("glow", "#8a7a62")
    .drum(0.008, 0.008, h * 0.26, [w * 0.16, h * 0.74, back - 0.2], 4, false);
  mason.of("glow", "#a8714e").drum(0.13, 0.17, 0.3, [-w * 0.24, 0.03, back - 0.2], 10);
  mason.of("glow", "#7d9468").drum(0.05, 0.24, 0.5, [-w * 0.24, 0.32, back - 0.2], 7);
}

/** Boards, closed, with a teal panel: not open yet. */
function shut(mason: Mason, w: number, h: number): void {
  const boards = Math.max(4, Math.round(w / 0.24));
  for (let i = 0; i < boards; i++) {
    mason.of("wood", i % 2 ? TONES.cedar : "#96643e");
    mason.block(
      [w / boards - 0.012, h - 0.03, 0.06],
      [-w / 2 + (w * (i + 0.5)) / boards, 0.02, 0.1],
      0.012,
    );
  }
  mason.of("wood", TONES.oakDark);
  for (const y of [h * 0.16, h * 0.82]) mason.block([w, 0.16, 0.05], [0, y, 0.05], 0.015);
  mason.block([0.05, h, 0.05], [0, 0, 0.06], 0.01);
}
