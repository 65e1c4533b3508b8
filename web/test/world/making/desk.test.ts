import { afterEach, beforeEach, expect, test } from "vitest";
import { type Me, session } from "../../../src/kit/session";
import type { Place } from "../../../src/wire/world";
import { MakingDesk } from "../../../src/world/making/desk";
import { setAbout } from "../../../src/world/making/ops";
import { placeOf } from "../../../src/world/making/parts";
import { type Asked, fakeHouse, outcome } from "../../house/house";
import { placeFiles } from "../places";

const ID = "place-0123456789ab";
const COPY = "place-ba9876543210";
const home = { ...(placeFiles.find(({ id }) => id === "home") as Place), id: ID, seats: [] };
const PATH = `/api/world/making/${ID}`;

let kept: Map<string, string>;
let shelf: Storage;
let revision: number;
let place: Place;
let asked: Asked[];

function answer(): object {
  return { place, revision, shown: 0, editors: [], flaws: [], is_mine: true };
}

beforeEach(() => {
  kept = new Map();
  shelf = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
    removeItem: (key: string) => void kept.delete(key),
  } as unknown as Storage;
  revision = 1;
  place = home;
  asked = fakeHouse({
    [`GET ${PATH}`]: () => answer(),
    [`PUT ${PATH}`]: ({ body }: Asked) => {
      place = body as Place;
      revision += 1;
      return answer();
    },
    [`POST ${PATH}/publish`]: { version: 1 },
    "GET /api/world/places": [],
  });
});

function signIn(account: string): void {
  const me: Me = { account, name: "", roles: ["patient"], person: null, language: "en" };
  session.set({ state: "known", me });
}

afterEach(() => session.set({ state: "stranger", me: null }));

async function opened(): Promise<MakingDesk> {
  const desk = new MakingDesk(shelf);
  await desk.open(ID);
  return desk;
}

function name(desk: MakingDesk, to: string): void {
  desk.opened.get()?.model.apply(setAbout({ name_key: to }));
}

function nameNow(desk: MakingDesk): string {
  const model = desk.opened.get()?.model;
  return model ? placeOf(model.doc.get()).name_key : "";
}

test("what is not saved is there after a reload, can be undone, and goes once it is saved", async () => {
  const before = await opened();
  expect(before.isChanged).toBe(false);
  name(before, "Mine");
  expect(before.isChanged).toBe(true);

  const desk = await opened(); // the page was loaded again
  expect([nameNow(desk), desk.opened.get()?.isRestored]).toEqual(["Mine", true]);
  desk.opened.get()?.model.undo();
  expect(nameNow(desk)).toBe(home.name_key);
  desk.opened.get()?.model.redo();
  await desk.save();

  expect([desk.isChanged, place.name_key, kept.size]).toEqual([false, "Mine", 0]);
  expect((await opened()).opened.get()?.isRestored).toBe(false);
});

test("a save names the revision that was changed, and the next one the new", async () => {
  const desk = await opened();
  name(desk, "One");
  await desk.save();
  name(desk, "Two");
  await desk.save();

  expect([desk.opened.get()?.revision, place.name_key]).toEqual([3, "Two"]);
});

test("who was overtaken loses nothing: theirs is read, or ours kept as a place of its own", async () => {
  const desk = await opened();
  name(desk, "Mine");
  let copied: Place | null = null;
  fakeHouse({
    [`GET ${PATH}`]: { ...answer(), place: { ...home, name_key: "Theirs" }, revision: 2 },
    [`PUT ${PATH}`]: outcome(409, "conflict", "Somebody saved since."),
    "POST /api/world/making": { id: COPY },
    [`GET /api/world/making/${COPY}`]: () => ({
      ...answer(),
      place: copied ?? { ...home, id: COPY },
    }),
    [`PUT /api/world/making/${COPY}`]: ({ body }: Asked) => {
      copied = body as Place;
      return { ...answer(), place: copied };
    },
  });
  await expect(desk.save()).rejects.toThrow("Somebody saved since");
  expect([desk.opened.get()?.isOvertaken, nameNow(desk)]).toEqual([true, "Mine"]);

  const late = await opened(); // after a reload it is known as well
  expect([late.opened.get()?.isOvertaken, nameNow(late)]).toEqual([true, "Mine"]);

  await desk.saveAsCopy("Mine too");
  expect(desk.opened.get()?.id).toBe(COPY);
  expect(copied).toMatchObject({ id: COPY, name_key: "Mine too" });

  name(late, "Mine again");
  await late.readTheirs();
  expect([nameNow(late), late.isChanged]).toEqual(["Theirs", false]);
});

test("what is not saved yet is saved before it is published", async () => {
  const desk = await opened();
  name(desk, "Mine");

  await desk.publish("New name");

  const writes = asked.filter(({ method }) => method !== "GET").map(({ method }) => method);
  expect(writes).toEqual(["PUT", "POST"]);
  expect(desk.opened.get()?.shown).toBe(1);
});

test("a browser that keeps nothing costs nobody the edit itself", async () => {
  shelf.setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  const desk = await opened();

  name(desk, "Mine");

  expect(nameNow(desk)).toBe("Mine");
});

test("an older version is one step, and undoing it brings back what was not saved", async () => {
  const desk = await opened();
  name(desk, "Mine");
  fakeHouse({
    [`POST ${PATH}/versions/1/restore`]: {
      ...answer(),
      place: { ...home, name_key: "Old" },
      revision: 2,
    },
  });

  await desk.bringBack(1);
  expect([nameNow(desk), desk.isChanged, desk.opened.get()?.revision]).toEqual(["Old", false, 2]);

  desk.opened.get()?.model.undo();
  expect([nameNow(desk), desk.isChanged]).toEqual(["Mine", true]);
  expect(kept.size).toBe(1); // and a reload loses it no more than before
});

test("what one account did not save, another on the same browser never sees", async () => {
  signIn("mei");
  const before = await opened();
  name(before, "Mine");
  before.close();

  signIn("otto");
  const other = await opened();
  expect([nameNow(other), other.opened.get()?.isRestored]).toEqual([home.name_key, false]);
  other.close();

  signIn("mei");
  expect(nameNow(await opened())).toBe("Mine");
});

test("an answer that comes after one signed out, closed or chose another place opens nothing", async () => {
  signIn("mei");
  const desk = new MakingDesk(shelf);
  const late = desk.open(ID);
  signIn("otto");
  await late;
  expect(desk.opened.get()).toBeNull();

  const closed = desk.open(ID);
  desk.close();
  await closed;
  expect(desk.opened.get()).toBeNull();

  let answerFirst = (_: object) => {};
  fakeHouse({
    [`GET ${PATH}`]: () => new Promise<object>((done) => (answerFirst = done)),
    [`GET /api/world/making/${COPY}`]: { ...answer(), place: { ...home, id: COPY } },
  });
  const first = desk.open(ID);
  await desk.open(COPY);
  answerFirst(answer());
  await first;
  expect(desk.opened.get()?.id).toBe(COPY);
});

test("a step is undone with the keyboard also where a switch was the last thing touched", async () => {
  const desk = await opened();
  name(desk, "Yard");
  document.body.innerHTML = '<input type="checkbox"><input>';
  const [box, field] = document.querySelectorAll("input");
  const undo = { key: "z", ctrlKey: true, bubbles: true };

  field?.dispatchEvent(new KeyboardEvent("keydown", undo));
  expect(nameNow(desk)).toBe("Yard");
  box?.dispatchEvent(new KeyboardEvent("keydown", undo));

  expect(nameNow(desk)).toBe(home.name_key);
  desk.close();
});
