import { beforeEach, expect, test, vi } from "vitest";
import { goTo, whereabouts } from "../../src/kit/place";
import { Close, type FromVisitor, type FromWorld, Motion, type Person } from "../../src/wire/world";
import { Company } from "../../src/world/company";
import { controlFrame } from "../../src/world/net/frames";
import type { LineEvents } from "../../src/world/net/socket";
import { Voice } from "../../src/world/voice";

const SPOT = { position: [1, 0, 2], yaw: 0.5 } as const;

/** The house at the other end of the line. */
class House {
  events: LineEvents | null = null;
  heard: FromVisitor[] = [];
  poses = 0;
  isHungUp = false;
  key = "";

  open = (events: LineEvents, key: string) => {
    this.events = events;
    this.key = key;
    return {
      waiting: 0,
      send: (frame: Uint8Array<ArrayBuffer>) => {
        if (frame[0] === 0) this.heard.push(JSON.parse(new TextDecoder().decode(frame.slice(1))));
        else this.poses += 1;
      },
      close: () => {
        this.isHungUp = true;
      },
    };
  };

  say(message: FromWorld): void {
    this.events?.heard(controlFrame(message as unknown as FromVisitor).buffer);
  }

  welcome(place: string, people: Person[], you = 0): void {
    this.say({
      type: "welcome",
      place,
      you,
      spot: SPOT,
      people,
      signs: [],
      is_stage: false,
      key: `key-${you}`,
    });
  }
}

/** Time that moves when told to. */
class Clock {
  ms = 0;
  private due: { at: number; then: () => void }[] = [];
  now = () => this.ms;
  random = () => 0.5;
  after = (wait: number, then: () => void) => {
    const timer = { at: this.ms + wait, then };
    this.due.push(timer);
    return () => {
      this.due = this.due.filter((other) => other !== timer);
    };
  };

  pass(ms: number): void {
    const until = this.ms + ms;
    for (;;) {
      const next = this.due.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.ms = next.at;
      this.due = this.due.filter((timer) => timer !== next);
      next.then();
    }
    this.ms = until;
  }
}

const PLAIN = {
  is_host: false,
  is_silent: false,
  is_away: false,
  look: "",
  aside: 0,
  hand: 0,
  has_word: false,
};
const IRIS = { slot: 0, name: "Iris", is_hand_up: false, who: "iris", ...PLAIN };
const OTTO = { slot: 1, name: "Otto", is_hand_up: false, who: "otto", ...PLAIN };

let house: House;
let clock: Clock;
let voice: Voice;
let openPeer: () => RTCPeerConnection;
let met: [number, readonly number[]][];
let company: Company;
let leave: () => void;

function silentVoice(): Voice {
  const made = new Voice({
    signal: () => {},
    say: () => {},
    openMicrophone: () => Promise.reject(new DOMException("none", "NotFoundError")),
    silence: () => {
      throw new Error("nobody talks here");
    },
    openPeer: () => {
      throw new Error("nobody talks here");
    },
    after: () => () => {},
    openRoom: () => {
      throw new Error("nobody talks here");
    },
  });
  const meet = made.meet.bind(made);
  made.meet = (me, others) => {
    met.push([me, others]);
    meet(me, others);
  };
  return made;
}

beforeEach(() => {
  whereabouts.set({ place: "plaza", state: "entering", reasonKey: "", people: [] });
  house = new House();
  clock = new Clock();
  met = [];
  voice = silentVoice();
  company = new Company({
    open: house.open,
    voice: (_signal, _say, open) => {
      openPeer = open;
      return voice;
    },
    timing: clock,
    now: () => "2026-03-01T12:00:00Z",
  });
  leave = company.attend();
  house.events?.opened();
});

function names(): string[] {
  return company.people.get().map(({ name }) => name);
}

test("whoever attends enters where the interface wants to be, and the interface hears who is there", () => {
  house.welcome("plaza", [IRIS, OTTO]);

  expect(house.heard).toEqual([{ type: "enter", place: "plaza" }]);
  expect(whereabouts.get()).toEqual({
    place: "plaza",
    state: "here",
    reasonKey: "",
    people: [
      { id: "0", name: "Iris", isMe: true, isSpeaking: false },
      { id: "1", name: "Otto", isMe: false, isSpeaking: false },
    ],
  });
  expect(company.put.get()).toEqual({ spot: SPOT, why: "welcome" });
});

test("a door is walked through once, and a late welcome of the last place moves nobody back", () => {
  goTo("home");
  house.welcome("plaza", [IRIS]);
  const between = whereabouts.get();
  house.welcome("home", [IRIS]);

  expect(between).toMatchObject({ place: "home", state: "entering" });
  expect(whereabouts.get()).toMatchObject({ place: "home", state: "here" });
  expect(house.heard.map((message) => message.type === "enter" && message.place)).toEqual([
    "plaza",
    "home",
  ]);
});

test("a closed door says why, and can be asked again", () => {
  house.welcome("plaza", [IRIS]);
  goTo("consulting-room-1");
  house.say({ type: "refused", code: "full", hint: "", place: "consulting-room-1" });
  const asked = house.heard.length;

  expect(whereabouts.get()).toMatchObject({
    state: "refused",
    reasonKey: "world.refused.full",
  });
  goTo("consulting-room-1");
  expect(house.heard.slice(asked)).toEqual([{ type: "enter", place: "consulting-room-1" }]);
});

test("people come, speak, wave, raise a hand and leave", () => {
  house.welcome("plaza", [IRIS]);
  house.say({ type: "joined", person: OTTO });
  house.say({
    type: "said",
    slot: 1,
    name: "Otto",
    text: "hello",
    at: "2026-03-01T12:00:01Z",
    is_private: false,
  });
  house.say({ type: "gestured", slot: 1, motion: Motion.WAVE });
  house.say({ type: "gestured", slot: 1, motion: Motion.HAND_UP });
  const isUp = company.people.get()[1]?.isHandUp;
  house.say({ type: "left", slot: 1 });

  expect(isUp).toBe(true);
  expect(names()).toEqual(["Iris"]);
  expect(company.happenings.store.get().map(({ kind, name }) => `${name} ${kind}`)).toEqual([
    "Otto came",
    "Otto said",
    "Otto waved",
    "Otto hand-up",
    "Otto left",
  ]);
});

test("what was said in one room is not shown in the next, but survives a broken line", () => {
  house.welcome("plaza", [IRIS]);
  house.say({
    type: "said",
    slot: 0,
    name: "Iris",
    text: "hello",
    at: "2026-03-01T12:00:01Z",
    is_private: false,
  });
  house.events?.closed(1006);
  const broken = whereabouts.get().state;
  clock.pass(5000);
  house.events?.opened();
  house.welcome("plaza", [IRIS]);

  expect(broken).toBe("lost");
  expect(whereabouts.get().state).toBe("here");
  expect(company.happenings.store.get()).toHaveLength(1);
  goTo("home");
  house.welcome("home", [IRIS]);
  expect(company.happenings.store.get()).toEqual([]);
});

test("the chat keeps the last two hundred lines", () => {
  house.welcome("plaza", [IRIS]);
  for (let i = 0; i < 250; i++) {
    house.say({
      type: "said",
      slot: 0,
      name: "Iris",
      text: `${i}`,
      at: "2026-03-01T12:00:01Z",
      is_private: false,
    });
  }

  const lines = company.happenings.store.get();
  expect(lines).toHaveLength(200);
  expect(lines.at(-1)?.text).toBe("249");
});

test("everybody glides but oneself", () => {
  house.welcome("plaza", [IRIS, OTTO]);
  const pose = { position: [3, 0, 4], yaw: 0, pitch: 0, flags: 0, at: 0, tracked: null } as const;
  const poses = new Map([
    [0, pose],
    [1, pose],
  ]);
  company.hear({ type: "snapshot", tick: 1, whole: true, poses });

  const [me, otto] = company.people.get();
  expect(me?.glide.at(0)).toBeNull();
  expect(otto?.glide.at(0)?.position).toEqual([3, 0, 4]);
});

test("whoever is walked by nobody still stands there", () => {
  house.welcome("plaza", [IRIS]);
  clock.pass(7000); // a house that is silent for longer is gone

  expect(house.poses).toBe(2);
});

test("where nothing is drawn one still hears who speaks", () => {
  let seconds = 0;
  voice.update = (dt) => {
    seconds += dt;
  };
  house.welcome("plaza", [IRIS, OTTO]);
  clock.pass(5000);

  expect(seconds).toBeCloseTo(5);
});

test("slots are given anew in every place: no voice is carried over", () => {
  house.welcome("plaza", [IRIS, OTTO]);
  goTo("clinic");
  house.welcome("clinic", [IRIS, { ...OTTO, name: "Mei" }]);

  expect(met.slice(-2)).toEqual([
    [-1, []],
    [0, [1]],
  ]);
});

test("one whose line breaks shows the key and goes on, and voices with it", () => {
  house.welcome("plaza", [IRIS, OTTO]);
  const glide = company.people.get()[1]?.glide;
  house.events?.closed(1006);
  expect(whereabouts.get().state).toBe("lost");
  clock.pass(2000);
  expect(house.key).toBe("key-0");
  house.events?.opened();
  const mei = { slot: 2, name: "Mei", is_hand_up: false, who: "mei", ...PLAIN };
  house.welcome("plaza", [IRIS, OTTO, mei]);

  expect(whereabouts.get().state).toBe("here");
  expect(company.people.get()[1]?.glide).toBe(glide);
  expect(met.slice(-2)).toEqual([
    [0, [1]],
    [0, [1, 2]],
  ]);
});

test("after half a minute without a line nobody of that place is shown or heard", () => {
  house.welcome("plaza", [IRIS, OTTO]);
  company.loose.hearPoints({ type: "points", points: new Map([[1, [0, 1, 2]]]) });
  house.events?.closed(1006);
  clock.pass(29_000);
  expect(company.people.get()).toHaveLength(2);
  clock.pass(2000);

  expect(company.people.get()).toEqual([]);
  expect([...company.loose.points.keys()]).toEqual([]);
  expect(met.at(-1)).toEqual([-1, []]);
});

test("somebody whose line broke is away until they are back", () => {
  house.welcome("plaza", [IRIS, OTTO]);
  house.say({ type: "away", slot: 1, is_away: true });
  expect(company.people.get()[1]?.isAway).toBe(true);
  house.say({ type: "away", slot: 1, is_away: false });

  expect(company.people.get()[1]?.isAway).toBe(false);
});

test("one who is refused stays refused, however long the house then says nothing", () => {
  house.say({ type: "refused", code: "full", hint: "", place: "plaza" });
  clock.pass(60_000);
  house.events?.closed(Close.SILENT);
  clock.pass(60_000);

  expect(whereabouts.get()).toMatchObject({ state: "refused", reasonKey: "world.refused.full" });

  goTo("plaza");
  house.events?.opened();
  expect(house.heard.at(-1)).toEqual({ type: "enter", place: "plaza" });
});

test("whoever leaves points nowhere any more, and sits nowhere", () => {
  house.welcome("plaza", [IRIS, OTTO]);
  house.say({ type: "seat-taken", slot: 1, seat: "bench-1-1" });
  company.loose.hearPoints({ type: "points", points: new Map([[1, [0, 1, 2]]]) });
  house.say({ type: "left", slot: 1 });

  expect([...company.loose.points.keys()]).toEqual([]);
  expect([...company.loose.seats.get().keys()]).toEqual([]);
});

test("another window that takes over ends the line until one comes back", () => {
  house.welcome("plaza", [IRIS]);
  const left = vi.spyOn(voice, "leave");
  house.events?.closed(Close.ELSEWHERE);
  clock.pass(60_000);

  expect(company.line.get()).toEqual({ state: "ended", why: "elsewhere" });
  expect(left).toHaveBeenCalled(); // the microphone is not kept open for nobody
  company.comeBack();
  house.events?.opened();
  expect(house.heard.at(-1)).toEqual({ type: "enter", place: "plaza" });
});

test("whoever is shown out goes where the house says", () => {
  house.welcome("consulting-room-1", [IRIS]);
  house.say({ type: "expelled", place: "consulting-room-1", code: "ended", to: "clinic" });

  expect(whereabouts.get()).toMatchObject({ place: "clinic", state: "entering" });
  expect(house.heard.at(-1)).toEqual({ type: "enter", place: "clinic" });
});

test("what the house will not do is told, and forgotten with the next line said", () => {
  house.welcome("plaza", [IRIS]);
  house.say({ type: "refused", code: "too-fast", hint: "", place: "" });
  const told = company.complaint.get();
  company.say("slower");

  expect(told).toEqual({ code: "too-fast" });
  expect(company.complaint.get()).toBeNull();
});

test("at the end the line is hung up and nobody's name stays", () => {
  house.welcome("plaza", [IRIS, OTTO]);
  leave();

  expect(house.isHungUp).toBe(true);
  expect(names()).toEqual([]);
  expect(whereabouts.get()).toMatchObject({ state: "entering", people: [] });
});

test("from whom a host took the word, no voice is met until it is given back", () => {
  house.welcome("plaza", [IRIS, OTTO]);
  house.say({ type: "silenced", slot: 1, is_silent: true });

  expect(met.at(-1)).toEqual([0, []]);
  expect(company.people.get()[1]?.isSilent).toBe(true);

  house.say({ type: "silenced", slot: 1, is_silent: false });
  expect(met.at(-1)).toEqual([0, [1]]);
});

test("a phrase that is heard is kept as which one it is", () => {
  house.welcome("plaza", [IRIS, OTTO]);
  house.say({
    type: "uttered",
    slot: 1,
    name: "Otto",
    phrase: "hello",
    at: "2026-03-01T12:00:00Z",
    is_private: false,
  });

  const last = company.happenings.store.get().at(-1);
  expect([last?.kind, last?.text]).toEqual(["uttered", "hello"]);
});

test("who speaks privately is heard by those inside alone, and calls nobody else", () => {
  const ADA = { ...OTTO, slot: 2, name: "Ada", who: "ada" };
  house.welcome("plaza", [IRIS, OTTO, ADA]);
  met = [];
  house.say({ type: "went-aside", slot: 0, aside: 1 });
  house.say({ type: "went-aside", slot: 1, aside: 1 });
  expect(met.at(-1)).toEqual([0, [1]]);
  expect(company.people.get().map(({ aside }) => aside)).toEqual([1, 1, 0]);
  house.say({ type: "went-aside", slot: 0, aside: 0 });
  house.say({ type: "went-aside", slot: 1, aside: 0 });
  expect(met.at(-1)).toEqual([0, [1, 2]]);
});

test("who is asked to speak privately answers once, and a question does not outlive who asked", () => {
  house.welcome("plaza", [IRIS, OTTO]);
  const asked = { type: "asked-aside", aside: 3, slot: 1, name: "Otto" } as const;
  house.say(asked);
  house.say(asked);
  const [one] = company.asides.asked.get();
  expect(company.asides.asked.get()).toHaveLength(1);
  if (one) company.asides.accept(one);
  expect(house.heard.at(-1)).toEqual({ type: "join-aside", aside: 3 });
  expect(company.asides.asked.get()).toHaveLength(1); // the house may refuse
  house.say({ type: "went-aside", slot: 0, aside: 3 });
  expect(company.asides.asked.get()).toEqual([]);

  house.say({ ...asked, aside: 4 });
  house.say({ type: "left", slot: 1 });
  expect(company.asides.asked.get()).toEqual([]);
  house.say({ ...asked, aside: 5 });
  clock.pass(60_001);
  expect(company.asides.asked.get()).toEqual([]);
});

test("what one says names whom it is for", () => {
  house.welcome("plaza", [IRIS, OTTO]);
  house.say({ type: "went-aside", slot: 0, aside: 2 });
  company.say("between us");
  company.utter("thanks");
  expect(house.heard.slice(-2)).toEqual([
    { type: "say", text: "between us", aside: 2 },
    { type: "utter", phrase: "thanks", aside: 2 },
  ]);
});

test("notes that were under way when somebody went aside are no complaint", () => {
  house.welcome("plaza", [IRIS, OTTO]);
  house.say({ type: "refused", place: "", code: "unheard", hint: "" });
  expect(company.complaint.get()).toBeNull();
});

test("on stage one talks with those who have the word, and with all once one has it", () => {
  const HOST = { ...OTTO, slot: 2, name: "Ada", who: "ada", is_host: true };
  house.welcome("plaza", [IRIS, OTTO, HOST]);
  house.say({ type: "staged", is_on: true });
  expect(company.isStage.get()).toBe(true);
  expect(met.at(-1)).toEqual([0, [2]]);
  expect(voice.store.get().isGated).toBe(true);

  house.say({ type: "worded", slot: 0, has_word: true });
  expect(met.at(-1)).toEqual([0, [1, 2]]);
  expect(voice.store.get().isGated).toBe(false);
  house.say({ type: "silenced", slot: 2, is_silent: true });
  house.say({ type: "worded", slot: 0, has_word: false });
  expect(met.at(-1)).toEqual([0, []]);
  house.say({ type: "staged", is_on: false });
  expect(met.at(-1)).toEqual([0, [1]]);
  expect(voice.store.get().isGated).toBe(false);
});

test("hands stand in the order in which they went up", () => {
  house.welcome("plaza", [IRIS, { ...OTTO, is_hand_up: true, hand: 4 }]);
  house.say({ type: "gestured", slot: 0, motion: Motion.HAND_UP });
  house.say({ type: "gestured", slot: 1, motion: Motion.HAND_UP });
  expect(company.people.get().map(({ hand }) => hand)).toEqual([5, 4]);
  house.say({ type: "gestured", slot: 1, motion: Motion.HAND_DOWN });
  expect(company.people.get().map(({ hand }) => hand)).toEqual([5, 0]);
});

test("voices are opened by the servers that came last, and by none of the place before", () => {
  const opened: RTCConfiguration[] = [];
  vi.stubGlobal(
    "RTCPeerConnection",
    class {
      constructor(configuration: RTCConfiguration) {
        opened.push(configuration);
      }
    },
  );
  const server = { urls: ["turn:turn.example"], username: "9:x", credential: "y" };
  house.welcome("plaza", [IRIS]);
  openPeer();
  for (const username of ["9:x", "99:x"]) {
    const servers = [{ ...server, username }];
    house.say({ type: "ice-servers", servers, is_relay_only: false });
    openPeer();
    company.peers.open(); // a screen's
  }
  house.welcome("home", [IRIS]);
  openPeer();

  expect(opened.map(({ iceServers }) => iceServers?.[0]?.username)).toEqual([
    undefined,
    "9:x",
    "9:x",
    "99:x",
    "99:x",
    undefined,
  ]);
  vi.unstubAllGlobals();
});
