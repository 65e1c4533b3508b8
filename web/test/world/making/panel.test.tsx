import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";
import { isOpenPlace, signOf } from "../../../src/app/places";
import type { Place } from "../../../src/wire/world";
import { desk } from "../../../src/world/making/desk";
import { MakingPanel } from "../../../src/world/making/MakingPanel";
import { forgetPlaces, lookForPlaces, placesChanged, readPlace } from "../../../src/world/places";
import { company } from "../../../src/world/world";
import { fakeHouse } from "../../house/house";
import { placeFiles } from "../places";

const ID = "place-0123456789ab";
const home = {
  ...(placeFiles.find(({ id }) => id === "home") as Place),
  ...{ id: ID, name_key: "Garden room", access: "all", visitors: [], capacity: 4 },
} as Place;
const FLAW = { path: "things[11]", code: "seat-blocked", hint: "Move it." };
const CARD = { id: ID, name_key: "Garden room", about_key: "Quiet", capacity: 4, sign: "count" };

beforeEach(() => {
  localStorage.clear();
  desk.close();
  forgetPlaces();
  fakeHouse({
    "GET /api/world/making": { places: [] },
    "POST /api/world/making": { id: ID },
    [`GET /api/world/making/${ID}`]: {
      ...{ place: home, revision: 1, shown: 0, editors: [], flaws: [FLAW], is_mine: true },
    },
    "GET /api/world/places": [CARD],
    [`GET /api/world/places/${ID}`]: () => ({ ...home }),
  });
});

test("a place is begun and changed by keyboard alone, and every step can be undone", async () => {
  const user = userEvent.setup();
  render(<MakingPanel place="plaza" />);
  await user.type(await screen.findByLabelText("Name of the place"), "Garden room");
  await user.keyboard("{Enter}");

  const parts = await screen.findByRole("list", { name: "Everything in this place" });
  const sofa = within(parts).getByRole("button", { name: /^Sofa/ });
  expect(sofa.textContent).toContain("Nobody could sit here or get up");
  sofa.focus();
  await user.keyboard("{Enter}");
  await user.click(screen.getByRole("button", { name: "Move left (west)" }));
  expect(within(parts).getByRole("button", { name: /^Sofa/ }).textContent).toContain("3.75, 0.7 m");
  const east = screen.getByLabelText("East [m]");
  await user.clear(east);
  await user.type(east, "nonsense{Enter}");
  expect((east as HTMLInputElement).value).toBe("3.75");
  await user.click(screen.getByRole("button", { name: "Take away" }));
  expect(within(parts).queryByRole("button", { name: /^Sofa/ })).toBeNull();
  expect(screen.getByText("Not saved")).toBeTruthy();

  document.body.focus();
  await user.keyboard("{Control>}zz{/Control}");

  expect(within(parts).getByRole("button", { name: /^Sofa/ }).textContent).toContain("3.9, 0.7 m");
  expect(screen.getByText("Saved")).toBeTruthy();
});

test("a made place has a name in the list of places, and an address", async () => {
  expect(isOpenPlace(ID)).toBe(true);
  expect(isOpenPlace("place-../../x")).toBe(false);
  expect(signOf(ID).nameKey).toBe("world.refused.unknown-place");

  await lookForPlaces();

  expect(signOf(ID)).toMatchObject({ nameKey: "Garden room", aboutKey: "Quiet" });
});

test("a place that was published anew is read again, and whoever shows it hears of that", async () => {
  const before = await readPlace(ID);
  expect(await readPlace(ID)).toBe(before);
  const turn = placesChanged.get();

  company.hear({ type: "place-changed", place: ID });

  expect(await readPlace(ID)).not.toBe(before);
  expect(placesChanged.get()).toBe(turn + 1);
});
