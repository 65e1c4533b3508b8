import { beforeEach, expect, test } from "vitest";
import type { FromCaptioners, TellsCaptions } from "../../../src/wire/world";
import { Captions } from "../../../src/world/captions/captions";
import { CaptionMemory } from "../../../src/world/captions/settings";

type Captioned = Extract<TellsCaptions, { type: "captioned" }>;

/** Time that moves when told to. */
class Clock {
  ms = 0;
  private due: { at: number; then: () => void }[] = [];
  now = () => this.ms;
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

const ME = 0;
const OTTO = 1;
const FAR = 7;

let said: FromCaptioners[];
let aside: number;
let clock: Clock;
let captions: Captions;

beforeEach(() => {
  said = [];
  aside = 0;
  clock = new Clock();
  captions = new Captions({
    say: (message) => said.push(message) > 0,
    me: () => ME,
    aside: () => aside,
    hears: (slot) => slot !== FAR,
    timing: clock,
  });
  captions.enter("plaza");
});

function hear(text: string, more: Partial<Captioned> = {}): void {
  captions.hear({
    type: "captioned",
    slot: OTTO,
    name: "Otto",
    text,
    piece: 1,
    is_final: true,
    is_typed: false,
    lang: "en",
    at: "2026-03-01T12:00:00Z",
    by: "",
    by_slot: -1,
    is_private: false,
    ...more,
  });
}

const shown = () => captions.shown.get().map(({ text }) => text);
const kept = () => captions.lines.get().map(({ text }) => text);

test("unfinished words take each other's place until they are finished; only then are they kept", () => {
  hear("good", { is_final: false });
  hear("good mor", { is_final: false });
  expect(shown()).toEqual(["good mor"]);
  expect(kept()).toEqual([]);

  hear("good morning");
  hear("all of you", { piece: 2 });

  expect(shown()).toEqual(["good morning", "all of you"]);
  expect(kept()).toEqual(["good morning", "all of you"]);
});

test("a line is taken away once it could be read, and stays among what was said", () => {
  hear("good morning");
  clock.pass(3900);
  expect(shown()).toEqual(["good morning"]);

  clock.pass(200);

  expect(shown()).toEqual([]);
  expect(kept()).toEqual(["good morning"]);
});

test("what is never finished is taken away, also when its speaker goes", () => {
  hear("good", { is_final: false });
  clock.pass(6100);
  expect(shown()).toEqual([]);

  hear("good", { is_final: false });
  captions.part(OTTO);

  expect(shown()).toEqual([]);
  expect(kept()).toEqual([]);
});

test("the same number from another visit of the same slot changes no finished line", () => {
  hear("from Otto");
  captions.part(OTTO);
  hear("from who came after", { name: "Iris" });

  expect(kept()).toEqual(["from Otto", "from who came after"]);
});

test("in a crowd nobody reads those whom they could not hear from where they stand", () => {
  hear("far away", { slot: FAR });
  hear("what I typed for one far away", { slot: FAR, by: "Me", by_slot: ME });

  expect(kept()).toEqual(["what I typed for one far away"]);
});

test("who reads says so in each place anew, and who does not says nothing", () => {
  captions.enter("home");
  expect(said).toEqual([]);

  captions.read(true);
  captions.read(true);
  captions.enter("plaza");
  captions.read(false);

  expect(said).toEqual([
    { type: "read-captions", is_on: true },
    { type: "read-captions", is_on: true },
    { type: "read-captions", is_on: false },
  ]);
});

test("what was said in one room is not read in the next, but still in the same one", () => {
  hear("between these walls");
  captions.enter("plaza");
  expect(kept()).toEqual(["between these walls"]);

  captions.enter("home");

  expect(kept()).toEqual([]);
  expect(shown()).toEqual([]);
});

test("a yes stands as the house last said, and is gone with whom it was for", () => {
  captions.hear({ type: "may-caption", slot: ME, by: OTTO, may: true });
  captions.hear({ type: "may-caption", slot: 3, by: ME, may: true });
  expect(captions.letting.get()).toEqual([OTTO]);
  expect(captions.writing.get()).toEqual([3]);

  captions.part(3);
  captions.hear({ type: "may-caption", slot: ME, by: OTTO, may: false });

  expect(captions.letting.get()).toEqual([]);
  expect(captions.writing.get()).toEqual([]);
});

test("a long line goes on in the next, and each says for whom it is meant", () => {
  aside = 4;
  const piece = captions.begin();
  captions.finish(piece, "word ".repeat(100), { lang: "en-US", isTyped: true });

  const sent = said.filter((one) => one.type === "caption");
  expect(sent.length).toBe(2);
  expect(sent.every(({ text }) => text.length <= 300)).toBe(true);
  expect(new Set(sent.map((one) => one.piece)).size).toBe(2);
  expect(sent.map((one) => one.aside)).toEqual([4, 4]);
});

test("how one reads is remembered for each account, and nobody's is not", () => {
  const kept = new Map<string, string>();
  const shelf = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
  const memory = new CaptionMemory(shelf);
  memory.set({ isReading: true });
  expect(kept.size).toBe(0);

  memory.open("mei");
  memory.set({ isReading: true, size: "huge" });
  memory.open("otto");
  expect(memory.store.get().isReading).toBe(false);
  kept.set("asklepion.captions.iris", "{broken");
  memory.open("iris");
  expect(memory.store.get().size).toBe("medium");
  const later = new CaptionMemory(shelf);
  later.open("mei");

  expect(later.store.get()).toMatchObject({ isReading: true, size: "huge" });
});
