import { describe, expect, test, vi } from "vitest";
import { Foreigners, MOST_FOREIGN } from "../../../src/world/people/foreigners";
import { SOMEBODY } from "../../../src/world/people/look";
import type { VrmBody } from "../../../src/world/people/vrm-body";
import { body } from "./vrm-bodies";

const idOf = (slot: number) => slot.toString(16).padStart(12, "0");
const wearers = (count: number, gap = 1) =>
  Array.from({ length: count }, (_, slot) => ({
    slot,
    look: { ...SOMEBODY, avatar: idOf(slot) },
    far: 1 + slot * gap,
  }));
const settled = () => new Promise((done) => setTimeout(done, 0));

describe("those in avatars of their own", () => {
  test("are drawn in them from the nearest on, and never more than four", async () => {
    const foreigners = new Foreigners(async () => body(10_000));
    foreigners.choose(wearers(9), 150_000, 0);
    await settled();

    const spent = foreigners.choose(wearers(9), 150_000, 16);

    const drawn = wearers(9).filter(({ slot }) => foreigners.of(slot));
    expect(drawn.map(({ slot }) => slot)).toEqual([0, 1, 2, 3]);
    expect(drawn).toHaveLength(MOST_FOREIGN);
    expect(spent).toBe(40_000);
    expect(foreigners.triangles).toBe(40_000);
  });

  test("are drawn only as far as the picture has room, and from nearby", async () => {
    const foreigners = new Foreigners(async (id) => body(id === idOf(0) ? 60_000 : 9_000));
    for (const now of [0, 16]) {
      foreigners.choose(wearers(4, 4), 30_000, now);
      await settled();
    }

    expect(foreigners.choose(wearers(4, 4), 30_000, 32)).toBe(18_000);
    expect([0, 1, 2, 3].map((slot) => !!foreigners.of(slot))).toEqual([false, true, true, false]);
  });

  test("are asked for once, and looked as others do where theirs cannot be had", async () => {
    const open = vi.fn(async () => Promise.reject(new Error("gone")));
    const foreigners = new Foreigners(open);
    for (const now of [0, 16, 32, 48]) {
      foreigners.choose(wearers(1), 90_000, now);
      await settled();
    }

    expect(open).toHaveBeenCalledTimes(1);
    expect(foreigners.of(0)).toBeNull();
    foreigners.choose(wearers(1), 90_000, 100_000);
    expect(open).toHaveBeenCalledTimes(2);
  });

  test("are let go with all that was drawn of them", async () => {
    const bodies = [body(10), body(10)];
    const foreigners = new Foreigners(async (id) => bodies[Number(id)] as VrmBody);
    foreigners.choose(wearers(2), 90_000, 0);
    await settled();
    foreigners.drop(0);
    foreigners.dispose();

    for (const each of bodies) expect(each.dispose).toHaveBeenCalledTimes(1);
    expect(foreigners.root.children).toEqual([]);
  });

  test("may be gone before theirs has come", async () => {
    const late = body(10);
    const foreigners = new Foreigners(async () => late);
    foreigners.choose(wearers(1), 90_000, 0);
    foreigners.dispose();
    await settled();

    expect(late.dispose).toHaveBeenCalledTimes(1);
  });

  test("are known from afar by the colour of what they wear", async () => {
    const foreigners = new Foreigners(async () => body(10));
    const [one] = wearers(1);
    expect(foreigners.fromAfar(SOMEBODY)).toBe(SOMEBODY);
    foreigners.choose(wearers(1), 90_000, 0);
    await settled();
    foreigners.choose(wearers(1), 90_000, 16);

    expect(foreigners.fromAfar(one?.look ?? SOMEBODY).top_colour).toBe(3);
  });
});
