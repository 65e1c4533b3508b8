import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Flag, FromWorld } from "../../../src/wire/world";
import { PersonMenu } from "../../../src/world/order/PersonMenu";
import { asideBanner } from "../../../src/world/talk/AsideBanner";
import { company } from "../../../src/world/world";
import { fakeHouse } from "../../house/house";

const PLAIN = {
  is_hand_up: false,
  is_away: false,
  look: "",
  is_host: false,
  is_silent: false,
  aside: 0,
  hand: 0,
  has_word: false,
};

function hear(message: FromWorld): void {
  act(() => company.hear(message));
}

function refuse(code: "too-far" | "in-aside"): void {
  hear({ type: "refused", place: "", code, hint: "" });
}

beforeEach(() => {
  fakeHouse({});
  hear({
    type: "welcome",
    is_stage: false,
    place: "plaza",
    you: 0,
    spot: { position: [0, 0, 0], yaw: 0 },
    people: [
      { slot: 0, name: "Iris", who: "iris", ...PLAIN },
      { slot: 1, name: "Otto", who: "otto", ...PLAIN },
    ],
    key: "k",
    signs: [],
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  act(() => company.asides.forget());
});

test("who says yes is told why it did not come to pass, and may try again", async () => {
  const accept = vi.spyOn(company.asides, "accept").mockReturnValue(true);
  render(<asideBanner.Component place="plaza" />);
  hear({ type: "asked-aside", aside: 3, slot: 1, name: "Otto" });
  await userEvent.click(screen.getByRole("button", { name: "Yes, speak privately" }));
  refuse("too-far");

  expect(screen.getByRole("alert").textContent).toContain("Come nearer");
  await userEvent.click(screen.getByRole("button", { name: "Yes, speak privately" }));
  expect(accept).toHaveBeenCalledTimes(2);
  expect(screen.queryByRole("alert")).toBeNull();

  hear({ type: "went-aside", slot: 0, aside: 3 });
  expect(screen.queryByRole("button", { name: "Yes, speak privately" })).toBeNull();
});

test("without a connection a yes is not lost", async () => {
  render(<asideBanner.Component place="plaza" />);
  hear({ type: "asked-aside", aside: 3, slot: 1, name: "Otto" });
  await userEvent.click(screen.getByRole("button", { name: "Yes, speak privately" }));

  expect(screen.getByRole("alert").textContent).toContain("no connection");
});

test("whoever asks from somebody's menu reads there what came of it", async () => {
  vi.spyOn(company.asides, "ask").mockReturnValue(true);
  const pose = { position: [1, 0, 0], yaw: 0, pitch: 0, flags: 0 as Flag, at: 0, tracked: null };
  act(() =>
    company.hear({ type: "snapshot", tick: 1, whole: true, poses: new Map([[1, pose as never]]) }),
  );
  const otto = company.people.get().find(({ slot }) => slot === 1);
  if (!otto) throw new Error("nobody is here");
  render(<PersonMenu somebody={otto} />);
  await userEvent.click(screen.getByRole("button", { name: "More about Otto" }));
  await userEvent.click(screen.getByRole("button", { name: /Speak privately/ }));
  expect(screen.getByRole("status").textContent).toContain("Asked.");

  refuse("in-aside");

  expect(screen.getByRole("status").textContent).toContain("speak privately with others already");
});
