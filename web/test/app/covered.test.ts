import { expect, test } from "vitest";
import { coveredBy } from "../../src/app/covered";

function box(left: number, top: number, right: number, bottom: number): DOMRect {
  return { left, top, right, bottom } as DOMRect;
}

test("a panel beside the view hides what is to its right", () => {
  expect(coveredBy(box(732, 78, 1164, 788), 1280, 800)).toEqual({ right: 548, bottom: 0 });
});

test("a sheet from below hides what is under its edge", () => {
  expect(coveredBy(box(0, 400, 390, 780), 390, 844)).toEqual({ right: 0, bottom: 444 });
});
