import { beforeEach, describe, expect, test } from "vitest";
import { type Answer, Outbox } from "../../src/devices/bluetooth/outbox";
import type { Packet } from "../../src/devices/bluetooth/packets";
import { ApiError } from "../../src/kit/api";
import { session } from "../../src/kit/session";
import { signIn } from "./sign-in";

beforeEach(() => signIn("mei"));

const PACKET: Packet = {
  service: "1810",
  characteristic: "2a35",
  value: "AA==",
  at: "2026-03-01T12:00:00Z",
  zone_min: 0,
};

describe("what waits on this machine", () => {
  test("stays until the house has answered, also when the page is closed", async () => {
    let isThere = false;
    const post = async (_: string, packets: readonly Packet[]): Promise<Answer[]> => {
      if (!isThere) throw new ApiError(0, "offline");
      return packets.map(() => ({ state: "kept" }));
    };
    const later: (() => void)[] = [];
    const plan = (work: () => void) => later.push(work);
    const outbox = new Outbox("mei", {}, { post, later: plan });
    outbox.add("d1", PACKET);
    await outbox.flush();
    expect(outbox.count).toBe(1);
    expect(later.length).toBeGreaterThan(0);

    isThere = true;
    const answered: Answer[] = [];
    const again = new Outbox(
      "mei",
      { answered: (_, answer) => void answered.push(answer) },
      { post, later: plan },
    );
    await again.flush();

    expect(answered).toEqual([{ state: "kept" }]);
    expect(again.count).toBe(0);
  });

  test("is of one account alone, and sent in batches", async () => {
    const sizes: number[] = [];
    const post = async (_: string, packets: readonly Packet[]): Promise<Answer[]> => {
      sizes.push(packets.length);
      return packets.map(() => ({ state: "kept" }));
    };
    const outbox = new Outbox("mei", {}, { post, later: () => {} });
    for (let n = 0; n < 130; n++) outbox.add("d1", { ...PACKET, value: btoa(String(n)) });

    expect(new Outbox("jonas").count).toBe(0);
    await outbox.flush();
    expect(sizes).toEqual([100, 30]);
  });

  test("is left alone while somebody else is signed in, and goes when she is there again", async () => {
    const posted: string[] = [];
    const post = async (device: string): Promise<Answer[]> => {
      posted.push(device);
      if (posted.length === 1) {
        signIn("jonas"); // while it was on its way
        throw new ApiError(404, "There is no device.");
      }
      return [{ state: "kept" }];
    };
    const outbox = new Outbox("mei", {}, { post, later: () => {} });
    outbox.add("d1", PACKET);

    await outbox.flush();
    await outbox.flush();
    session.set({ state: "stranger", me: null });
    await outbox.flush();
    expect([posted.length, outbox.count]).toEqual([1, 1]);

    signIn("mei");
    await outbox.flush();
    expect([posted.length, outbox.count]).toEqual([2, 0]);
  });

  test("of a glucose sensor goes with its start, in every batch", async () => {
    const batches: string[][] = [];
    const answered: string[] = [];
    const post = async (_: string, packets: readonly Packet[]): Promise<Answer[]> => {
      batches.push(packets.map(({ value }) => value));
      return packets.map(({ value }) => ({ state: "kept", clock: value }));
    };
    const make = () =>
      new Outbox(
        "mei",
        { answered: (_, { clock }) => void answered.push(clock ?? "") },
        { post, later: () => {} },
      );
    const of = (characteristic: string, value: string): Packet => ({
      ...PACKET,
      service: "181f",
      characteristic,
      value,
    });
    const outbox = make();
    outbox.add("d1", of("2aaa", "start"));
    outbox.add("d1", of("2aa7", "one"));
    await outbox.flush();
    outbox.add("d1", of("2aa7", "two"));
    await outbox.flush();
    const later = make(); // the page was opened anew
    later.add("d1", of("2aa7", "three"));
    later.add("d1", of("2aaa", "new start"));
    later.add("d1", of("2aa7", "four"));
    await later.flush();
    later.add("d1", of("2aa7", "five"));
    later.add("d2", of("2aa7", "another's"));
    await later.flush();

    expect(batches).toEqual([
      ["start", "one"],
      ["start", "two"],
      ["start", "three", "new start", "four"],
      ["new start", "five"],
      ["another's"],
    ]);
    expect(answered).toEqual([
      "start",
      "one",
      "two",
      "three",
      "new start",
      "four",
      "five",
      "another's",
    ]);
  });

  test("of a device that was removed is told, and waits no longer", async () => {
    const answered: Answer[] = [];
    const post = async (): Promise<Answer[]> => {
      throw new ApiError(404, "There is no device.");
    };
    const outbox = new Outbox(
      "mei",
      { answered: (_, answer) => void answered.push(answer) },
      { post, later: () => {} },
    );
    outbox.add("d1", PACKET);

    await outbox.flush();

    expect(answered).toEqual([{ state: "refused", why: "gone" }]);
    expect(outbox.count).toBe(0);
  });
});
