import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { FromWorld, Person, Right } from "../../../src/wire/world";
import { PhotoPanel } from "../../../src/world/photo/PhotoPanel";
import { studio } from "../../../src/world/photo/studio";
import { company } from "../../../src/world/world";
import { type Asked, fakeHouse, outcome } from "../../house/house";

const PHOTO = "POST /api/world/places/plaza/photo";
const REFUSED = "No photos are taken here: what happens in this room stays in it.";
const picture = new Blob(["a picture"], { type: "image/jpeg" });
const take = vi.fn(async (_: (who: string) => boolean) => picture);
const hold = vi.fn();
let asked: Asked[] = [];

function stand(...rights: Right[]): void {
  const message: FromWorld = {
    type: "standing",
    place: "plaza",
    part: "member",
    rights,
    is_silent: false,
    phrases_only: false,
    slow_s: 0,
    bubble_m: 0,
  };
  act(() => company.hear(message));
}

const PLAIN = {
  ...{ is_hand_up: false, is_host: false, is_silent: false, is_away: false },
  ...{ look: "", aside: 0, hand: 0, has_word: false },
};
function person(who: string, slot: number): Person {
  return { slot, name: who, who, ...PLAIN };
}

function arrive(place = "plaza"): void {
  const spot = { position: [0, 0, 0] as [number, number, number], yaw: 0 };
  const people = [person("iris", 0), person("otto", 1)];
  act(() =>
    company.hear({
      ...{ type: "welcome", is_stage: false, you: 0, key: "k", signs: [] },
      ...{ place, spot, people },
    }),
  );
}

beforeEach(() => {
  vi.clearAllMocks();
  asked = fakeHouse({ [PHOTO]: { plain: ["otto"] } });
  vi.stubGlobal(
    "URL",
    Object.assign(URL, { createObjectURL: () => "blob:1", revokeObjectURL() {} }),
  );
  act(() => studio.set({ take, hold }));
  arrive();
  stand("enter", "photo");
});

afterEach(() => act(() => studio.set(null)));

test("a photo is taken with those as plain figures whom the house names, and is looked at first", async () => {
  const user = userEvent.setup();
  render(<PhotoPanel place="plaza" />);

  await user.click(screen.getByRole("button", { name: "Take a photo" }));

  expect((await screen.findByRole("img", { name: "Plaza" })).getAttribute("src")).toBe("blob:1");
  expect(take).toHaveBeenCalledOnce();
  const isPlain = take.mock.calls[0]?.[0];
  expect(["iris", "otto"].map((who) => isPlain?.(who))).toEqual([false, true]);
  expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([PHOTO]);
  await user.click(screen.getByRole("button", { name: "Throw it away" }));
  expect(screen.queryByRole("img")).toBeNull();
});

test("where the house says no, nothing is taken, and its sentence is read", async () => {
  fakeHouse({ [PHOTO]: outcome(403, "forbidden", REFUSED) });
  const user = userEvent.setup();
  render(<PhotoPanel place="plaza" />);

  await user.click(screen.getByRole("button", { name: "Take a photo" }));

  expect((await screen.findByRole("alert")).textContent).toContain(REFUSED);
  expect(take).not.toHaveBeenCalled();
});

test("without the right there is no button, and without a scene neither", () => {
  stand("enter");
  const { unmount } = render(<PhotoPanel place="plaza" />);
  expect(screen.queryByRole("button", { name: "Take a photo" })).toBeNull();
  expect(screen.getByText("You may take no photos here.")).toBeTruthy();
  unmount();

  stand("enter", "photo");
  act(() => studio.set(null));
  render(<PhotoPanel place="plaza" />);
  expect(screen.getByText("Photos are taken in the 3D view.")).toBeTruthy();
});

test("the camera is held out as long as one wants, and no longer than the panel is open", async () => {
  const user = userEvent.setup();
  const { unmount } = render(<PhotoPanel place="plaza" />);

  await user.click(screen.getByRole("switch", { name: /Look back/ }));
  expect(hold).toHaveBeenLastCalledWith(true);
  expect(screen.getByRole("button", { name: "Wave" })).toBeTruthy();

  unmount();
  expect(hold).toHaveBeenLastCalledWith(false);
});

test("whoever comes after the house was asked is a plain figure: nobody asked whether they mind", async () => {
  fakeHouse({
    [PHOTO]: () => {
      act(() => company.hear({ type: "joined", person: person("mei", 2) }));
      return { plain: [] };
    },
  });
  render(<PhotoPanel place="plaza" />);

  await userEvent.click(screen.getByRole("button", { name: "Take a photo" }));

  const isPlain = take.mock.calls[0]?.[0];
  expect(["iris", "otto", "mei"].map((who) => isPlain?.(who))).toEqual([false, false, true]);
});

test("whoever went elsewhere meanwhile takes no photo there", async () => {
  fakeHouse({
    [PHOTO]: () => {
      arrive("clinic");
      return { plain: [] };
    },
  });
  render(<PhotoPanel place="plaza" />);

  await userEvent.click(screen.getByRole("button", { name: "Take a photo" }));

  await act(async () => {});
  expect(take).not.toHaveBeenCalled();
});
