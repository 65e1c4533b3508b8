import { Store } from "../../kit/store";
import type { Timing } from "../net/socket";
import type { Writing } from "./captions";
import type { Recogniser, Run } from "./speech";

/**
 * "off"; "looking" whether the device knows the language; "absent" where it does not, and never
 * will; "needs-pack" first, which is being fetched in "fetching"; "waiting" for an open microphone;
 * "listening"; "failed".
 */
export type OwnState =
  | "off"
  | "looking"
  | "absent"
  | "needs-pack"
  | "fetching"
  | "waiting"
  | "listening"
  | "failed";

export interface OwnWordsParts {
  /** Null where the browser can not do it on the device. */
  readonly recogniser: Recogniser | null;
  readonly begin: () => number;
  readonly draft: (piece: number, text: string, writing: Writing) => void;
  readonly finish: (piece: number, text: string, writing: Writing) => void;
  /** What others hear of us, for us to stop; null where they hear nothing. */
  readonly openTrack: () => MediaStreamTrack | null;
  readonly timing: Pick<Timing, "now" | "after">;
}

const DRAFT_EVERY_MS = 350; // the house takes four a second
const AGAIN_MS = 300; // browsers end by themselves after a silence
const SHORT_MS = 1500; // a run that ends sooner, and heard nothing, went wrong
const MOST_SHORT = 5;

/** Our own microphone as captions: while others hear us, and we want it. */
export class OwnWords {
  readonly state = new Store<OwnState>("off");
  private lang = "";
  private isHeard = false;
  private aside = 0;
  private asked = 0; // whoever changed their mind meanwhile wants no answer
  private run: Run | null = null;
  private track: MediaStreamTrack | null = null;
  private cancel = () => {};
  private short = 0;

  constructor(private readonly parts: OwnWordsParts) {}

  get isOn(): boolean {
    return !["off", "absent", "failed"].includes(this.state.get());
  }

  /** Whether this browser has it at all. */
  get isThere(): boolean {
    return this.parts.recogniser !== null;
  }

  /** Show our words, in this language. */
  async turnOn(lang: string): Promise<void> {
    this.end();
    this.lang = lang;
    const { recogniser } = this.parts;
    if (!recogniser) return this.state.set("absent");
    const asked = this.ask("looking");
    const found = await recogniser.availability(lang).catch(() => "unavailable" as const);
    if (asked !== this.asked) return;
    if (found === "available") this.wait();
    else this.state.set(found === "unavailable" ? "absent" : "needs-pack");
  }

  /** Fetch what the language needs on this device. */
  async fetch(): Promise<void> {
    const { recogniser } = this.parts;
    if (!recogniser || this.state.get() !== "needs-pack") return;
    const asked = this.ask("fetching");
    const isHere = await recogniser.install(this.lang).catch(() => false);
    if (asked !== this.asked) return;
    if (isHere) await this.turnOn(this.lang);
    else this.state.set("failed");
  }

  turnOff(): void {
    this.end();
    this.ask("off");
  }

  /** Whether others hear us now, and in which aside: words of one are never shown in another. */
  heed(isHeard: boolean, aside: number): void {
    if (isHeard === this.isHeard && aside === this.aside) return;
    const isElsewhere = aside !== this.aside;
    this.isHeard = isHeard;
    this.aside = aside;
    if (!["waiting", "listening"].includes(this.state.get())) return;
    if (isElsewhere) this.end();
    if (!isHeard) this.run?.stop(); // what was said while one was heard still counts
    this.wait();
  }

  private ask(state: OwnState): number {
    this.state.set(state);
    this.asked += 1;
    return this.asked;
  }

  private wait(): void {
    this.cancel();
    this.state.set(this.isHeard ? "listening" : "waiting");
    if (this.isHeard && !this.run) this.listen();
  }

  private listen(): void {
    const { recogniser, openTrack, timing } = this.parts;
    if (!recogniser) return;
    const track = openTrack();
    if (!track) {
      this.fail();
      return;
    }
    this.track = track;
    const began = timing.now();
    let isOver = false;
    let hasHeard = false;
    const words = this.words();
    const ended = (why: string) => {
      if (isOver || this.run !== run) return;
      isOver = true;
      this.drop();
      this.short = hasHeard || timing.now() - began > SHORT_MS ? 0 : this.short + 1;
      if (why || this.short >= MOST_SHORT) return this.state.set("failed");
      this.cancel = timing.after(AGAIN_MS, () => this.wait());
    };
    const run = this.open(recogniser, track, {
      words: (text, isFinal) => {
        if (this.run !== run) return;
        hasHeard = true;
        words(text, isFinal);
      },
      ended,
    });
    this.run = run;
    if (!run) this.fail();
  }

  private open(
    recogniser: Recogniser,
    track: MediaStreamTrack,
    tell: Parameters<Recogniser["listen"]>[2],
  ): Run | null {
    try {
      return recogniser.listen(this.lang, track, tell);
    } catch {
      return null;
    }
  }

  private fail(): void {
    this.drop();
    this.state.set("failed");
  }

  /** Where the words of one run go: drafts not too often, each piece until it is finished. */
  private words(): (text: string, isFinal: boolean) => void {
    const writing: Writing = { lang: this.lang, isTyped: false, aside: this.aside };
    let piece = 0;
    let draftedAt = Number.NEGATIVE_INFINITY;
    return (text, isFinal) => {
      if (!text) return;
      piece ||= this.parts.begin();
      const now = this.parts.timing.now();
      if (isFinal) {
        this.parts.finish(piece, text, writing);
        piece = 0;
      } else if (now - draftedAt >= DRAFT_EVERY_MS) {
        this.parts.draft(piece, text, writing);
        draftedAt = now;
      }
    };
  }

  /** Let go of a run that is over. */
  private drop(): void {
    this.run = null;
    this.track?.stop();
    this.track = null;
  }

  /** Hear no more, and forget what was heard and is not finished. */
  private end(): void {
    this.cancel();
    this.asked += 1;
    this.short = 0;
    const run = this.run;
    this.drop();
    run?.abort();
  }
}
