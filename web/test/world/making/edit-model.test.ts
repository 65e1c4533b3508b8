import { expect, test } from "vitest";
import type { Place } from "../../../src/wire/world";
import { completed } from "../../../src/world/making/completed";
import { EditModel } from "../../../src/world/making/edit-model";
import { duplicate, pressAnywhere, pressInPicture } from "../../../src/world/making/keys";
import {
  add,
  copy,
  move,
  type Op,
  put,
  remove,
  resize,
  scale,
  set,
  setAbout,
  snapped,
  turn,
  wound,
} from "../../../src/world/making/ops";
import { PALETTE } from "../../../src/world/making/palette";
import { type Doc, docOf, pathOf, placeOf, positionOf } from "../../../src/world/making/parts";
import { isDrawn } from "../../../src/world/scene/things";
import { placeFiles } from "../places";

const home = placeFiles.find(({ id }) => id === "home") as Place;

/** Numbers that look like chance and are the same each time (mulberry32). */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Any edit that somebody could make to a place as it is now. */
function anyOp(doc: Doc, chance: () => number): Op {
  const one = doc.entries[Math.floor(chance() * doc.entries.length)];
  const key = one?.key ?? "";
  const metre = () => Math.round((chance() - 0.5) * 2000) / 100;
  const offer = PALETTE[Math.floor(chance() * PALETTE.length)];
  const ops: Op[] = [
    put(key, [metre(), metre(), metre()]),
    move(doc, key, [metre(), 0, metre()], 0.25),
    turn(key, metre()),
    resize(key, [metre(), metre(), metre()]),
    scale(doc, key, 1 + chance()),
    copy(doc, key, 0.5),
    remove(key),
    setAbout({ name_key: `Place ${Math.floor(chance() * 5)}` }),
    ...(offer ? [add(offer.make([metre(), 0, metre()], 0))] : []),
  ];
  return ops[Math.floor(chance() * ops.length)] ?? ((same) => same);
}

test("a place is the same after it was taken apart and put together", () => {
  for (const place of placeFiles) expect(placeOf(docOf(place))).toEqual({ ...place, seats: [] });
});

test("whatever was done, undoing all of it gives the start, and doing it again the end", () => {
  for (let seed = 0; seed < 60; seed++) {
    const chance = chances(seed);
    const model = new EditModel(docOf(home));
    const start = model.doc.get();
    for (let n = 0; n < 40; n++) {
      const dice = chance();
      if (dice < 0.12) model.undo();
      else if (dice < 0.2) model.redo();
      else if (dice < 0.3) model.endGesture();
      else model.apply(anyOp(model.doc.get(), chance), dice > 0.8 ? "drag" : "");
    }
    const end = model.doc.get();
    const { back } = model.steps.get();

    for (let n = 0; n < back; n++) model.undo();
    expect(model.doc.get()).toEqual(start);
    expect(model.steps.get().back).toBe(0);

    for (let n = 0; n < back; n++) model.redo();
    expect(model.doc.get()).toEqual(end);
  }
});

test("a drag is one step, however many places it went through", () => {
  const model = new EditModel(docOf(home));
  const { entries } = model.doc.get();
  const key = entries.at(-1)?.key ?? "";
  for (let n = 0; n < 30; n++) model.apply(put(key, [n, 0, 0]), "drag 1");
  model.endGesture();
  for (let n = 0; n < 30; n++) model.apply(put(key, [0, 0, n]), "drag 1");

  expect(model.steps.get().back).toBe(2);
});

test("a step that changes nothing is none", () => {
  const model = new EditModel(docOf(home));

  model.apply(remove("part-0")); // where people arrive stays
  model.apply(setAbout({ name_key: home.name_key }));

  expect(model.steps.get()).toEqual({ back: 0, ahead: 0 });
});

test("what goes away is no longer chosen, and a new step forgets what was undone", () => {
  const model = new EditModel(docOf(home));
  const key = model.doc.get().entries.at(-1)?.key ?? "";
  model.chosen.set(key);
  model.apply(remove(key));
  expect(model.chosen.get()).toBe("");
  model.undo();
  model.apply(setAbout({ capacity: 3 }));
  expect(model.steps.get()).toEqual({ back: 1, ahead: 0 });
});

test("moves keep to the grid, turns to half a round, and sizes to what can be", () => {
  expect([snapped(0.37, 0.25), snapped(-0.4, 0.25), snapped(0.37, 0)]).toEqual([0.25, -0.5, 0.37]);
  expect(Math.abs(wound(3 * Math.PI))).toBeCloseTo(Math.PI, 2);
  const doc = docOf(home);
  const door = doc.entries.find(({ part }) => part.kind === "doors");
  const small = resize(door?.key ?? "", [0.01, 0.01, 0.01])(doc);
  expect(placeOf(small).doors[0]).toMatchObject({ width: 0.6, height: 1.6 });
  const nowhere = put(door?.key ?? "", [Number.NaN, 0, 1e9])(doc);
  expect(placeOf(nowhere).doors[0]?.position).toEqual([-240, 0, 240]);
});

test("a copy has a name of its own and stands a little aside", () => {
  const doc = docOf(home);
  const door = doc.entries.find(({ part }) => part.kind === "doors");
  const [one, other] = placeOf(copy(doc, door?.key ?? "", 0.5)(doc)).doors;

  expect(other?.id).toBe("plaza-1");
  expect(other?.to).toBe(one?.to);
  expect(other?.position).not.toEqual(one?.position);
});

test("a part is found by the path that the house tells", () => {
  const doc = docOf(home);
  const second = doc.entries.filter(({ part }) => part.kind === "things")[1];

  expect(pathOf(doc, second?.key ?? "")).toBe("things[1]");
  expect(pathOf(doc, "part-0")).toBe("spawn");
});

test("keys move, turn, copy and take away what is chosen, and undo", () => {
  const model = new EditModel(docOf(home));
  const press = (key: string, more: KeyboardEventInit = {}) =>
    pressInPicture(new KeyboardEvent("keydown", { key, ...more }), model, 0.5);
  const key = model.doc.get().entries.at(-1)?.key ?? "";
  expect(press("ArrowLeft")).toBe(false);
  model.chosen.set(key);
  const from = positionOf(model.doc.get().entries.at(-1)?.part ?? fail());

  expect([press("ArrowLeft"), press("["), press("d", { ctrlKey: true })]).toEqual([
    true,
    true,
    true,
  ]);

  expect(model.doc.get().entries).toHaveLength(docOf(home).entries.length + 1);
  expect(model.chosen.get()).not.toBe(key);
  press("Delete");
  const undo = new KeyboardEvent("keydown", { key: "z", ctrlKey: true });
  for (let n = 0; n < 4; n++) pressAnywhere(undo, model);
  expect(positionOf(model.doc.get().entries.at(-1)?.part ?? fail())).toEqual(from);
  const redo = new KeyboardEvent("keydown", { key: "Z", ctrlKey: true, shiftKey: true });
  expect(pressAnywhere(redo, model)).toBe(true);
  expect(model.steps.get().back).toBe(1);
});

test("everything that can be put in is drawn, and stops one where it says so", () => {
  const model = new EditModel(docOf({ ...home, things: [], buildings: [], obstacles: [] }));
  for (const { make } of PALETTE) {
    const part = make([1, 0, 2], 0.5);
    if (part.kind === "things") expect(isDrawn(part.value.kind), part.value.kind).toBe(true);
    model.apply(add(part));
  }
  const blocking = placeOf(model.doc.get()).things.filter(({ blocks }) => blocks);

  expect(completed(placeOf(model.doc.get())).obstacles).toHaveLength(blocking.length);
});

test("where people arrive is neither copied nor taken away", () => {
  const model = new EditModel(docOf(home));
  duplicate(model, "part-0");
  model.apply(remove("part-0"));
  model.apply(set("part-0", { radius: 2 }));

  expect(placeOf(model.doc.get()).spawn.radius).toBe(2);
  expect(model.doc.get().entries.filter(({ part }) => part.kind === "spawn")).toHaveLength(1);
});

function fail(): never {
  throw new Error("nothing is there");
}
