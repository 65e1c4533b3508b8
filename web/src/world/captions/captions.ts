import { Store } from "../../kit/store";
import { type FromCaptioners, MAX_CAPTION_CHARS, type TellsCaptions } from "../../wire/world";
import type { Timing } from "../net/socket";
import { isShownUntil, type Line, pieces } from "./lines";

const KEPT = 500; // older ones are gone; the house keeps none at all

export interface CaptionsParts {
  /** False where there is no line. */
  readonly say: (message: FromCaptioners) => boolean;
  readonly me: () => number;
  /** In which aside we speak privately; 0: with everybody. */
  readonly aside: () => number;
  /** Whether somebody else's voice may reach us where we stand. */
  readonly hears: (slot: number) => boolean;
  readonly timing: Pick<Timing, "now" | "after">;
}

/** Words to be written, and for whom. */
export interface Writing {
  readonly lang: string;
  readonly isTyped: boolean;
  /** Whose words; null: our own. */
  readonly of?: number | null;
  /** For which aside they are; left out, for the one we are in. */
  readonly aside?: number;
}

/** What others say as words to read, and our own part in it. Draws nothing. */
export class Captions {
  /** Finished lines of this stay, the oldest first. */
  readonly lines = new Store<readonly Line[]>([]);
  /** What is shown right now, the oldest first; of it some may not be finished. */
  readonly shown = new Store<readonly Line[]>([]);
  /** Who may write down what we say. */
  readonly letting = new Store<readonly number[]>([]);
  /** For whom we may write. */
  readonly writing = new Store<readonly number[]>([]);
  /** What the house would not take; piece −1 where it was no caption. */
  readonly trouble = new Store<{ code: string; piece: number } | null>(null);

  private place = "";
  private isReading = false;
  private count = 0;
  private piece = 0;
  private cancel = () => {};

  constructor(private readonly parts: CaptionsParts) {}

  /** Whether we want to read what others say. */
  read(isReading: boolean): void {
    if (isReading === this.isReading) return;
    this.isReading = isReading;
    this.wish();
  }

  /** We are in, perhaps again, and the house knows us as it just said. */
  enter(place: string): void {
    if (place !== this.place) this.forget();
    this.place = place;
    this.letting.set([]);
    this.writing.set([]);
    if (this.isReading) this.wish();
  }

  forget(): void {
    this.place = "";
    this.lines.set([]);
    this.shown.set([]);
    this.letting.set([]);
    this.writing.set([]);
    this.trouble.set(null);
    this.cancel();
  }

  /** Somebody is gone; the slot may be another's next. */
  part(slot: number): void {
    this.shown.update((lines) => lines.filter((line) => line.isFinal || line.slot !== slot));
    this.letting.update((slots) => slots.filter((one) => one !== slot));
    this.writing.update((slots) => slots.filter((one) => one !== slot));
  }

  hear(message: TellsCaptions): void {
    switch (message.type) {
      case "captioned":
        this.take(message);
        break;
      case "caption-refused":
        this.trouble.set({ code: message.code, piece: message.piece });
        break;
      case "may-caption":
        if (message.slot === this.parts.me()) change(this.letting, message.by, message.may);
        if (message.by === this.parts.me()) change(this.writing, message.slot, message.may);
    }
  }

  /** Let somebody write down what we say, or not any more. */
  let(to: number, may: boolean): boolean {
    this.trouble.set(null);
    return this.parts.say({ type: "let-caption", to, may });
  }

  /** The number of a piece that nobody has yet. */
  begin(): number {
    this.piece += 1;
    return this.piece;
  }

  /** Show what is being said and may still change. */
  draft(piece: number, text: string, writing: Writing): boolean {
    const tail = pieces(text, MAX_CAPTION_CHARS).at(-1);
    return tail === undefined || this.send(piece, tail, false, writing);
  }

  /** Show finished words; more than a line holds goes on in the next. False: nothing left. */
  finish(piece: number, text: string, writing: Writing): boolean {
    this.trouble.set(null);
    return pieces(text, MAX_CAPTION_CHARS).every((part, i) =>
      this.send(i === 0 ? piece : this.begin(), part, true, writing),
    );
  }

  private send(piece: number, text: string, isFinal: boolean, writing: Writing): boolean {
    const { lang, isTyped, of = null, aside = this.parts.aside() } = writing;
    return this.parts.say({
      type: "caption",
      text,
      piece,
      is_final: isFinal,
      is_typed: isTyped,
      lang,
      of,
      aside,
    });
  }

  private wish(): void {
    this.parts.say({ type: "read-captions", is_on: this.isReading });
  }

  private take(message: Extract<TellsCaptions, { type: "captioned" }>): void {
    const { slot, by_slot } = message;
    const me = this.parts.me();
    const isMine = slot === me || by_slot === me;
    if (!isMine && !this.parts.hears(slot)) return; // in a crowd, those too far away
    this.count += 1;
    const line: Line = {
      id: this.count,
      key: `${slot} ${by_slot} ${message.piece}`,
      slot,
      name: message.name,
      by: message.by,
      text: message.text,
      lang: message.lang,
      at: message.at,
      isFinal: message.is_final,
      isTyped: message.is_typed,
      isPrivate: message.is_private,
      isMine,
      heardAt: this.parts.timing.now(),
    };
    if (line.isFinal) this.lines.update((lines) => [...lines, line].slice(-KEPT));
    this.shown.update((lines) => [
      ...lines.filter((one) => one.isFinal || one.key !== line.key),
      line,
    ]);
    this.look();
  }

  /** Take away what was shown long enough, and look again when the next is due. */
  private look(): void {
    const { now, after } = this.parts.timing;
    const left = this.shown.get().filter((line) => isShownUntil(line) > now());
    if (left.length < this.shown.get().length) this.shown.set(left);
    this.cancel();
    const next = Math.min(...left.map(isShownUntil));
    this.cancel = left.length > 0 ? after(next - now(), () => this.look()) : () => {};
  }
}

function change(store: Store<readonly number[]>, slot: number, isIn: boolean): void {
  store.update((slots) => [...slots.filter((one) => one !== slot), ...(isIn ? [slot] : [])]);
}
