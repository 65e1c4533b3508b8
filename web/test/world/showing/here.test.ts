import { afterEach, beforeEach, expect, type MockInstance, test, vi } from "vitest";
import type { Person } from "../../../src/wire/world";
import { showing } from "../../../src/world/showing/here";
import { company } from "../../../src/world/world";

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
const person = (slot: number, more: Partial<Person> = {}): Person => {
  return { slot, name: `P${slot}`, who: `who-${slot}`, ...PLAIN, ...more };
};

let met: MockInstance<typeof showing.meet>;

function welcome(people: readonly Person[], isStage = false): void {
  company.hear({
    type: "welcome",
    is_stage: isStage,
    place: "plaza",
    you: 0,
    spot: { position: [0, 0, 0], yaw: 0 },
    people,
    key: "k",
    signs: [],
  });
}

function near(): readonly number[] | undefined {
  return met.mock.lastCall?.[1];
}

beforeEach(() => {
  vi.useFakeTimers();
  met = vi.spyOn(showing, "meet");
});

afterEach(() => {
  showing.store.update((state) => ({ ...state, state: "off" }));
  met.mockRestore();
  vi.useRealTimers();
});

test("a screen is shown to those alone with whom one speaks privately", () => {
  welcome([person(0), person(1), person(2)]);
  expect(near()).toEqual([1, 2]);

  company.hear({ type: "went-aside", slot: 0, aside: 1 });
  company.hear({ type: "went-aside", slot: 1, aside: 1 });

  expect(near()).toEqual([1]);
});

test("on stage a screen finds a way only to and from those with the word", () => {
  welcome([person(0), person(1), person(2, { is_host: true })], true);
  expect(near()).toEqual([2]);

  company.hear({ type: "worded", slot: 0, has_word: true });

  expect(near()).toEqual([1, 2]);
});

test("while a screen is on, whoever walks up to it is looked for once a second", () => {
  welcome([person(0), person(1)]);
  met.mockClear();
  vi.advanceTimersByTime(5000);
  expect(met).not.toHaveBeenCalled();

  showing.store.update((state) => ({ ...state, state: "on" }));
  vi.advanceTimersByTime(3000);

  expect(met).toHaveBeenCalledTimes(3);
});

test("nothing is shown any more once another window has taken over", () => {
  const left = vi.spyOn(showing, "leave");
  company.line.set({ state: "ended", why: "elsewhere" });
  expect(left).toHaveBeenCalled();
  company.line.set({ state: "closed", why: "" });
});

test("another's screen is taken in by the servers that the house gave, as voices are", () => {
  const opened: RTCConfiguration[] = [];
  class Peer {
    constructor(configuration: RTCConfiguration) {
      opened.push(configuration);
    }
    setRemoteDescription = async () => {};
    setLocalDescription = async () => {};
    close = () => {};
  }
  vi.stubGlobal("RTCPeerConnection", Peer);
  const server = { urls: ["turn:turn.example"], username: "9:x", credential: "y" };
  welcome([person(0), person(1)]);
  company.hear({ type: "ice-servers", servers: [server], is_relay_only: true });

  const data = JSON.stringify({ showing: { description: { type: "offer", sdp: "" } } });
  company.hear({ type: "signalled", slot: 1, data });

  expect(opened).toEqual([{ iceServers: [server], iceTransportPolicy: "relay" }]);
  vi.unstubAllGlobals();
});
