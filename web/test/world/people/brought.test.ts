import { expect, test } from "vitest";
import { QUIET } from "../../../src/world/people/avatar";
import { BroughtAvatar } from "../../../src/world/people/brought";
import { SOMEBODY } from "../../../src/world/people/look";
import { body } from "./vrm-bodies";

const STILL = { speed: 0, pitch: 0, isSeated: false, isHandUp: false, waved_s: Infinity };
const settled = () => new Promise((done) => setTimeout(done, 0));

async function lived(living: Partial<typeof QUIET>) {
  const opened = body(10);
  const avatar = new BroughtAvatar("0123456789ab", SOMEBODY, 0, async () => opened);
  await settled();
  for (let i = 0; i < 600; i++) avatar.update(STILL, { ...QUIET, ...living }, 1 / 60);
  return opened.update.mock.calls.map(([mien]) => mien);
}

test("an avatar that somebody brought blinks, and is silent while they are", async () => {
  const miens = await lived({});

  expect(Math.max(...miens.map(({ blink }) => blink))).toBeGreaterThan(0.9);
  expect(miens.filter(({ blink }) => blink > 0).length).toBeLessThan(100);
  expect(Math.max(...miens.map(({ mouth }) => mouth))).toBe(0);
});

test("its mouth opens as loud as they are heard", async () => {
  const [loud, low] = [await lived({ mouth: 1 }), await lived({ mouth: 0.3 })].map((miens) =>
    Math.max(...miens.map(({ mouth }) => mouth)),
  );

  expect(loud).toBeGreaterThan(0.7);
  expect(loud).toBeLessThanOrEqual(1);
  expect(low).toBeLessThan(0.4);
});
