import { beforeEach, describe, expect, test } from "vitest";
import { OwnWords } from "../../../src/world/captions/own-words";
import {
  type Availability,
  type BrowserRecognitionClass,
  browserRecogniser,
  type Recognised,
  type Recogniser,
} from "../../../src/world/captions/speech";

// Headless Chromium has the classes of the Web Speech API, and no engine on the device behind them:
// so a stand-in takes the browser's place, at its very edge and nowhere else.

/** A browser that recognises what it is told to. */
class Ears implements Recogniser {
  found: Availability = "available";
  willInstall = true;
  asked: string[] = [];
  runs: { lang: string; track: MediaStreamTrack; tell: Recognised; did: string[] }[] = [];

  availability(lang: string): Promise<Availability> {
    this.asked.push(lang);
    return Promise.resolve(this.found);
  }

  install(): Promise<boolean> {
    if (this.willInstall) this.found = "available";
    return Promise.resolve(this.willInstall);
  }

  listen(lang: string, track: MediaStreamTrack, tell: Recognised) {
    const run = { lang, track, tell, did: [] as string[] };
    this.runs.push(run);
    return { stop: () => void run.did.push("stop"), abort: () => void run.did.push("abort") };
  }

  get last() {
    const run = this.runs.at(-1);
    if (!run) throw new Error("Nobody listens.");
    return run;
  }
}

class Track {
  isStopped = false;
  stop(): void {
    this.isStopped = true;
  }
}

let ears: Ears;
let now: number;
let due: (() => void)[];
let sent: string[];
let tracks: Track[];
let hasMicrophone: boolean;
let own: OwnWords;

beforeEach(() => {
  ears = new Ears();
  now = 0;
  due = [];
  sent = [];
  tracks = [];
  hasMicrophone = true;
  own = make(ears);
});

function make(recogniser: Recogniser | null): OwnWords {
  let pieces = 0;
  return new OwnWords({
    recogniser,
    begin: () => {
      pieces += 1;
      return pieces;
    },
    draft: (piece, text, { aside }) => sent.push(`${piece} ${text}… (${aside})`),
    finish: (piece, text, { aside, lang }) => sent.push(`${piece} ${text}. (${aside}, ${lang})`),
    openTrack: () => {
      if (!hasMicrophone) return null;
      const track = new Track();
      tracks.push(track);
      return track as unknown as MediaStreamTrack;
    },
    timing: {
      now: () => now,
      after: (_ms, then) => {
        due.push(then);
        return () => {
          due = due.filter((one) => one !== then);
        };
      },
    },
  });
}

/** Let promises that are kept be heard of. */
async function settle(): Promise<void> {
  for (let i = 0; i < 5; i += 1) await Promise.resolve();
}

async function listening(): Promise<void> {
  own.heed(true, 0);
  await own.turnOn("en-US");
  await settle();
}

describe("one's own words", () => {
  test("are off until one turns them on, and nothing listens where nobody hears one", async () => {
    own.heed(true, 0);
    await settle();
    expect(own.state.get()).toBe("off");
    expect(tracks).toEqual([]);

    own.heed(false, 0);
    await own.turnOn("en-US");
    await settle();

    expect(own.state.get()).toBe("waiting");
    expect(ears.runs).toEqual([]);
    own.heed(true, 0);
    await settle();
    expect(own.state.get()).toBe("listening");
    expect(ears.last.lang).toBe("en-US");
  });

  test("go out as drafts, not too often, and then finished, each piece by its number", async () => {
    await listening();
    const { tell } = ears.last;

    tell.words("good", false);
    now += 100;
    tell.words("good mor", false);
    now += 300;
    tell.words("good morning", false);
    tell.words("Good morning", true);
    tell.words("how are you", true);

    expect(sent).toEqual([
      "1 good… (0)",
      "1 good morning… (0)",
      "1 Good morning. (0, en-US)",
      "2 how are you. (0, en-US)",
    ]);
  });

  test("end with mute, but what was said before still counts", async () => {
    await listening();
    const run = ears.last;

    own.heed(false, 0);
    run.tell.words("just before", true);
    run.tell.ended("");
    for (const then of due) then();
    await settle();

    expect(run.did).toEqual(["stop"]);
    expect(sent).toEqual(["1 just before. (0, en-US)"]);
    expect(own.state.get()).toBe("waiting");
    expect(ears.runs.length).toBe(1);
  });

  test("of one aside are never shown in another", async () => {
    await listening();
    const before = ears.last;

    own.heed(true, 3);
    await settle();
    before.tell.words("said to everybody", true);
    ears.last.tell.words("between us", true);

    expect(before.did).toEqual(["abort"]);
    expect(sent).toEqual(["1 between us. (3, en-US)"]);
  });

  test("go on when the browser ends by itself after a silence", async () => {
    await listening();
    now += 8000;
    ears.last.tell.ended("");
    for (const then of due) then();
    await settle();

    expect(own.state.get()).toBe("listening");
    expect(ears.runs.length).toBe(2);
  });

  test("are heard from what others hear, and each copy of it is let go", async () => {
    await listening();
    expect(ears.last.track).toBe(tracks[0]);

    ears.last.tell.ended("");
    for (const then of due.splice(0)) then();
    own.turnOff();

    expect(ears.last.track).toBe(tracks[1]);
    expect(tracks.map(({ isStopped }) => isStopped)).toEqual([true, true]);
  });

  test("fail where there is no microphone that others hear, and listen to no other one", async () => {
    hasMicrophone = false;
    await listening();

    expect(own.state.get()).toBe("failed");
    expect(ears.runs).toEqual([]);
  });

  test("fail where the browser says why, or ends again and again", async () => {
    await listening();
    ears.last.tell.ended("language-not-supported");
    expect(own.state.get()).toBe("failed");

    await listening();
    for (let i = 0; i < 5; i += 1) {
      ears.last.tell.ended("");
      for (const then of due.splice(0)) then();
      await settle();
    }

    expect(own.state.get()).toBe("failed");
    expect(own.isOn).toBe(false);
  });

  test("stop at once when one turns them off, whatever is still heard", async () => {
    await listening();
    const run = ears.last;
    own.turnOff();
    run.tell.words("too late", true);
    run.tell.ended("");

    expect(run.did).toEqual(["abort"]);
    expect(sent).toEqual([]);
    expect(own.state.get()).toBe("off");
  });

  test("wait for a language that must be fetched, which happens only when one asks", async () => {
    ears.found = "downloadable";
    own.heed(true, 0);
    await own.turnOn("zh-CN");
    await settle();
    expect(own.state.get()).toBe("needs-pack");
    expect(ears.runs).toEqual([]);

    await own.fetch();
    await settle();

    expect(own.state.get()).toBe("listening");
  });

  test("say so where fetching fails, and where there is no such language", async () => {
    ears.found = "downloadable";
    ears.willInstall = false;
    await own.turnOn("zh-CN");
    await own.fetch();
    expect(own.state.get()).toBe("failed");

    ears.found = "unavailable";
    await own.turnOn("zh-CN");

    expect(own.state.get()).toBe("absent");
  });

  test("are off for good where one changed one's mind while the browser looked", async () => {
    own.heed(true, 0);
    const looking = own.turnOn("en-US");
    own.turnOff();
    await looking;
    await settle();

    expect(own.state.get()).toBe("off");
    expect(ears.runs).toEqual([]);
  });

  test("are not there in a browser that has no such thing", async () => {
    const none = make(null);
    await none.turnOn("en-US");

    expect(none.isThere).toBe(false);
    expect(none.state.get()).toBe("absent");
  });
});

/** The class that a browser has; `how` it began is remembered. */
function browser(how: { langs: string[]; started: object[] }) {
  class Made {
    lang = "";
    continuous = false;
    interimResults = false;
    onresult: ((event: unknown) => void) | null = null;
    onerror: ((event: { error: string }) => void) | null = null;
    onend: (() => void) | null = null;
    private isLocal = false;
    get processLocally(): boolean {
      return this.isLocal;
    }
    set processLocally(is: boolean) {
      this.isLocal = is;
    }
    start(track?: object): void {
      how.started.push(this, ...(track ? [track] : []));
    }
    stop(): void {}
    abort(): void {}
    static available({ langs, processLocally }: { langs: string[]; processLocally: boolean }) {
      how.langs.push(`${langs} ${processLocally}`);
      return Promise.resolve("available");
    }
    static install() {
      return Promise.resolve(true);
    }
  }
  return Made as unknown as BrowserRecognitionClass & { prototype: object };
}

const heard = { words: () => {}, ended: () => {} };
const track = new Track() as unknown as MediaStreamTrack;

describe("the browser", () => {
  test("is asked for what it can do on the device, and told to do it nowhere else", async () => {
    const how = { langs: [] as string[], started: [] as object[] };
    const found = browserRecogniser({ webkitSpeechRecognition: browser(how) });
    if (!found) throw new Error("It has all that it takes.");

    expect(await found.availability("en-US")).toBe("available");
    found.listen("en-US", track, heard);

    expect(how.langs).toEqual(["en-US true"]);
    expect(how.started).toMatchObject([
      { processLocally: true, lang: "en-US", continuous: true },
      track,
    ]);
  });

  test("that would send voices away is not used at all", () => {
    const how = { langs: [], started: [] };
    const older = browser(how);
    Reflect.deleteProperty(older.prototype, "processLocally");
    const oldest = browser(how);
    Reflect.deleteProperty(oldest, "available");

    expect(browserRecogniser({ SpeechRecognition: older })).toBeNull();
    expect(browserRecogniser({ webkitSpeechRecognition: oldest })).toBeNull();
    expect(browserRecogniser({})).toBeNull();
  });

  test("that will not keep voices on the device hears none", async () => {
    const how = { langs: [] as string[], started: [] as object[] };
    const stubborn = browser(how);
    Object.defineProperty(stubborn.prototype, "processLocally", { get: () => false, set() {} });
    const found = browserRecogniser({ SpeechRecognition: stubborn });

    expect(() => found?.listen("en-US", track, heard)).toThrow();
    expect(how.started).toEqual([]);
  });

  test("tells finished words one by one and the rest as one draft; silence is no error", () => {
    const how = { langs: [] as string[], started: [] as object[] };
    const found = browserRecogniser({ SpeechRecognition: browser(how) });
    const told: string[] = [];
    found?.listen("en-US", track, {
      words: (text, isFinal) => told.push(text + (isFinal ? "." : "…")),
      ended: (why) => told.push(`ended ${why}`),
    });
    const [made] = how.started as [
      { onresult(e: object): void; onerror(e: object): void; onend(): void },
    ];
    const result = (transcript: string, isFinal: boolean) =>
      Object.assign([{ transcript }], { isFinal });

    made.onresult({
      resultIndex: 1,
      results: [
        result("old", true),
        result(" one ", true),
        result("two", false),
        result(" three", false),
      ],
    });
    made.onerror({ error: "no-speech" });
    made.onend();
    made.onerror({ error: "not-allowed" });
    made.onend();

    expect(told).toEqual(["one.", "two three…", "ended ", "ended not-allowed"]);
  });
});
