import { act, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { whereabouts } from "../../../src/kit/place";
import type { PlaceCard, Right } from "../../../src/wire/world";
import { localOf, momentOf, type Planned, planned, soon } from "../../../src/world/calendar/asking";
import { CalendarPanel } from "../../../src/world/calendar/CalendarPanel";
import { reminderBanner } from "../../../src/world/calendar/ReminderBanner";
import { forgetPlaces, madePlaces } from "../../../src/world/places";
import { company } from "../../../src/world/world";
import { fakeHouse, Reply } from "../../house/house";
import { placeFiles } from "../places";

const MINUTE = 60_000;
const NOW = Date.now();
const at = (minutes: number) => new Date(NOW + minutes * MINUTE).toISOString();
const TALK: Planned = {
  id: "e-1",
  place: "clinic",
  title: "Sleeping well",
  starts_at: at(60),
  ends_at: at(105),
  audience: "all",
  capacity: 0,
  by: "Iris",
  coming: 3,
  is_coming: false,
  is_ours: false,
  is_off: false,
};

function house(events: () => readonly Planned[]) {
  return fakeHouse({
    "GET /api/world/events": events,
    "GET /api/world/places/plaza": placeFiles.find(({ id }) => id === "plaza"),
    "PUT /api/world/events/e-1/coming": new Reply(204),
    "PUT /api/world/events/e-1/off": new Reply(204),
    "POST /api/world/events": { id: "e-2" },
    "POST /api/world/calendar": { url: "https://house/api/world/calendar/s.ics" },
  });
}

function stand(...rights: Right[]): void {
  const rest = { is_silent: false, phrases_only: false, slow_s: 0, bubble_m: 0 };
  act(() => company.hear({ type: "standing", place: "plaza", part: "member", rights, ...rest }));
}

beforeEach(() => {
  forgetPlaces();
  act(() => planned.set(null));
  stand("enter");
});

describe("a reminder", () => {
  test("is due from ten minutes before until it is over, of what one comes to", () => {
    const mine = { ...TALK, is_coming: true };

    const due = (minutes: number) => soon([mine], NOW + minutes * MINUTE)?.id ?? null;

    expect([49, 50, 104, 105].map(due)).toEqual([null, "e-1", "e-1", null]);
    expect(soon([TALK], NOW + 55 * MINUTE)).toBeNull();
    expect(soon([{ ...mine, is_off: true }], NOW + 55 * MINUTE)).toBeNull();
  });

  test("leads there, and is gone once it was read or one is there", async () => {
    house(() => [{ ...TALK, is_coming: true, starts_at: at(5) }]);
    const user = userEvent.setup();
    const { Component } = reminderBanner;
    const { rerender, unmount } = render(<Component place="plaza" />);

    expect((await screen.findByRole("status")).textContent).toContain("in 5 minutes: Clinic");
    await user.click(screen.getByRole("button", { name: "Go there" }));
    expect(whereabouts.get().place).toBe("clinic");
    rerender(<Component place="clinic" />);
    expect(screen.queryByRole("status")).toBeNull();
    unmount();

    render(<Component place="plaza" />);
    await user.click(await screen.findByRole("button", { name: "Got it" }));
    expect(screen.queryByRole("status")).toBeNull();
  });
});

describe("the list of what takes place", () => {
  test("names a place that somebody made as its maker did, and never by its id", async () => {
    const garden = { ...TALK, place: "place-0123456789ab" };
    house(() => [garden, { ...TALK, id: "e-3", place: "place-ffffffffffff" }]);
    render(<CalendarPanel place="plaza" />);

    expect(await screen.findAllByText(/· Another place$/)).toHaveLength(2);
    const card = { id: garden.place, name_key: "Mei's garden", about_key: "" };
    act(() => madePlaces.set([card as unknown as PlaceCard]));

    expect(screen.getByText(/· Mei's garden$/)).toBeTruthy();
    expect(document.body.textContent).not.toContain("place-");
  });

  test("says so when nothing does, and offers a guest nothing to plan", async () => {
    house(() => []);
    render(<CalendarPanel place="plaza" />);

    expect(await screen.findByText("Nothing is planned")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Plan something here" })).toBeNull();
  });

  test("lets one say that one comes, and asks anew", async () => {
    let event = TALK;
    const asked = house(() => [event]);
    const user = userEvent.setup();
    render(<CalendarPanel place="plaza" />);
    const line = await screen.findByRole("listitem", { name: "Sleeping well" });

    event = { ...TALK, is_coming: true, coming: 4 };
    await user.click(within(line).getByRole("button", { name: "I come" }));

    expect(await within(line).findByText("4 come")).toBeTruthy();
    expect(asked.find(({ method }) => method === "PUT")?.body).toEqual({ coming: true });
    expect(within(line).queryByRole("button", { name: "Cancel it" })).toBeNull();
  });

  test("has no way into what is full or cancelled, but a host takes a cancelling back", async () => {
    const full = { ...TALK, capacity: 3 };
    const off = { ...TALK, id: "e-9", title: "Off", is_off: true, is_ours: true };
    house(() => [full, off]);
    render(<CalendarPanel place="plaza" />);

    const line = await screen.findByRole("listitem", { name: "Sleeping well" });
    expect(within(line).getByRole("button", { name: "Full" })).toHaveProperty("disabled", true);
    const other = screen.getByRole("listitem", { name: "Off" });
    expect(within(other).queryByRole("button", { name: "I come" })).toBeNull();
    expect(within(other).getByRole("button", { name: "Let it take place" })).toBeTruthy();
  });

  test("lets a host plan by their own clock what the house keeps in UTC", async () => {
    stand("enter", "moderate");
    const asked = house(() => []);
    const user = userEvent.setup();
    render(<CalendarPanel place="plaza" />);

    await user.type(await screen.findByLabelText("What it is called"), "Walking together");
    await user.click(screen.getByRole("button", { name: "Plan something here" }));

    await vi.waitFor(() => expect(asked.some(({ method }) => method === "POST")).toBe(true));
    const body = asked.find(({ method }) => method === "POST")?.body as { starts_at: string };
    expect(body).toMatchObject({ place: "plaza", title: "Walking together", minutes: 60 });
    expect(body.starts_at).toMatch(/:00\.000Z$/);
    const off_ms = Date.parse(body.starts_at) - Date.now() - 24 * 60 * MINUTE;
    expect(Math.abs(off_ms)).toBeLessThan(2 * MINUTE);
  });
});

test("a moment goes into a field of one's own clock and comes out as it was", () => {
  const summer = new Date(2026, 6, 1, 18, 30);
  const winter = new Date(2026, 0, 1, 0, 5);

  for (const moment of [summer, winter]) {
    expect(momentOf(localOf(moment))).toBe(moment.toISOString());
  }
  expect(localOf(winter)).toBe("2026-01-01T00:05");
  expect(momentOf("")).toBe("");
});
