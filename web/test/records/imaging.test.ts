import { describe, expect, test } from "vitest";
import { isDicom, isImages } from "../../src/records/imaging/dicom";
import { distance, dragged, paint, placing, shadesOf } from "../../src/records/imaging/drawing";
import { SliceView } from "../../src/records/imaging/SliceView";
import { type Frame, type Series, slicesOf } from "../../src/records/imaging/studies";

const frame = (more: Partial<Frame> = {}): Frame => ({
  rows: 2,
  columns: 2,
  slope: 1,
  intercept: 0,
  centre: 2048,
  width: 4096,
  inverted: false,
  step: 1,
  values: new Int16Array([-1, 0, 4095, 5000]),
  colours: null,
  ...more,
});
const series = (count: number, frames = 1): Series => ({
  uid: "1.2",
  number: 1,
  modality: "CT",
  text: "Chest",
  images: Array.from({ length: count }, (_, number) => ({
    id: `i${number}`,
    number,
    rows: 2,
    columns: 2,
    frames,
    spacing: [0.5, 0.5] as const,
    is_at_detector: false,
    is_colour: false,
  })),
});
const settled = () => new Promise((resolve) => setTimeout(resolve));

describe("a window", () => {
  test("is linear as the standard has it, and turns round", () => {
    const pixels = new Uint8ClampedArray(16);
    const one = frame();

    // DICOM PS3.3, C.11.2.1.2: with centre 2048 and width 4096 0 is black and 4095 white.
    paint(pixels, one.values as Int16Array, shadesOf(one, one, false));
    expect([0, 4, 8, 12].map((at) => pixels[at])).toEqual([0, 0, 255, 255]);
    paint(pixels, one.values as Int16Array, shadesOf(one, one, true));
    expect([0, 4, 8, 12].map((at) => pixels[at])).toEqual([255, 255, 0, 0]);
  });

  test("is dragged: across is contrast, down is brightness, never narrower than one", () => {
    expect(dragged({ centre: 40, width: 400 }, 0, 0.5, 400)).toEqual({ centre: 240, width: 400 });
    expect(dragged({ centre: 40, width: 400 }, -9, 0, 400).width).toBe(1);
  });
});

test("a distance is in millimetres, whatever the rows and columns measure and the screen shows", () => {
  expect(distance({ x: 0, y: 0 }, { x: 3, y: 4 }, [1, 1])).toBe(5);
  expect(distance({ x: 0, y: 0 }, { x: 3, y: 4 }, [2, 0.5], 2)).toBeCloseTo(
    Math.hypot(3 * 2 * 0.5, 4 * 2 * 2),
  );
});

test("a frame is fitted, and pixels that are not square are shown as they are", () => {
  const room = { width: 100, height: 200 };
  expect(placing({ rows: 10, columns: 10 }, room, 1, { x: 0, y: 0 }, 2)).toEqual({
    left: 0,
    top: 0,
    scaleX: 10,
    scaleY: 20,
  });
});

describe("a series", () => {
  test("has a slice for every frame that has a picture", () => {
    expect(slicesOf(series(3))).toHaveLength(3);
    expect(slicesOf(series(2, 15))).toHaveLength(30);
    expect(slicesOf(series(2, 0))).toHaveLength(0);
  });

  test("begins in the middle, fetches what is near, and stops at either end", async () => {
    const asked: number[] = [];
    const view = new SliceView(slicesOf(series(9)), async ({ picture }) => {
      asked.push(picture.number);
      return frame();
    });
    for (let i = 0; i < 9; i += 1) await settled();

    expect(view.looks.get().index).toBe(4);
    expect(asked).toEqual([4, 5, 3, 6, 2]);
    view.step(100);
    expect(view.looks.get().index).toBe(8);
    view.step(-100);
    expect(view.looks.get().index).toBe(0);
  });

  test("tells what did not come, and asks again when one wishes", async () => {
    let isBroken = true;
    const view = new SliceView(slicesOf(series(1)), async () => {
      if (isBroken) throw new Error("no");
      return frame();
    });
    await settled();
    expect(view.looks.get().error).toBeTruthy();

    isBroken = false;
    view.retry();
    await settled();
    expect(view.looks.get().error).toBeUndefined();
    expect(view.frame).toBeTruthy();
  });

  test("keeps its window from slice to slice, and puts all back", async () => {
    const view = new SliceView(slicesOf(series(3)), async () => frame());
    await settled();
    view.press({ x: 0, y: 0 });
    view.move({ x: 100, y: 0 });
    view.release();
    view.invert();
    view.zoomBy(100);
    const wide = view.window()?.width;
    view.step(1);
    await settled();

    expect(wide).toBeGreaterThan(4096);
    expect(view.window()?.width).toBe(wide);
    expect(view.looks.get().zoom).toBe(12);
    view.reset();
    expect(view.looks.get()).toMatchObject({ isInverted: false, zoom: 1, window: null });
  });

  test("forgets everything when it is over, also what is still on its way", async () => {
    let late: (frame: Frame) => void = () => {};
    const view = new SliceView(
      slicesOf(series(1)),
      () => new Promise((resolve) => (late = resolve)),
    );
    view.dispose();
    late(frame());
    await settled();

    expect(view.frame).toBeUndefined();
  });
});

describe("a file", () => {
  const dicom = new Blob([new Uint8Array(128), "DICM", "rest"]);
  const zip = (name: string): Blob => {
    const head = new DataView(new ArrayBuffer(30));
    head.setUint32(0, 0x04034b50, true);
    head.setUint16(26, name.length, true);
    return new Blob([head.buffer, name, "…"]);
  };

  test("is told by its mark, not by its name", async () => {
    expect(await isDicom(dicom)).toBe(true);
    expect(await isDicom(new Blob(["{}"]))).toBe(false);
  });

  test("that is a zip is told by what it begins with", async () => {
    expect(await isImages(zip("CT/1.dcm"), "cd.zip")).toBe(true);
    expect(await isImages(zip("DICOMDIR"), "cd.zip")).toBe(true);
    expect(await isImages(zip("bundle.json"), "record.zip")).toBe(false);
  });
});
