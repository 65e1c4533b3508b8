import { expect, test } from "vitest";
import type { Turn } from "../../../src/world/captions/lines";
import { linesOf, WornBand } from "../../../src/world/captions/worn";

const MEI: Turn = { id: 1, slot: 1, name: "Mei", by: "", isPrivate: false, parts: [] };
const saying = (text: string, turn = MEI): Turn => ({
  ...turn,
  parts: [{ id: 1, lang: "en", text }],
});
const nameOf = ({ name }: Turn) => name;
const letters = (words: string) => words.length; // as wide as a typewriter's

test("a turn begins with its speaker's name and is broken between words", () => {
  const lines = linesOf([saying("my knee hurts since Monday")], nameOf, 16, letters);

  expect(lines).toEqual([
    [
      { words: "Mei  ", tint: 1 },
      { words: "my knee ", tint: -1 },
    ],
    [{ words: "hurts since ", tint: -1 }],
    [{ words: "Monday", tint: -1 }],
  ]);
});

test("Chinese is broken between any two signs, and no line is too long", () => {
  const lines = linesOf([saying("我的膝盖从昨天晚上开始一直很疼")], nameOf, 10, letters);
  const words = lines.map((line) => line.map((one) => one.words).join(""));

  expect(words.join("")).toBe("Mei  我的膝盖从昨天晚上开始一直很疼");
  expect(words.every((one) => one.length <= 10)).toBe(true);
});

test("what does not fit on the band is its beginning", () => {
  const lines = linesOf(
    [saying("a b c d e f g h"), saying("end", { ...MEI, slot: 8 })],
    nameOf,
    6,
    letters,
  );

  expect(lines.length).toBe(4);
  expect(lines.slice(-2)).toEqual([[{ words: "Mei  ", tint: 2 }], [{ words: "end", tint: -1 }]]);
});

test("the band is not there while nobody speaks, and no ray meets it", () => {
  const band = new WornBand();
  band.show([saying("hello")], nameOf, false);
  expect(band.mesh.visible).toBe(true);

  band.show([], nameOf, false);

  expect(band.mesh.visible).toBe(false);
  band.dispose();
});
