import { beforeEach, describe, expect, test } from "vitest";
import { Close, type FromVisitor, type FromWorld, type LineWish } from "../../src/wire/world";
import type { Heard } from "../../src/world/net/frames";
import { controlFrame } from "../../src/world/net/frames";
import { type LineEvents, type LineState, WorldSocket } from "../../src/world/net/socket";

/** A line whose other end is the test. */
class FakeLine {
  waiting = 0;
  isClosed = false;
  farewell: number | null = null;
  readonly sent: Uint8Array[] = [];

  constructor(readonly events: LineEvents) {}

  send(frame: Uint8Array<ArrayBuffer>): void {
    this.sent.push(frame);
  }

  close(code: number): void {
    this.isClosed = true;
    this.farewell = code;
  }

  /** The house says something. */
  say(message: FromWorld): void {
    this.events.heard(controlFrame(message as unknown as FromVisitor).buffer);
  }

  welcome(place: string): void {
    const spot = { position: [0, 0, 0], yaw: 0 } as const;
    this.say({
      type: "welcome",
      is_stage: false,
      place,
      you: 0,
      spot,
      people: [],
      key: "k",
      signs: [],
    });
  }

  get asked(): string[] {
    return this.sent
      .filter((frame) => frame[0] === 0)
      .map((frame) => JSON.parse(new TextDecoder().decode(frame.subarray(1))).place);
  }
}

/** Time that moves when told to. */
class FakeTiming {
  private ms = 0;
  private timers: { due: number; then: () => void }[] = [];

  now = () => this.ms;
  random = () => 0.5;
  after = (wait: number, then: () => void) => {
    const timer = { due: this.ms + wait, then };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((t) => t !== timer);
    };
  };

  pass(ms: number): void {
    const until = this.ms + ms;
    for (;;) {
      const next = this.timers.filter((t) => t.due <= until).sort((a, b) => a.due - b.due)[0];
      if (!next) break;
      this.ms = next.due;
      this.timers = this.timers.filter((t) => t !== next);
      next.then();
    }
    this.ms = until;
  }
}

let lines: FakeLine[];
let wishes: LineWish[];
let heard: Heard[];
let states: LineState[];
let timing: FakeTiming;
let socket: WorldSocket;

beforeEach(() => {
  lines = [];
  wishes = [];
  heard = [];
  states = [];
  timing = new FakeTiming();
  socket = new WorldSocket({
    open: (events, _key, wish) => {
      wishes.push(wish);
      const line = new FakeLine(events);
      lines.push(line);
      return line;
    },
    hear: (message) => heard.push(message),
    change: (state) => states.push(state),
    timing,
  });
});

function last(): FakeLine {
  const line = lines.at(-1);
  if (!line) throw new Error("no line was opened");
  return line;
}

function enter(place: string): void {
  socket.enter(place);
  last().events.opened();
  last().welcome(place);
}

test("entering opens one line, and walking on uses the same", () => {
  socket.enter("plaza");
  expect(socket.say({ type: "say", text: "hello" })).toBe(false);
  last().events.opened();
  last().welcome("plaza");
  socket.enter("clinic");

  expect(lines).toHaveLength(1);
  expect(last().asked).toEqual(["plaza", "clinic"]);
  expect(states).toEqual(["connecting", "open"]);
  expect(heard.map((message) => message.type)).toEqual(["welcome"]);
});

test("a line that breaks is opened again, and one is back where one was", () => {
  enter("clinic");

  last().events.closed(1006);
  expect(socket.place).toBe("");
  timing.pass(1000);
  last().events.opened();

  expect(lines).toHaveLength(2);
  expect(last().asked).toEqual(["clinic"]);
  expect(states).toEqual(["connecting", "open", "waiting", "connecting", "open"]);
});

test("one who was refused at a door comes back to this side of it", () => {
  enter("clinic");
  socket.enter("consulting-room-1");
  last().say({ type: "refused", code: "forbidden", hint: "", place: "consulting-room-1" });

  last().events.closed(1012);
  timing.pass(1000);
  last().events.opened();

  expect(last().asked).toEqual(["clinic"]);
});

test("one who was sent out of a place does not sneak in again", () => {
  enter("consulting-room-1");
  last().say({ type: "expelled", place: "consulting-room-1", code: "ended", to: "clinic" });

  last().events.closed(1006);
  timing.pass(100_000);
  expect(lines).toHaveLength(1);
  expect(states.at(-1)).toBe("closed");

  socket.enter("clinic");
  last().events.opened();
  expect(last().asked).toEqual(["clinic"]);
});

test("in no place the house has nothing to say, and its silence is no sign of a dead line", () => {
  socket.enter("plaza");
  last().events.opened();
  last().say({ type: "refused", code: "full", hint: "", place: "plaza" });

  timing.pass(60_000);
  expect(lines).toHaveLength(1);
  expect(states).toEqual(["connecting", "open"]);

  socket.enter("plaza");
  timing.pass(5000);
  last().welcome("plaza");
  expect(lines).toHaveLength(1);
  expect(last().asked).toEqual(["plaza", "plaza"]);
});

test("a wish to enter that nobody answers is asked again on another line", () => {
  socket.enter("plaza");
  last().events.opened();

  timing.pass(12_000);
  last().events.opened();

  expect(lines.length).toBeGreaterThan(1);
  expect(last().asked).toEqual(["plaza"]);
});

test("a line that never opens is given up", () => {
  socket.enter("plaza");

  timing.pass(12_000);

  expect(lines[0]?.isClosed).toBe(true);
  expect(lines.length).toBeGreaterThan(1);
});

test("each failure is waited for a little longer, and a welcome begins anew", () => {
  socket.enter("plaza");
  const waits: number[] = [];
  for (let i = 0; i < 8; i++) {
    const before = timing.now();
    const opened = lines.length;
    last().events.closed(1006);
    while (lines.length === opened) timing.pass(50);
    waits.push(timing.now() - before);
  }
  expect(waits).toEqual([300, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);

  last().events.opened();
  last().welcome("plaza");
  last().events.closed(1006);
  timing.pass(300);
  expect(lines).toHaveLength(10);
});

describe.each([Close.ELSEWHERE, Close.STRANGER])("after the house closed with %i", (code) => {
  test("nobody comes back by itself, but one may on purpose", () => {
    enter("plaza");
    last().events.closed(code);
    timing.pass(100_000);
    socket.wake();
    expect(lines).toHaveLength(1);
    expect(states.at(-1)).toBe("ended");

    socket.enter("plaza");
    expect(lines).toHaveLength(2);
  });
});

test("a line that is silent for too long is dead, and another is opened", () => {
  enter("plaza");
  for (let second = 0; second < 30; second++) {
    timing.pass(1000);
    last().events.heard(Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0).buffer);
  }
  expect(lines).toHaveLength(1);

  timing.pass(12_000);

  expect(lines[0]?.farewell).toBe(Close.COMING_BACK); // no goodbye: our body waits for us
  expect(lines.length).toBeGreaterThan(1);
});

test("an old line that speaks up late is not heard", () => {
  enter("plaza");
  const old = last();
  old.events.closed(1006);
  timing.pass(1000);

  old.welcome("moon");
  old.events.closed(4409);

  expect(socket.place).toBe("");
  expect(states.at(-1)).toBe("connecting");
});

test("when the network is back one does not wait any longer", () => {
  enter("plaza");
  for (let i = 0; i < 6; i++) {
    last().events.closed(1006);
    timing.pass(60_000);
  }
  last().events.closed(1006);
  const opened = lines.length;

  socket.wake();

  expect(lines).toHaveLength(opened + 1);
});

test("poses leave only from a place, and not behind others that cannot", () => {
  const frame = new Uint8Array(13);
  socket.enter("plaza");
  last().events.opened();
  expect(socket.show(frame)).toBe(false);

  last().welcome("plaza");
  expect(socket.show(frame)).toBe(true);

  last().waiting = 100_000;
  expect(socket.show(frame)).toBe(false);
});

test("after hanging up nothing comes back", () => {
  enter("plaza");

  socket.close();
  timing.pass(100_000);
  socket.wake();

  expect(lines).toHaveLength(1);
  expect(lines[0]?.farewell).toBe(1000);
  expect(states.at(-1)).toBe("closed");
});

describe("a place that lives in another worker", () => {
  test("is entered on a line that leads there, and the old one is left with a goodbye", () => {
    enter("plaza");
    const [first] = lines;
    socket.enter("clinic");
    first?.say({ type: "onward", place: "clinic" });

    expect(first?.farewell).toBe(1000);
    expect(wishes.at(-1)).toEqual({ place: "clinic", came_from: "plaza" });
    last().events.opened();
    last().welcome("clinic");
    expect(last().asked).toEqual(["clinic"]);
    expect(socket.place).toBe("clinic");
  });

  test("that lets us not in leaves us on the way back to where we were", () => {
    enter("plaza");
    socket.enter("clinic");
    last().say({ type: "onward", place: "clinic" });
    last().events.opened();
    last().say({ type: "refused", code: "full", hint: "", place: "clinic" });

    expect(last().asked).toEqual(["clinic", "plaza"]);
    last().say({ type: "onward", place: "plaza" });
    expect(wishes.at(-1)).toEqual({ place: "plaza", came_from: "" });
    last().events.opened();
    last().welcome("plaza");
    expect(socket.place).toBe("plaza");
  });
});
