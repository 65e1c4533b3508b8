import { Store } from "../../kit/store";
import { type Code, type FromVisitor, Motion, type Phrase } from "../../wire/world";
import { Roster } from "./roster";

/** What we say and show to those around us; each answers whether it left. */
export abstract class Speaking {
  /** What the house would not do, if it was not about a place. */
  readonly complaint = new Store<{ code: Code } | null>(null);
  protected readonly roster = new Roster();
  protected abstract readonly socket: { say(message: FromVisitor): boolean };

  /** In which aside we speak privately; 0: with everybody. */
  get aside(): number {
    return this.roster.aside;
  }

  /** Hand a note to one person in this place, unread by the house. */
  signal(to: number, data: string): void {
    this.socket.say({ type: "signal", to, data });
  }

  /** @param aside for whom the words are; the house refuses them where others would hear them. */
  say(text: string, aside = this.aside): boolean {
    this.complaint.set(null);
    return this.socket.say({ type: "say", text, aside });
  }

  utter(phrase: Phrase): boolean {
    this.complaint.set(null);
    return this.socket.say({ type: "utter", phrase, aside: this.aside });
  }

  wave(): boolean {
    return this.gesticulate(Motion.WAVE);
  }

  /** Show a gesture that passes by itself. */
  gesticulate(motion: Motion): boolean {
    return this.socket.say({ type: "gesture", motion });
  }

  raiseHand(isUp: boolean): boolean {
    const motion = isUp ? Motion.HAND_UP : Motion.HAND_DOWN;
    return this.socket.say({ type: "gesture", motion });
  }

  /** As a host: put the place on stage, or end that. */
  setStage(isOn: boolean): boolean {
    return this.socket.say({ type: "set-stage", is_on: isOn });
  }

  /** As a host: give somebody the word on stage, or take it back. */
  giveWord(to: number, hasWord: boolean): boolean {
    return this.socket.say({ type: "give-word", to, has_word: hasWord });
  }
}
