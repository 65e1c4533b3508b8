import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type {
  BoardItem,
  FromHands,
  FromThings,
  Item,
  NoteItem,
  Seat,
} from "../../../src/wire/world";
import { Ground } from "../../../src/world/ground/ground";
import { readFrame } from "../../../src/world/net/frames";
import { Carry, facing, putSpot } from "../../../src/world/things/carry";
import { done } from "../../../src/world/things/done";
import { BALL_M, Flight } from "../../../src/world/things/flight";
import { Loose } from "../../../src/world/things/loose";
import { wrapped } from "../../../src/world/things/paint";
import { Pen, touched } from "../../../src/world/things/pen";
import { itemFrame, pointFrame } from "../../../src/world/things/poses";
import { freeSeat, seatAimedAt } from "../../../src/world/things/seats";

const golden = JSON.parse(
  readFileSync(resolve(import.meta.dirname, "../../../../tests/world/golden_items.json"), "utf8"),
);

const BOARD: BoardItem = { kind: "board", width: 2, height: 1, marks: [] };
const NOTE: NoteItem = { kind: "note", text: "", ink: 0 };
const SPOT = { position: [0, 1, 0], turn: [0, 0, 0, 1] } as const;
const YARD = new Ground({
  bounds: [{ kind: "circle", center: [0, 0], radius: 20, y: 0 }],
  obstacles: [
    { shape: { kind: "box", center: [0, -6], size: [8, 1], yaw: 0, y: 0, rise: 0 }, height: 3 },
  ],
});

function item(id: string, more: Partial<Item> = {}): Item {
  const base = { number: 1, id, spot: SPOT, state: NOTE, revision: 1, by: "Ada" };
  return { ...base, holder: -1, is_flying: false, is_locked: false, ...more };
}

function stroke(id: string, ...points: number[]) {
  return { mark: "stroke", id, ink: 0, seq: 1, width: 12, points } as const;
}

describe("as bytes", () => {
  test("poses of things become the bytes that the house makes of them", () => {
    expect(Buffer.from(itemFrame(golden.poses)).toString("hex")).toBe(golden.frame);

    const heard = readFrame(Uint8Array.from(Buffer.from(golden.told, "hex")).buffer);
    expect(heard?.type).toBe("item-poses");
    const poses = heard?.type === "item-poses" ? heard.poses : [];
    expect(poses.map(({ number, position, at }) => [number, position, at])).toEqual(
      golden.poses.map((pose: (typeof poses)[number]) => [pose.number, pose.position, pose.at]),
    );
  });

  test("points of light do, too", () => {
    expect(Buffer.from(pointFrame(golden.point.at)).toString("hex")).toBe(golden.point.frame);
    expect(Buffer.from(pointFrame(null)).toString("hex")).toBe(golden.point.none);

    const heard = readFrame(Uint8Array.from(Buffer.from(golden.point.told, "hex")).buffer);
    const points = heard?.type === "points" ? [...heard.points] : [];
    expect(points).toEqual([
      [3, golden.point.at],
      [4, null],
    ]);
  });
});

describe("what is done to a thing", () => {
  test("a stroke goes on, is wiped, and comes back where it was", () => {
    let state = done(BOARD, { do: "draw", mark: stroke("a", 0, 0, 5, 5) });
    state = done(state, { do: "draw", mark: { ...stroke("b", 1, 1), seq: 2 } });
    state = done(state, { do: "draw", mark: stroke("a", 9, 9) });
    expect((state as BoardItem).marks.map(({ id }) => id)).toEqual(["a", "b"]);

    const whole = state as BoardItem;
    state = done(state, { do: "erase", marks: ["a"] });
    expect((state as BoardItem).marks).toHaveLength(1);
    expect(done(state, { do: "restore", marks: whole.marks })).toEqual(whole);
  });

  test("what is meant for another kind changes nothing", () => {
    expect(done(NOTE, { do: "flip", page: 2 })).toBe(NOTE);
    expect(done(BOARD, { do: "write", text: "x", ink: 0 })).toBe(BOARD);
  });
});

describe("hearing and wishing", () => {
  let sent: FromHands[];
  let shown: Uint8Array[];
  let loose: Loose;
  let me: number;
  let now: number;

  beforeEach(() => {
    sent = [];
    shown = [];
    me = 0;
    now = 0;
    let count = 0;
    loose = new Loose({
      say: (message) => sent.push(message) > 0,
      show: (frame) => shown.push(frame) > 0,
      now: () => now,
      me: () => me,
      newOp: () => `wish-${++count}`,
    });
    loose.enter("plaza");
  });

  function lay(items: Item[], more: Partial<FromThings & { type: "items" }> = {}): void {
    loose.hear({
      type: "items",
      items,
      mine: [],
      rights: ["make", "move", "change"],
      seats: [],
      is_kept: true,
      is_first: true,
      is_last: true,
      ...more,
    });
  }

  function told(op: string, revision: number): void {
    const act = { do: "write", text: "told", ink: 0 } as const;
    loose.hear({ type: "item-changed", slot: 0, op, item: 1, act, revision });
  }

  const text = () => (loose.items.get().get("a") as Item & { state: NoteItem }).state.text;

  test("what we do is seen at once, and the house's order counts in the end", () => {
    lay([item("a")]);
    loose.change("a", { do: "write", text: "mine", ink: 0 });
    expect(text()).toBe("mine");

    const theirs = { do: "write", text: "theirs", ink: 0 } as const;
    loose.hear({ type: "item-changed", slot: 1, op: "x", item: 1, act: theirs, revision: 2 });
    expect(text()).toBe("mine"); // ours comes after it
    told("wish-1", 3);
    expect(text()).toBe("told");
  });

  test("what was refused was never done", () => {
    lay([item("a")]);
    loose.change("a", { do: "write", text: "mine", ink: 0 });

    loose.hear({ type: "item-refused", code: "forbidden", hint: "", op: "wish-1", item: -1 });

    expect(text()).toBe("");
    expect(loose.complaint.get()).toEqual({ code: "forbidden" });
    expect(loose.unkept.get()).toBe(0);
  });

  test("a wish that does not survive a power cut yet is sent again on a new line", () => {
    lay([item("a")]);
    loose.change("a", { do: "write", text: "one", ink: 0 });
    loose.change("a", { do: "write", text: "two", ink: 0 });
    told("wish-1", 2);
    loose.hear({ type: "items-kept", kept: [["a", 2]] });
    expect(loose.unkept.get()).toBe(1);
    sent = [];

    loose.enter("plaza");
    lay([item("a")]);

    expect(sent.map((message) => "op" in message && message.op)).toEqual(["wish-2"]);
    told("wish-2", 3);
    expect(loose.unkept.get()).toBe(1);
    loose.hear({ type: "items-kept", kept: [["a", 3]] });
    expect(loose.unkept.get()).toBe(0);
  });

  test("where nothing is kept, done is done; and in another place no old wish is sent", () => {
    lay([item("a")], { is_kept: false });
    loose.change("a", { do: "write", text: "one", ink: 0 });
    told("wish-1", 2);
    expect(loose.unkept.get()).toBe(0);

    loose.change("a", { do: "write", text: "two", ink: 0 });
    sent = [];
    loose.enter("clinic");
    lay([]);
    expect(sent).toEqual([]);
  });

  test("what comes in pieces is put together, and what is new begins anew", () => {
    lay([item("a")], { is_last: false });
    lay([item("b", { number: 2 })], { is_first: false, mine: ["b"] });
    expect([...loose.items.get().keys()]).toEqual(["a", "b"]);
    expect(loose.isMine("b")).toBe(true);
    expect(loose.isMine("a")).toBe(false);

    lay([item("c")]);
    expect([...loose.items.get().keys()]).toEqual(["c"]);
  });

  test("who holds, throws, catches and goes", () => {
    lay([item("a", { state: { kind: "ball", ink: 0 } })]);
    loose.hear({ type: "item-taken", slot: 0, item: 1 });
    expect(loose.held().map(({ id }) => id)).toEqual(["a"]);

    const ball = loose.held()[0] as Item;
    loose.drop(ball, SPOT, [0, 1, -3]);
    expect(loose.held()[0]?.is_flying).toBe(true);
    loose.hear({ type: "item-taken", slot: 1, item: 1 });
    expect(loose.held()).toEqual([]);
    loose.hear({
      type: "item-dropped",
      slot: 1,
      item: 1,
      spot: SPOT,
      velocity: [0, 0, 0],
      is_flying: false,
      revision: 4,
    });
    expect(loose.items.get().get("a")).toMatchObject({ holder: -1, revision: 4 });
  });

  test("whoever goes takes their point of light along, and leaves their seat and what they held", () => {
    const seats = [1, 2].map((slot) => ({ type: "seat-taken", slot, seat: `s-${slot}` }) as const);
    const flying = item("c", { number: 3, holder: 1, is_flying: true });
    lay([item("a", { holder: 1 }), item("b", { number: 2, holder: 2 }), flying], { seats });
    const points = new Map([1, 2].map((slot) => [slot, [0, 1, 2] as const]));
    loose.hearPoints({ type: "points", points });

    loose.part(1);

    expect([...loose.points.keys()]).toEqual([2]);
    expect([...loose.seats.get().keys()]).toEqual([2]);
    const held = [...loose.items.get().values()].map(({ holder }) => holder);
    expect(held).toEqual([-1, 2, -1]);
    expect(loose.items.get().get("c")?.is_flying).toBe(false);
  });

  test("another's thing glides, ours is where our hand is", () => {
    lay([item("a", { holder: 1 }), item("b", { number: 2, holder: 0 })]);
    const pose = (number: number, x: number, at: number) =>
      ({ number, position: [x, 1, 0], turn: [0, 0, 0, 1], at }) as const;
    for (now = 0; now <= 400; now += 50) {
      const poses = [pose(1, now / 100, now), pose(2, 9, now)];
      loose.hearPoses({ type: "item-poses", poses });
    }
    const [a, b] = ["a", "b"].map((id) => loose.items.get().get(id) as Item);
    const x = loose.spotOf(a as Item, 400).position[0];
    expect(x).toBeGreaterThan(2);
    expect(x).toBeLessThan(4);
    expect(loose.spotOf(b as Item, 400)).toEqual(SPOT);
  });

  test("one stands up once, however long one leans on the keys", () => {
    lay([], { seats: [{ type: "seat-taken", slot: 0, seat: "bench-1-1" }] });
    expect(loose.seat).toBe("bench-1-1");

    loose.stand();
    loose.stand();

    expect(sent).toEqual([{ type: "stand" }]);
    expect(loose.seat).toBe("");
  });

  test("a thrown ball is told twenty times a second until it rests", () => {
    lay([item("a", { holder: 0, state: { kind: "ball", ink: 0 } })]);
    const carry = new Carry(loose, (frame) => shown.push(frame) > 0);
    carry.ground = YARD;
    const own = { position: [0, 0, 5], yaw: Math.PI, pitch: 0, flags: 0, tracked: null } as const;
    carry.update(own, 0);
    expect(loose.held()[0]?.spot.position[2]).toBeGreaterThan(5); // before us: we face +z

    carry.throw(loose.held()[0] as Item, own);
    shown = [];
    for (now = 16; now < 15_000 && loose.held().length > 0; now += 16) carry.update(own, now);

    const rest = loose.items.get().get("a") as Item;
    expect(rest.is_flying).toBe(false);
    expect(rest.spot.position[1]).toBeCloseTo(BALL_M, 3);
    expect(rest.spot.position[2]).toBeGreaterThan(8);
    expect(shown.length / (now / 1000)).toBeGreaterThan(14);
    expect(shown.length / (now / 1000)).toBeLessThanOrEqual(21);
    expect(sent.at(-1)).toMatchObject({ type: "drop-item", velocity: [0, 0, 0] });
  });
});

describe("a ball", () => {
  test("flies, bounces and comes to rest on the floor", () => {
    const flight = new Flight(YARD, [0, 1.5, 6], [2, 3, 0]);
    let highest = 0;
    for (let i = 0; i < 2000 && !flight.isResting; i++) {
      flight.update(1 / 60);
      highest = Math.max(highest, flight.position[1]);
      expect(flight.position[1]).toBeGreaterThanOrEqual(BALL_M - 1e-9);
    }
    expect(flight.isResting).toBe(true);
    expect(highest).toBeCloseTo(1.5 + 9 / (2 * 9.81), 1);
    expect(Math.hypot(...flight.turn)).toBeCloseTo(1, 6);
  });

  test("flies through no wall", () => {
    const flight = new Flight(YARD, [0, 1, 0], [0, 2, -12]);
    for (let i = 0; i < 2000 && !flight.isResting; i++) flight.update(1 / 60);
    expect(flight.position[2]).toBeGreaterThan(-5.5);
  });

  test("stays in the place", () => {
    const flight = new Flight(YARD, [18, 1, 0], [19, 1, 0]);
    for (let i = 0; i < 2000 && !flight.isResting; i++) flight.update(1 / 60);
    expect(YARD.floor(flight.position[0], flight.position[2])).not.toBeNull();
  });
});

describe("a pen", () => {
  test("tells a long stroke in pieces that fit together", () => {
    let now = 0;
    let state: Item["state"] = BOARD;
    const acts: string[] = [];
    const change = (_: string, act: Parameters<typeof done>[1]) => {
      state = done(state, act);
      acts.push(act.do);
      return "";
    };
    const pen = new Pen(
      { change },
      () => now,
      () => "s-1",
    );
    pen.begin(BOARD, 0, 0);
    for (let i = 1; i <= 100; i++) {
      now += 16;
      pen.move("b", BOARD, { ink: 1, width: 14 }, i / 100, i / 200);
    }
    pen.end("b", { ink: 1, width: 14 });

    const [mark] = (state as BoardItem).marks;
    expect((state as BoardItem).marks).toHaveLength(1);
    expect(acts.length).toBeGreaterThan(5);
    expect(mark?.mark === "stroke" && mark.points.length).toBe(202);
    expect(mark?.mark === "stroke" && mark.points.slice(-2)).toEqual([4096, 1024]);
  });

  test("wipes what it touches and nothing else", () => {
    const marks = [stroke("a", 0, 0, 2000, 0), stroke("b", 0, 1500, 4000, 1500)];
    const board = { ...BOARD, marks };

    expect(touched(board, 0.25, 0.005)).toEqual(["a"]);
    expect(touched(board, 0.9, 0.73)).toEqual(["b"]);
    expect(touched(board, 0.5, 0.4)).toEqual([]);
  });
});

test("words are broken where they can be, Chinese anywhere", () => {
  const brush = { measureText: (text: string) => ({ width: text.length }) as TextMetrics };

  expect(wrapped(brush, "drink enough water", 12)).toEqual(["drink enough", "water"]);
  expect(wrapped(brush, "多喝水多休息", 3)).toEqual(["多喝水", "多休息"]);
});

test("a new thing is put before us, and faces us", () => {
  const own = { position: [2, 0, 3], yaw: 0, pitch: 0, flags: 0, tracked: null } as const;

  const { position, turn } = putSpot("board", own, YARD);

  expect(position).toEqual([2, 1.45, 3 - 1.6]);
  expect(turn).toEqual(facing(Math.PI));
});

describe("seats", () => {
  const seats: readonly Seat[] = [
    { id: "near", position: [1, 0, 0], yaw: 0 },
    { id: "far", position: [5, 0, 0], yaw: 0 },
  ];

  test("the nearest that is free", () => {
    expect(freeSeat({ seats }, new Map(), [0, 0, 0])?.id).toBe("near");
    expect(freeSeat({ seats }, new Map([[3, "near"]]), [0, 0, 0])?.id).toBe("far");
    expect(freeSeat({ seats: [] }, new Map(), [0, 0, 0])).toBeNull();
  });

  test("the one that somebody clicks on", () => {
    expect(seatAimedAt({ seats }, new Map(), [0, 0.45, 0], [1, 0, 0])?.seat.id).toBe("near");
    expect(seatAimedAt({ seats }, new Map(), [0, 0.45, 0], [0, 0, 1])).toBeNull();
  });
});
