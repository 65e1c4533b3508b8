import { Quaternion, Vector3 } from "three";
import { beforeEach, describe, expect, test } from "vitest";
import { goTo, whereabouts } from "../../../src/kit/place";
import { Store } from "../../../src/kit/store";
import type { Company, Somebody } from "../../../src/world/company";
import type { Following } from "../../../src/world/order/following";
import type { VoiceState } from "../../../src/world/voice";
import { lineAt } from "../../../src/world/xr/board";
import { comfort, readComfort } from "../../../src/world/xr/comfort";
import { Menu, type TableActions } from "../../../src/world/xr/menu";
import { Poke } from "../../../src/world/xr/poke";
import { besideWrist, isLookedAt } from "../../../src/world/xr/wrist";

const MEI = { slot: 0, name: "Mei", isMe: true, isSpeaking: false } as Somebody;
const AMARA = { slot: 1, name: "Amara", isMe: false, isSpeaking: true } as Somebody;
const ON: VoiceState = {
  state: "on",
  isMuted: false,
  connected: [],
  calling: [],
  stuck: [],
  speaking: [],
  trouble: "",
  isListening: false,
  isPush: false,
  isHeld: false,
  isGated: false,
};

let done: string[];
let voice: Store<VoiceState>;
let menu: Menu;

function table(isReal: boolean, hasTable = true): TableActions {
  const note = (name: string) => (by?: number) => done.push(by ? `${name} ${by.toFixed(2)}` : name);
  return {
    ...{ isReal, hasTable, putAgain: note("put"), reset: note("reset") },
    ...{ grow: note("grow"), turn: note("turn"), share: note("share") },
  };
}

function made(isReal = false, hasTable = true): Menu {
  voice = new Store(ON);
  const company = {
    people: new Store([MEI, AMARA]),
    voice: {
      store: voice,
      mute: (isMuted: boolean) => voice.update((state) => ({ ...state, isMuted })),
      leave: () => done.push("voice left"),
      hold: (isHeld: boolean) => voice.update((state) => ({ ...state, isHeld })),
      join: async () => done.push("voice joined"),
    },
  } as unknown as Company;
  const following = { stop: () => done.push("followed no more") } as unknown as Following;
  return new Menu({
    company,
    following,
    table: table(isReal, hasTable),
    leave: () => done.push("off"),
  });
}

function labels(): string[] {
  return menu.entries().map(({ label }) => label);
}

beforeEach(() => {
  done = [];
  comfort.set(readComfort(null));
  menu = made();
});

describe("the menu", () => {
  test("holds what must always be in reach", () => {
    expect(labels()).toEqual([
      "Mute",
      "Safe place",
      "Comfort in the headset",
      "People here: 2",
      "Take the headset off",
    ]);
  });

  test("mutes and unmutes, and asks for the voice where it is off", () => {
    menu.press("voice");
    const muted = menu.entries()[0];
    voice.set({ ...ON, state: "off" });
    menu.press("voice");

    expect(muted?.isOn).toBe(true);
    expect(muted?.label).toBe("Unmute");
    expect(done).toEqual(["voice joined"]);
  });

  test("opens a microphone for who only listens, and never says that they are muted", () => {
    voice.set({ ...ON, isListening: true });
    expect(labels()[0]).toBe("Open the microphone");
    menu.press("voice");
    expect(done).toEqual(["voice joined"]);
  });

  test("holds and lets go for who talks by holding, and unmutes first", () => {
    voice.set({ ...ON, isPush: true });
    expect(labels()[0]).toBe("Press to talk");
    menu.press("voice");
    expect(menu.entries()[0]).toMatchObject({ label: "Talking", isOn: true });
    menu.press("voice");
    expect(voice.get().isHeld).toBe(false);

    voice.set({ ...ON, isPush: true, isMuted: true });
    menu.press("voice");
    expect(voice.get().isMuted).toBe(false);
  });

  test("one press and one is home alone, with the voice off and followed by nobody", () => {
    goTo("plaza");
    menu.press("safe");

    expect(whereabouts.get().place).toBe("home");
    expect(done).toEqual(["voice left", "followed no more"]);
  });

  test("tells who is here and who speaks", () => {
    menu.press("people");

    expect(labels()).toEqual(["Mei (you)", "Amara ♪", "Back"]);
    menu.press("person-1"); // only tells
    menu.press("back");
    expect(menu.page.get()).toBe("main");
  });

  test("changes the comfort, line by line", () => {
    menu.press("comfort");
    menu.press("walk");
    menu.press("veil");

    expect(labels()[0]).toBe("Walking: Glide");
    expect(comfort.get().veil).toBe("off");
  });

  test("has the table only where the real room is seen", () => {
    expect(labels()).not.toContain("On my table");
    menu = made(true);
    menu.press("table");
    for (const id of ["put", "larger", "smaller", "turn", "reset", "share"]) menu.press(id);

    expect(done).toEqual(["put", "grow 1.25", "grow 0.80", "turn 0.79", "reset", "share"]);
    menu = made(true, false);
    menu.press("table");
    expect(menu.entries().map(({ id }) => id)).toEqual(["none", "back"]);
  });

  test("tells whoever draws it when something on it changes", () => {
    let told = 0;
    const stop = menu.watch(() => {
      told += 1;
    });
    voice.set({ ...ON, isMuted: true });
    menu.press("comfort");
    stop();
    menu.press("back");

    expect(told).toBe(2);
  });
});

describe("the wrist", () => {
  const head = { position: new Vector3(0, 1.6, 0), turn: lookingDown(0.6) };
  const at = new Vector3(0, 1.3, -0.42);
  const hand = (palmUp: boolean) => {
    const turn = new Quaternion().setFromAxisAngle(new Vector3(0, 0, 1), palmUp ? Math.PI : 0);
    return { position: at, turn };
  };
  const seen = { side: "left", isHand: true, wasShown: false } as const;

  function lookingDown(by: number): Quaternion {
    return new Quaternion().setFromAxisAngle(new Vector3(1, 0, 0), -by);
  }

  test("a palm turned to the eyes shows the menu, the back of a hand does not", () => {
    expect(isLookedAt(head, hand(true), seen)).toBe(true);
    expect(isLookedAt(head, hand(false), seen)).toBe(false);
  });

  test("nobody gets a menu who looks elsewhere, or whose hand hangs far off", () => {
    const ahead = { ...head, turn: lookingDown(-0.5) };
    const far = { ...hand(true), position: new Vector3(0, 1.2, -1.2) };

    expect(isLookedAt(ahead, hand(true), seen)).toBe(false);
    expect(isLookedAt(head, far, seen)).toBe(false);
  });

  test("a controller shows it when its inner side is turned up, left and right alike", () => {
    const roll = (by: number) => ({
      position: at,
      turn: new Quaternion().setFromAxisAngle(new Vector3(0, 0, 1), by),
    });

    expect(isLookedAt(head, roll(Math.PI / 2), { ...seen, isHand: false })).toBe(true);
    expect(isLookedAt(head, roll(0), { ...seen, isHand: false })).toBe(false);
    const right = { ...seen, side: "right", isHand: false } as const;
    expect(isLookedAt(head, roll(-Math.PI / 2), right)).toBe(true);
  });

  test("what is shown stays a little longer than what is not yet", () => {
    const turned = new Quaternion().setFromAxisAngle(new Vector3(0, 0, 1), Math.PI - 0.85);
    const wrist = { position: at, turn: turned };

    expect(isLookedAt(head, wrist, seen)).toBe(false);
    expect(isLookedAt(head, wrist, { ...seen, wasShown: true })).toBe(true);
  });

  test("it hangs over the wrist with its face to the eyes", () => {
    const { position, turn } = besideWrist(head, hand(true));
    const face = new Vector3(0, 0, 1).applyQuaternion(turn);
    const to = head.position.clone().sub(position).normalize();

    expect(position.y).toBeCloseTo(1.43);
    expect(face.dot(to)).toBeCloseTo(1);
  });
});

describe("a fingertip", () => {
  const [width, height] = [0.24, 0.2];

  test("presses once as it comes through the board, and again only after it was lifted", () => {
    const poke = new Poke();
    const way = [0.05, 0.02, 0.004, 0.001, 0.004, 0.01, 0.03, 0.002];
    const pressed = way.map((z) => poke.update([0, 0.05, z], width, height));

    expect(pressed.map((at) => at !== null)).toEqual([
      ...[false, false, true, false, false, false, false, true],
    ]);
    expect(pressed[2]?.[0]).toBeCloseTo(0.5);
    expect(pressed[2]?.[1]).toBeCloseTo(0.25);
  });

  test("that comes from behind or from the side presses nothing", () => {
    const poke = new Poke();
    const behind = [-0.05, -0.01, 0.002].map((z) => poke.update([0, 0, z], width, height));
    const aside = [0.3, 0.1, 0.05].map((x) => poke.update([x, 0, 0.001], width, height));

    expect([...behind, ...aside].every((at) => at === null || at === undefined)).toBe(true);
  });

  test("meets the line that is written where it presses", () => {
    const count = 5;
    const all = 66 + count * 74 + 18;

    expect(lineAt([0.5, 30 / all], count)).toBe(-1);
    expect(lineAt([0.5, (66 + 37) / all], count)).toBe(0);
    expect(lineAt([0.5, (66 + 4.5 * 74) / all], count)).toBe(4);
    expect(lineAt([0.005, (66 + 37) / all], count)).toBe(-1);
  });
});
