import { describe, expect, it, vi } from "vitest";
import type { Somebody } from "../../../src/world/company";
import { listenForTalk } from "../../../src/world/talk/keys";
import { TalkMemory } from "../../../src/world/talk/settings";
import { Volumes } from "../../../src/world/talk/volumes";

function shelf() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
  };
}

function press(type: "keydown" | "keyup", code: string, more: KeyboardEventInit = {}): void {
  document.body.dispatchEvent(new KeyboardEvent(type, { code, bubbles: true, ...more }));
}

describe("what this device remembers of how somebody talks", () => {
  it("is another for each account, and nothing for nobody", () => {
    const place = shelf();
    const memory = new TalkMemory(place);
    memory.open("mei");
    memory.set({ isPush: true, microphone: "desk" });
    memory.open("jonas");
    expect(memory.store.get()).toMatchObject({ isPush: false, microphone: "" });
    memory.open("mei");
    expect(memory.store.get()).toMatchObject({ isPush: true, microphone: "desk" });
    memory.open("");
    memory.set({ isPush: true });
    expect([...place.kept.keys()]).toEqual(["asklepion.talk.mei"]);
  });

  it("is as usual where what is kept cannot be read", () => {
    const place = shelf();
    place.kept.set("asklepion.talk.mei", "{broken");
    const memory = new TalkMemory(place);
    memory.open("mei");
    expect(memory.store.get().isPush).toBe(false);
  });

  it("keeps 200 volumes at most, and none that is as usual", () => {
    const memory = new TalkMemory(shelf());
    memory.open("mei");
    for (let i = 0; i < 210; i++) memory.turn(`mark-${i}`, 0.5);
    expect(Object.keys(memory.store.get().volumes)).toHaveLength(200);
    expect(memory.store.get().volumes["mark-209"]).toBe(0.5);
    memory.turn("mark-209", 1);
    expect(memory.store.get().volumes["mark-209"]).toBeUndefined();
  });
});

describe("how loud each person is", () => {
  const OTTO = { slot: 1, who: "who-1", name: "Otto", isMe: false } as Somebody;

  it("is so again when one meets them under another number, and asks nothing before", async () => {
    const memory = new TalkMemory(shelf());
    memory.open("mei");
    const turned: [number, number][] = [];
    const asked: string[] = [];
    const markOf = async (who: string) => {
      asked.push(who);
      return "mark-of-otto";
    };
    const parts = {
      memory,
      markOf,
      turn: (slot: number, volume: number) => void turned.push([slot, volume]),
    };
    const before = new Volumes(parts);
    before.meet([OTTO]);
    expect(asked).toEqual([]);
    await before.turn(OTTO, 0.3);

    new Volumes(parts).meet([{ ...OTTO, slot: 7, who: "who-2" }]);
    await vi.waitFor(() => expect(turned).toContainEqual([7, 0.3]));
    expect(asked).toEqual(["who-1", "who-2"]);
  });

  it("is so again in the next place, where others went along", async () => {
    const memory = new TalkMemory(shelf());
    memory.open("mei");
    const turn = vi.fn();
    const volumes = new Volumes({ memory, turn, markOf: async () => "mark-of-otto" });
    await volumes.turn(OTTO, 0);
    volumes.meet([OTTO], { place: "plaza", me: 0 });
    await vi.waitFor(() => expect(turn).toHaveBeenCalledTimes(2));

    volumes.meet([{ ...OTTO, slot: 4 }], { place: "hall", me: 2 });

    await vi.waitFor(() => expect(turn).toHaveBeenLastCalledWith(4, 0));
  });

  it("holds for now where the house does not know them any more", async () => {
    const memory = new TalkMemory(shelf());
    memory.open("mei");
    const turn = vi.fn();
    const volumes = new Volumes({ memory, turn, markOf: () => Promise.reject(new Error("gone")) });
    await volumes.turn(OTTO, 0);
    expect(turn).toHaveBeenCalledWith(1, 0);
    expect(memory.store.get().volumes).toEqual({});
  });
});

describe("the keys of the voice", () => {
  it("talk while V is held, let go with the window, mute with M, and leave writers alone", () => {
    const acts = { isOn: vi.fn(() => true), hold: vi.fn(), toggleMute: vi.fn() };
    const stop = listenForTalk(acts, globalThis);
    press("keydown", "KeyV");
    press("keydown", "KeyV", { repeat: true });
    press("keyup", "KeyV");
    expect(acts.hold.mock.calls).toEqual([[true], [false]]);
    press("keydown", "KeyV");
    globalThis.dispatchEvent(new Event("blur"));
    expect(acts.hold.mock.lastCall).toEqual([false]);
    press("keydown", "KeyM");
    press("keydown", "KeyM", { ctrlKey: true });
    expect(acts.toggleMute).toHaveBeenCalledTimes(1);

    const field = document.body.appendChild(document.createElement("input"));
    field.dispatchEvent(new KeyboardEvent("keydown", { code: "KeyM", bubbles: true }));
    acts.isOn.mockReturnValue(false);
    press("keydown", "KeyM");
    expect(acts.toggleMute).toHaveBeenCalledTimes(1);
    stop();
  });
});
