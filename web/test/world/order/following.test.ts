import { expect, test } from "vitest";
import { Store } from "../../../src/kit/store";
import type { Somebody } from "../../../src/world/company";
import { Glide } from "../../../src/world/net/glide";
import { Following } from "../../../src/world/order/following";
import { HeldEscape } from "../../../src/world/order/safe";
import { Controls } from "../../../src/world/walk/controls";

function somebody(x: number): Somebody {
  const glide = new Glide();
  glide.add({ position: [x, 0, 0], yaw: 0, pitch: 0, flags: 0, at: 0, tracked: null }, 0);
  const is = {
    isMe: false,
    isHandUp: false,
    isSpeaking: false,
    isAway: false,
    look: "",
    isHost: false,
    isSilent: false,
    aside: 0,
    hand: 0,
    hasWord: false,
  };
  return { slot: 1, name: "Otto", who: "otto", glide, ...is };
}

function following() {
  const people = new Store<readonly Somebody[]>([somebody(4)]);
  const went: number[] = [];
  let look = () => {};
  const made = new Following({
    company: { people },
    walk: ({ position }) => went.push(position[0]),
    now: () => 1000,
    every: (_, then) => {
      look = then;
      return () => {
        look = () => {};
      };
    },
  });
  return { made, people, went, look: () => look() };
}

test("whoever follows walks to where the other is, again and again, until the other is gone", () => {
  const { made, people, went, look } = following();
  made.begin("otto");
  look();
  look();
  expect(went).toEqual([4, 4]);

  people.set([]);
  look();

  expect(made.whom.get()).toBe("");
});

function walking() {
  document.body.innerHTML = '<div id="scene"></div><textarea></textarea><input type="range">';
  const find = (what: string) => document.querySelector(what) as HTMLElement;
  const controls = new Controls(find("#scene"), {
    turn: () => {},
    zoom: () => {},
    isHeld: () => false,
  });
  const { made, went, look } = following();
  made.begin("otto");
  return {
    went,
    look,
    stop: () => controls.dispose(),
    press(code: string, on: string, more = {}) {
      const event = new KeyboardEvent("keydown", { code, bubbles: true, ...more });
      find(on).dispatchEvent(event);
      made.heed(controls.wish);
      return made.whom.get();
    },
    push(x: number) {
      controls.stick.set({ x: 0, y: 0, dx: x, dy: 0 });
      made.heed(controls.wish);
      return made.whom.get();
    },
  };
}

test("a step of one's own ends it, another key does not", () => {
  const { press, went, look, stop } = walking();
  expect(press("KeyQ", "body")).toBe("otto");

  expect(press("ArrowUp", "body")).toBe("");
  look();

  expect(went).toEqual([]);
  stop();
});

test("whoever writes, chooses on a slider or selects all still follows", () => {
  const { press, stop } = walking();

  expect(press("KeyW", "textarea")).toBe("otto");
  expect(press("ArrowLeft", "input")).toBe("otto");
  expect(press("KeyA", "body", { ctrlKey: true })).toBe("otto");

  expect(press("KeyA", "body")).toBe("");
  stop();
});

test("a push of the thumb's stick ends it, a finger that rests on it does not", () => {
  const { push, stop } = walking();
  expect(push(2)).toBe("otto");

  expect(push(40)).toBe("");
  stop();
});

function heldEscape() {
  let gone = 0;
  let due: (() => void) | null = null;
  const made = new HeldEscape(
    () => {
      gone += 1;
    },
    (_, then) => {
      due = then;
      return () => {
        due = null;
      };
    },
  );
  return { made, pass: () => due?.(), gone: () => gone };
}

test("Escape that is held leads home, a short press does not", () => {
  const { made, pass, gone } = heldEscape();
  made.down("Escape");
  made.down("Escape"); // the keyboard repeats it
  made.up("Escape");
  pass();
  expect(gone()).toBe(0);

  made.down("Escape");
  pass();

  expect(gone()).toBe(1);
});

test("another key that is held does not lead home, nor Escape once the window lost the keyboard", () => {
  const { made, pass, gone } = heldEscape();
  made.down("KeyW");
  pass();
  made.down("Escape");
  made.letGo();
  pass();

  expect(gone()).toBe(0);
});
