import { act, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { refused, whereabouts } from "../../../src/kit/place";
import type { FromWorld, Person } from "../../../src/wire/world";
import { chatPanel } from "../../../src/world/panels/ChatPanel";
import { worldBanners } from "../../../src/world/panels/panels";
import { thingsPanel } from "../../../src/world/panels/ThingsPanel";
import { voicePanels } from "../../../src/world/panels/VoicePanel";
import { forgetPlaces } from "../../../src/world/places";
import { company, focused, walker } from "../../../src/world/world";
import { fakeHouse } from "../../house/house";

const PLAIN = {
  is_host: false,
  is_silent: false,
  is_away: false,
  look: "",
  aside: 0,
  hand: 0,
  has_word: false,
};
const IRIS: Person = { slot: 0, name: "Iris", is_hand_up: false, who: "iris", ...PLAIN };
const OTTO: Person = { slot: 1, name: "Otto", is_hand_up: false, who: "otto", ...PLAIN };
const PLACE = {
  id: "plaza",
  spawn: { position: [0, 0, 0], radius: 1, yaw: 0 },
  buildings: [],
  anchors: [{ id: "notice", position: [3, 0, 0], yaw: 0, size: [1, 1, 1] }],
  things: [],
  doors: [
    { id: "home", to: "home", label_key: "world.place.home", position: [0, 0, -6], building: "" },
    {
      id: "arcade",
      to: null,
      label_key: "world.place.arcade",
      closed_reason_key: "world.closed.arcade",
      position: [0, 0, 9],
      building: "",
    },
  ],
};

function hear(message: FromWorld): void {
  act(() => company.hear(message));
}

function welcome(...people: Person[]): void {
  hear({
    type: "welcome",
    is_stage: false,
    place: "plaza",
    you: 0,
    spot: { position: [0, 0, 0], yaw: 0 },
    people,
    key: "k",
    signs: [{ place: "home", count: 1, names: ["Mei"] }],
  });
}

beforeEach(() => {
  forgetPlaces();
  walker.set(null);
  fakeHouse({ "GET /api/world/places/plaza": PLACE });
  whereabouts.set({ place: "plaza", state: "here", reasonKey: "", people: [] });
  company.happenings.forget();
});

test("every door is named with who is inside, how far it is, and why it is closed", async () => {
  welcome(IRIS);
  render(<thingsPanel.Component place="plaza" />);

  const home = (await screen.findByRole("button", { name: "Home" })).closest("li");
  const arcade = screen.getByRole("button", { name: "Games garden" }).closest("li");
  expect(home?.textContent).toContain("Door · 6 m ahead");
  expect(home?.textContent).toContain("Inside: Mei");
  expect(arcade?.textContent).toContain("Closed door · 9 m behind you");
  expect(arcade?.textContent).toContain("Not open yet.");
  expect(within(arcade as HTMLElement).queryByText(/Go to/)).toBeNull();
});

test("with the keyboard alone one goes from thing to thing, and through a door", async () => {
  welcome(IRIS);
  const user = userEvent.setup();
  render(<thingsPanel.Component place="plaza" />);
  (await screen.findByRole("button", { name: "Home" })).focus();
  const lit = focused.get();
  await user.keyboard("{ArrowDown}");

  expect(lit).toBe("door:home");
  expect(focused.get()).toBe("door:arcade");
  expect(document.activeElement?.textContent).toBe("Games garden");
  await user.keyboard("{ArrowUp}{Tab}{Enter}");
  expect(whereabouts.get().place).toBe("home");
});

test("somebody who comes in is in the list, and one can walk to them where one walks", async () => {
  const walk = vi.fn();
  walker.set(walk);
  welcome(IRIS);
  render(<thingsPanel.Component place="plaza" />);
  expect(screen.getByText("Nobody else is here")).toBeDefined();
  hear({ type: "joined", person: OTTO });
  const pose = { position: [2, 0, 0], yaw: 0, pitch: 0, flags: 0, at: 0, tracked: null } as const;
  act(() => company.hear({ type: "snapshot", tick: 1, whole: false, poses: new Map([[1, pose]]) }));
  hear({ type: "gestured", slot: 1, motion: "hand-up" });

  expect(screen.getByText("Hand up")).toBeDefined();
  await userEvent.click(await screen.findByRole("button", { name: "Walk to: Otto" }));
  expect(walk).toHaveBeenCalledWith({ position: [2, 0, 0], near_m: 1.5 });
});

test("what others say is shown and read aloud; what I say is not read to me", () => {
  const Announcer = worldBanners[0]?.Component ?? (() => null);
  welcome(IRIS, OTTO);
  render(
    <>
      <Announcer place="plaza" />
      <chatPanel.Component place="plaza" />
    </>,
  );
  const say = (slot: number, name: string, text: string) =>
    hear({ type: "said", slot, name, text, at: "2026-03-01T12:00:00Z", is_private: false });

  say(1, "Otto", "good morning");
  expect(screen.getByRole("log").textContent).toBe("Otto says: good morning");
  say(0, "Iris", "hello");
  expect(screen.getByRole("log").textContent).toBe("");
  expect(screen.getByText("You")).toBeDefined();
  expect(screen.getByText("hello")).toBeDefined();
});

test("words that could not leave stay in the line", async () => {
  welcome(IRIS);
  render(<chatPanel.Component place="plaza" />);
  const line = screen.getByRole("textbox", { name: "Say something" });
  await userEvent.type(line, "hello{Enter}");

  expect((line as HTMLInputElement).value).toBe("hello");
  expect(screen.getByRole("alert").textContent).toContain("no connection right now");
});

test("words begun for a private circle wait where others would hear them", async () => {
  welcome(IRIS, OTTO);
  const say = vi.spyOn(company, "say").mockReturnValue(true);
  hear({ type: "went-aside", slot: 0, aside: 3 });
  render(<chatPanel.Component place="plaza" />);
  const line = screen.getByRole<HTMLInputElement>("textbox");
  await userEvent.type(line, "between us");
  hear({ type: "went-aside", slot: 0, aside: 0 });

  await userEvent.type(line, "{Enter}");
  expect(say).not.toHaveBeenCalled();
  expect(line.value).toBe("between us");
  expect(screen.getByRole("alert").textContent).toContain("Others hear you now");

  await userEvent.type(line, "{Enter}");
  expect(say.mock.calls).toEqual([["between us", 0]]);
  expect(screen.queryByRole("alert")).toBeNull();
  say.mockRestore();
});

test("words that the house refuses come back into the line, and those it took do not", async () => {
  welcome(IRIS, OTTO);
  const say = vi.spyOn(company, "say").mockReturnValue(true);
  render(<chatPanel.Component place="plaza" />);
  const line = screen.getByRole<HTMLInputElement>("textbox");
  await userEvent.type(line, "hello{Enter}");
  expect(line.value).toBe("");
  hear({ type: "refused", place: "", code: "other-ears", hint: "" });
  expect(line.value).toBe("hello");

  await userEvent.type(line, "{Enter}");
  const at = "2026-03-01T12:00:00Z";
  hear({ type: "said", slot: 0, name: "Iris", text: "hello", at, is_private: false });
  hear({ type: "refused", place: "", code: "too-far", hint: "" });
  expect(line.value).toBe("");
  say.mockRestore();
});

test("a microphone that is refused or missing is told apart", async () => {
  welcome(IRIS, OTTO);
  const Voice = voicePanels[0]?.Component ?? (() => null);
  const fail = (name: string) =>
    vi.stubGlobal("navigator", {
      ...navigator,
      mediaDevices: Object.assign(new EventTarget(), {
        getUserMedia: () => Promise.reject(new DOMException("no", name)),
        enumerateDevices: async () => [],
      }),
    });
  render(<Voice place="consulting-room-1" />);

  fail("NotAllowedError");
  await userEvent.click(screen.getByRole("button", { name: "Join with the microphone" }));
  expect(screen.getByRole("status").textContent).toContain("was not allowed");
  fail("NotFoundError");
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(screen.getByRole("status").textContent).toContain("No microphone was found");
});

test("an SFU that refuses is told of, and when it is asked again, until voices come", () => {
  vi.useFakeTimers();
  welcome(IRIS, OTTO);
  const on = vi.spyOn(company.voice.store, "get");
  on.mockReturnValue({ ...company.voice.store.get(), state: "on" });
  const Voice = voicePanels[0]?.Component ?? (() => null);
  render(<Voice place="plaza" />);
  const told = () => screen.queryByText(/is asked again within \d+ seconds/)?.textContent;
  expect(told()).toBeUndefined();

  hear({ type: "sfu-refused", again_s: 4, is_hearing: true });
  expect(told()).toContain("within 4 seconds");
  hear({ type: "sfu-answered", sdp: "" });
  expect(told()).toContain("within 4 seconds"); // it took our voice, and may still give none
  hear({ type: "sfu-offered", sdp: "", slots: [] });
  expect(told()).toBeUndefined();

  hear({ type: "sfu-refused", again_s: 8, is_hearing: false });
  expect(told()).toContain("within 8 seconds");
  hear({ type: "sfu-answered", sdp: "" });
  expect(told()).toBeUndefined();

  hear({ type: "sfu-refused", again_s: 30, is_hearing: true });
  act(() => vi.advanceTimersByTime(30_000));
  expect(told()).toContain("within 30 seconds");
  act(() => vi.advanceTimersByTime(10_000));
  expect(told()).toBeUndefined();
  vi.useRealTimers();
  on.mockRestore();
});

test("an SFU that has our voice and gives us no others' is not said to refuse ours", () => {
  welcome(IRIS, OTTO);
  const on = vi.spyOn(company.voice.store, "get");
  on.mockReturnValue({ ...company.voice.store.get(), state: "on" });
  const Voice = voicePanels[0]?.Component ?? (() => null);
  render(<Voice place="plaza" />);
  const told = () => screen.queryAllByText(/is asked again/).map((line) => line.textContent);

  hear({ type: "sfu-refused", again_s: 4, is_hearing: true });
  expect(told()).toEqual([expect.stringMatching(/gives you no further voices.* 4 seconds/)]);

  hear({ type: "sfu-refused", again_s: 8, is_hearing: false });
  expect(told()).toEqual([
    expect.stringMatching(/does not take yours.* 8 seconds/),
    expect.stringMatching(/gives you no further voices.* 4 seconds/),
  ]);
  hear({ type: "sfu", is_on: false });
  expect(told()).toEqual([]);
  on.mockRestore();
});

test("where voices go through the SFU the panel says so, and not that no server hears them", () => {
  welcome(IRIS);
  const Voice = voicePanels[0]?.Component ?? (() => null);
  render(<Voice place="plaza" />);

  hear({ type: "sfu", is_on: true });
  expect(screen.getByText(/goes through this house's server/)).toBeDefined();
  expect(screen.queryByText(/straight from browser to browser/)).toBeNull();
  hear({ type: "sfu", is_on: false });
  expect(screen.getByText(/straight from browser to browser/)).toBeDefined();
});

test("where voices may go through TURN the panel says so, and that others may learn one's address", () => {
  welcome(IRIS);
  const Voice = voicePanels[0]?.Component ?? (() => null);
  render(<Voice place="plaza" />);
  const server = { username: "", credential: "" };
  const stun = { ...server, urls: ["stun:turn.example"] };
  expect(screen.getByText(/straight.*talks with you learns your network address/)).toBeDefined();

  hear({ type: "ice-servers", servers: [stun], is_relay_only: false });
  expect(screen.queryByText(/relay/)).toBeNull();

  for (const url of ["turn:turn.example:3478?transport=udp", "turns:turn.example:443"]) {
    const servers = [stun, { ...server, urls: ["stun:turn.example", url] }];
    hear({ type: "ice-servers", servers, is_relay_only: false });
    expect(screen.getByText(/relay that cannot listen.*may learn your network addr/)).toBeDefined();
    hear({ type: "ice-servers", servers: [stun], is_relay_only: false });
    expect(screen.queryByText(/relay/)).toBeNull();
  }
});

test("where all goes through TURN the panel says that nobody learns one's address", () => {
  welcome(IRIS);
  const Voice = voicePanels[0]?.Component ?? (() => null);
  render(<Voice place="plaza" />);
  expect(screen.getByText(/straight from browser to browser/)).toBeDefined();

  hear({ type: "ice-servers", servers: [], is_relay_only: true });

  expect(screen.getByText(/nobody here learns your network address/)).toBeDefined();
  expect(screen.queryByText(/straight from browser to browser/)).toBeNull();
});

test("whoever is not let in reads why, and goes back", async () => {
  const Line = worldBanners[1]?.Component ?? (() => null);
  welcome(IRIS);
  refused("consulting-room-1", "world.refused.full");
  render(<Line place="consulting-room-1" />);

  expect(screen.getByText(/It is full right now/)).toBeDefined();
  await userEvent.click(screen.getByRole("button", { name: "Back to where I was" }));
  expect(whereabouts.get()).toMatchObject({ place: "plaza", state: "entering" });
});
