import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { App } from "../../src/app/App";
import { setView } from "../../src/app/view";
import { addBanners, addPanels, arrived, whereabouts } from "../../src/kit/place";
import { type Me, session } from "../../src/kit/session";
import { besideOf, comeInside, goBeside, isBeside } from "../../src/world/beside";
import { worldBanners, worldPanels } from "../../src/world/panels/panels";
import { company } from "../../src/world/world";
import { RoomPanel } from "../../src/world/xr/RoomPanel";
import { fakeHouse, fakeStreams } from "../house/house";

const MEI: Me = {
  ...{ account: "1", name: "Mei Lin", roles: ["patient"], person: "Patient/p1", language: "en" },
};
const TOLD = {
  place: "home",
  people: [
    { name: "Mei Lin", is_me: true },
    { name: "Amara", is_me: false },
  ],
};
let lines: string[];

class Socket {
  static readonly OPEN = 1;
  readyState = 0;
  binaryType = "";
  constructor(url: string) {
    if (new URL(url).pathname === "/world") lines.push(url);
  }
  send(): void {}
  close(): void {}
}

beforeEach(() => {
  lines = [];
  fakeStreams();
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  vi.stubGlobal("WebSocket", Socket);
  addPanels(...worldPanels);
  addBanners(...worldBanners);
  setView("flat");
  history.replaceState(null, "", "/?companion#/plaza");
  arrived("plaza");
  session.set({ state: "unknown", me: null });
});

afterEach(() => {
  act(() => {
    comeInside();
    company.line.set({ state: "closed", why: "" });
  });
});

test("a window beside a visit opens no line, and is where the visit is", async () => {
  isBeside.set(true);
  fakeHouse({ "GET /api/identity/me": MEI, "GET /api/world/beside": TOLD });
  render(<App />);

  await screen.findByRole("heading", { level: 1, name: "Home" });
  expect(await screen.findByText("Panels beside your visit")).toBeTruthy();
  expect(lines).toEqual([]);
  expect(whereabouts.get().people.map(({ name }) => name)).toEqual(["Mei Lin", "Amara"]);
});

test("it has no panels for which one must be there oneself", async () => {
  isBeside.set(true);
  fakeHouse({ "GET /api/identity/me": MEI, "GET /api/world/beside": TOLD });
  render(<App />);
  await screen.findByRole("heading", { level: 1, name: "Home" });

  expect(document.querySelector(".dock")?.textContent).not.toContain("Things to share");
  expect(document.querySelector(".dock")?.textContent).toContain("People and safety");
});

test("it offers no way elsewhere while it goes where the other window goes", async () => {
  isBeside.set(true);
  const soon = { id: "e-1", title: "Sleeping well", by: "Iris", audience: "all", capacity: 0 };
  const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
  const state = { coming: 1, is_coming: true, is_ours: false, is_off: false };
  const event = { ...soon, ...state, place: "clinic", starts_at: at(5), ends_at: at(65) };
  const answers = { "GET /api/identity/me": MEI, "GET /api/world/events": [event] };
  fakeHouse({ ...answers, "GET /api/world/beside": TOLD });
  render(<App />);
  await screen.findByRole("heading", { level: 1, name: "Home" });

  expect(await screen.findByText(/in 5 minutes: Clinic/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Go there" })).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: /^Home: / }));
  const clinic = screen.getByRole("button", { name: /^Clinic/ });
  expect(clinic.hasAttribute("disabled") || clinic.getAttribute("aria-disabled")).toBeTruthy();
  await userEvent.click(clinic);
  expect(whereabouts.get().place).toBe("home");

  act(() => besideOf.set("")); // the visit ended: go where one likes
  expect(screen.getByRole("button", { name: "Go there" })).toBeTruthy();
});

test("one press and one is here instead, with a line of one's own", async () => {
  isBeside.set(true);
  fakeHouse({
    "GET /api/identity/me": MEI,
    "GET /api/world/beside": TOLD,
    "POST /api/world/line": { url: "", ticket: "" },
  });
  render(<App />);
  await screen.findByRole("heading", { level: 1, name: "Home" });
  await userEvent.click(screen.getByRole("button", { name: "Be here instead" }));

  await waitFor(() => expect(lines.length).toBeGreaterThan(0));
  expect(location.search).toBe("");
});

test("who is in another window now chooses to show only the panels here", async () => {
  isBeside.set(false);
  fakeHouse({ "GET /api/identity/me": MEI, "GET /api/world/beside": TOLD });
  render(<App />);
  await screen.findByRole("heading", { level: 1, name: "Plaza" });
  act(() => company.line.set({ state: "ended", why: "elsewhere" }));
  await userEvent.click(await screen.findByRole("button", { name: "Only show the panels here" }));

  expect(isBeside.get()).toBe(true);
  expect(location.search).toBe("?companion");
  expect(await screen.findByRole("heading", { level: 1, name: "Home" })).toBeTruthy();
});

test("a window that goes beside twice is beside once", () => {
  isBeside.set(false);
  goBeside();
  goBeside();

  expect(location.search).toBe("?companion");
});

test("the code of a real room is shown to be touched, and can be saved to print", async () => {
  const asked = fakeHouse({
    "GET /api/world/places/home/code": { url: "http://x/#/home?anchor=hologram", svg: "<svg/>" },
  });
  render(<RoomPanel place="home" />);

  const picture = await screen.findByRole("img", { name: /three large squares/ });
  expect(picture.getAttribute("src")).toContain("data:image/svg+xml");
  expect(screen.getByRole("link", { name: "Save to print" }).getAttribute("download")).toBe(
    "asklepion-home.svg",
  );
  expect(asked.map(({ path }) => path)).toEqual(["/api/world/places/home/code"]);
});
