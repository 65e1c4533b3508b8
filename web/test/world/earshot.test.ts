import { expect, test } from "vitest";
import { inEarshot, type Speaker } from "../../src/world/earshot";

const HERE = [0, 0, 0] as const;

function row(count: number, gap: number): Speaker[] {
  return Array.from({ length: count }, (_, n) => ({ slot: n, position: [gap * (n + 1), 0, 0] }));
}

test("where few are, everybody hears everybody, however far", () => {
  expect(inEarshot(HERE, row(8, 20), [])).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test("in a crowd one talks with the eight nearest, and with nobody who is far", () => {
  expect(inEarshot(HERE, row(40, 1), [])).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(inEarshot(HERE, row(40, 5), [])).toEqual([0, 1]);
});

test("whoever one talks with stays until they have really gone", () => {
  const crowd = row(9, 30).map((one) =>
    one.slot === 3 ? { slot: 3, position: [0, 0, 14] as const } : one,
  );

  expect(inEarshot(HERE, crowd, [])).toEqual([]);
  expect(inEarshot(HERE, crowd, [3])).toEqual([3]);
});

test("somebody not seen yet, or we ourselves, is not near", () => {
  const unseen = row(9, 1).map(({ slot }) => ({ slot, position: null }));

  expect(inEarshot(HERE, unseen, [])).toEqual([]);
  expect(inEarshot(null, row(9, 1), [])).toEqual([]);
});
