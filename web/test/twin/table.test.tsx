import { Group } from "three";
import { expect, test } from "vitest";
import { t } from "../../src/kit/text";
import { Hologram, signs } from "../../src/twin/hologram/Hologram";
import { LegendPlate } from "../../src/twin/hologram/LegendPlate";
import { hologramPart } from "../../src/twin/panels";
import { legendLines } from "../../src/twin/TableLegend";
import { somebody } from "./made";

test("the legend on a table has the colours and the words of the page", () => {
  const lines = legendLines(true, t);

  expect(lines.map(({ words }) => words)).toEqual([
    "Needs attention",
    "Worth watching",
    "As expected",
    "Strong colour: well known. Pale: little or old is known.",
  ]);
  expect(lines.slice(0, 2).map(({ colour }) => colour)).toEqual([signs.attention, signs.watch]);
});

test("where no record is open it says that, and shows nobody's colours", () => {
  expect(legendLines(false, t)).toEqual([{ colour: null, words: "No record is open here" }]);
});

test("a plate without lines is not seen", () => {
  const plate = new LegendPlate();
  plate.show([{ colour: null, words: "a line" }]);
  const before = plate.mesh.visible;
  plate.show([]);

  expect([before, plate.mesh.visible]).toEqual([true, false]);
  plate.dispose();
});

test("an organ on a table floats low over it, on its pedestal before the eyes", () => {
  const height = (eyes_m?: number) => {
    const hologram = new Hologram(eyes_m);
    new Group().add(hologram.root);
    hologram.hear({ type: "body", body: somebody });
    hologram.hear({ type: "calm", isCalm: true });
    hologram.hear({ type: "chosen", organ: "heart" });
    hologram.update(0.1);
    return hologram.placeOf("heart")?.y ?? Number.NaN;
  };

  expect(height() - height(0.42)).toBeCloseTo(1.28 - 0.42);
  expect(height(0.42)).toBeGreaterThan(0.3);
});

test("the body is a part of the scene that can stand on a table", () => {
  expect(hologramPart.isForTable).toBe(true);
});
