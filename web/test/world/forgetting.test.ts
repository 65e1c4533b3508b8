import { afterEach, beforeEach, expect, test } from "vitest";
import { type Me, session } from "../../src/kit/session";
import type { PlaceCard } from "../../src/wire/world";
import { planned, readPlanned } from "../../src/world/calendar/asking";
import { forgetAtParting } from "../../src/world/forgetting";
import { forgetPlaces, lookForPlaces, madePlaces, readPlace } from "../../src/world/places";
import { company } from "../../src/world/world";
import { fakeHouse } from "../house/house";
import { placeFiles } from "./places";

const ID = "place-0123456789ab";
const NOBODY = { state: "stranger", me: null } as const;
const CARD = { id: ID, name_key: "Mei's garden", about_key: "" } as unknown as PlaceCard;
const EVENT = { id: "e-1", title: "Sleeping well" };
let stop: () => void;

function signIn(account: string): void {
  const me: Me = { account, name: "", roles: ["patient"], person: null, language: "en" };
  session.set({ state: "known", me });
}

beforeEach(() => {
  signIn("mei");
  stop = forgetAtParting();
});

afterEach(() => {
  stop();
  forgetPlaces();
  planned.set(null);
  session.set(NOBODY);
});

function house() {
  return fakeHouse({
    "GET /api/world/places": [CARD],
    "GET /api/world/places/home": placeFiles.find(({ id }) => id === "home"),
    "GET /api/world/events": [EVENT],
  });
}

function hearNews(): void {
  company.hear({
    ...{ type: "told", about: "asked", name: "Otto", place: "", reason: "", until: "" },
    ...{ outcome: "", id: "f-1" },
  } as unknown as Parameters<typeof company.hear>[0]);
}

test("whoever signs in next finds no places, plans or news of the one before", async () => {
  const asked = house();
  await lookForPlaces();
  await readPlanned();
  await readPlace("home");
  hearNews();
  expect(madePlaces.get()).toHaveLength(1);
  expect(planned.get()).toHaveLength(1);
  expect(company.order.news.get()).toHaveLength(1);

  session.set(NOBODY);
  signIn("otto");

  expect(madePlaces.get()).toEqual([]);
  expect(planned.get()).toBeNull();
  expect(company.order.news.get()).toEqual([]);
  await readPlace("home");
  expect(asked.filter(({ path }) => path.endsWith("/places/home"))).toHaveLength(2);
});

test("another language of the same account forgets nothing", async () => {
  house();
  await lookForPlaces();

  const { state, me } = session.get();
  session.set({ state, me: me && { ...me, language: "zh-CN" } });

  expect(madePlaces.get()).toHaveLength(1);
});

test("an answer that comes after somebody signed out is not kept", async () => {
  house();
  const answers = [lookForPlaces(), readPlanned()];

  session.set(NOBODY);
  await Promise.all(answers);

  expect(madePlaces.get()).toEqual([]);
  expect(planned.get()).toBeNull();
});
