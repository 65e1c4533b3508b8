import { Raycaster, Vector3 } from "three";
import { beforeEach, describe, expect, test } from "vitest";
import type { Item } from "../../../src/wire/world";
import type { HandInRoom } from "../../../src/world/xr/hand";
import { HandWork, type WorkParts } from "../../../src/world/xr/hand-work";

const BALL = { id: "ball", state: { kind: "ball", ink: 0 }, is_locked: false } as Item;
const BOARD = { id: "board", state: { kind: "board" }, is_locked: true } as Item;

let did: string[];
let around: {
  corner: boolean;
  menu: boolean;
  near: Item | null;
  hit: Item | null;
  touched: boolean;
  pressed: boolean;
  real: boolean;
  waiting: boolean;
  table: number | null;
};
let work: HandWork;
let hand: HandInRoom;
let at: Vector3;

beforeEach(() => {
  did = [];
  at = new Vector3(0, 1, 0);
  around = {
    ...{ corner: false, menu: false, near: null, hit: null, touched: false, pressed: false },
    ...{ real: false, waiting: false, table: null },
  };
  hand = {
    isAiming: false,
    tip: () => at.clone(),
    ray: () => new Raycaster(at.clone(), new Vector3(0, 0, -1)),
  } as unknown as HandInRoom;
  const note =
    <T>(name: string, answer: () => T) =>
    (): T => {
      const given = answer();
      if (given) did.push(name);
      return given;
    };
  const always = () => true;
  work = new HandWork({
    stage: {
      things: {
        near: () => around.near,
        meet: () => around.hit && { item: around.hit, far: 3, at: null },
      },
      touch: {
        press: note("draws", () => around.touched),
        drag: () => {},
        release: note("lifts the pen", always),
        letGo: note("lets the pen go", always),
      },
    },
    menu: { press: note("menu", () => around.menu), reach: () => null },
    press: { down: note("presses", () => around.pressed), up: note("picks", always) },
    grab: {
      take: note("takes", always),
      release: note("throws", always),
      update: () => {},
      dispose: () => {},
    },
    table: {
      get isWaiting() {
        return around.waiting;
      },
      put: note("puts the table", always),
      meets: () => around.table,
      hold: note("holds the table", always),
      letGo: note("lets the table go", always),
    },
    legs: { land: note("jumps", always) },
    isReal: () => around.real,
    hasTable: () => true,
    inRoom: (point: Vector3) => point.toArray(),
    corner: note("corner", () => around.corner),
  } as unknown as WorkParts);
});

function press(for_ms = 100): string[] {
  work.down(hand, "select", 0);
  work.up(hand, "select", for_ms);
  return did;
}

describe("a press means", () => {
  test("a jump, where there is nothing else", () => {
    expect(press()).toEqual(["jumps"]);
  });

  test("the menu before all that lies behind it, and then no jump", () => {
    Object.assign(around, { menu: true, near: BALL, touched: true });

    expect(press()).toEqual(["menu"]);
  });

  test("a corner of the code while one is waited for", () => {
    Object.assign(around, { corner: true, menu: true });

    expect(press()).toEqual(["corner"]);
  });

  test("taking and throwing of what is at the hand, or light and far", () => {
    around.near = BALL;
    press();
    Object.assign(around, { near: null, hit: BALL });

    expect(press()).toEqual(["takes", "throws", "takes", "throws"]);
  });

  test("drawing on a board, which a trigger does not carry off", () => {
    Object.assign(around, { near: BOARD, hit: BOARD, touched: true });

    expect(press()).toEqual(["draws", "lifts the pen"]);
  });

  test("what the page's own parts do with a click", () => {
    around.pressed = true;

    expect(press()).toEqual(["presses", "picks"]);
  });

  test("to put the table where one looks, the first time", () => {
    Object.assign(around, { real: true, waiting: true, near: BALL });

    expect(press()).toEqual(["puts the table"]);
  });

  test("an organ, where it is short and moves nothing; else the table was moved", () => {
    Object.assign(around, { real: true, table: 0.5, pressed: true });
    press();
    expect(did).toEqual(["holds the table", "lets the table go", "presses", "picks"]);

    did.length = 0;
    work.down(hand, "select", 0);
    at.x += 0.2;
    work.up(hand, "select", 100);
    expect(did).toEqual(["holds the table", "lets the table go"]);
  });

  test("no jump in one's own room", () => {
    around.real = true;

    expect(press()).toEqual([]);
  });
});

test("a squeeze takes a board too, and jumps nowhere", () => {
  around.near = BOARD;
  work.down(hand, "squeeze", 0);
  work.up(hand, "select", 10); // another finger
  work.up(hand, "squeeze", 20);
  around.near = null;
  work.down(hand, "squeeze", 30);
  work.up(hand, "squeeze", 40);

  expect(did).toEqual(["takes", "throws"]);
});

test("a fingertip on a board draws until it leaves it", () => {
  Object.assign(around, { hit: BOARD, touched: true });
  work.update([hand], 0);
  work.update([hand], 16);
  around.hit = null;
  work.update([hand], 32);
  work.update([hand], 48);

  expect(did).toEqual(["draws", "lifts the pen"]);
});

test("whoever takes the headset off while drawing leaves no pen down, and points nowhere", () => {
  Object.assign(around, { hit: BOARD, touched: true });
  work.update([hand], 0); // a fingertip draws
  work.dispose();
  expect(did).toEqual(["draws", "lets the pen go"]);

  around.hit = null;
  work.down(hand, "select", 10); // a ray draws
  work.dispose();
  work.up(hand, "select", 15);
  expect(did).toEqual(["draws", "lets the pen go", "draws", "lets the pen go"]);

  around.touched = false;
  work.down(hand, "select", 20);
  expect(hand.isAiming).toBe(true);
  work.dispose();
  expect(hand.isAiming).toBe(false);
});
