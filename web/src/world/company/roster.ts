import { setPeople, whereabouts } from "../../kit/place";
import { Store } from "../../kit/store";
import { type FromWorld, Motion, type Person } from "../../wire/world";
import type { Snapshot } from "../net/poses";
import { NOWHERE, type Showing, type Somebody, type Stay, shown, somebodyOf } from "./somebody";

/** What may change of somebody while they are here. */
type Change = Partial<
  Pick<
    Somebody,
    "isAway" | "isHandUp" | "hand" | "isSilent" | "isSpeaking" | "look" | "aside" | "hasWord"
  >
>;

/** Who is in our place, and what we know of each. */
export class Roster {
  readonly stay = new Store<Stay>(NOWHERE);
  readonly people = new Store<readonly Somebody[]>([]);
  /** The last gesture of each. */
  readonly gestures = new Store<ReadonlyMap<number, Showing>>(new Map());
  readonly isStage = new Store(false);

  get me(): number {
    return this.stay.get().me;
  }

  get others(): Somebody[] {
    return this.people.get().filter(({ isMe }) => !isMe);
  }

  /** In which aside we speak privately; 0: with everybody. */
  get aside(): number {
    return this.people.get().find(({ isMe }) => isMe)?.aside ?? 0;
  }

  find(slot: number): Somebody | undefined {
    return this.people.get().find((somebody) => somebody.slot === slot);
  }

  /** Take in who is where the house let us in; true where we are back among people we knew. */
  settle({ place, you, is_stage, people }: FromWorld & { type: "welcome" }): boolean {
    const stay = this.stay.get();
    const before = stay.place === place && stay.me === you ? this.people.get() : [];
    this.gestures.set(new Map());
    this.stay.set({ place, me: you });
    this.isStage.set(is_stage);
    const known = ({ slot, name }: Person) =>
      before.find((one) => one.slot === slot && one.name === name);
    this.people.set(people.map((person) => somebodyOf(person, you, known(person))));
    return before.length > 0;
  }

  add(person: Person): void {
    const rest = this.people.get().filter(({ slot }) => slot !== person.slot);
    this.change([...rest, somebodyOf(person, this.me)]);
  }

  remove(gone: number): void {
    this.change(this.people.get().filter(({ slot }) => slot !== gone));
  }

  mark(slot: number, change: Change): void {
    this.change(this.people.get().map((one) => (one.slot === slot ? { ...one, ...change } : one)));
  }

  /** Let the others go on their way. */
  glide({ poses }: Snapshot, now: number): void {
    for (const { slot, glide } of this.others) {
      const pose = poses.get(slot);
      if (pose) glide.add(pose, now);
    }
  }

  gesture(slot: number, motion: Motion, at: number): void {
    this.gestures.set(new Map(this.gestures.get()).set(slot, { motion, at }));
    if (motion === Motion.HAND_DOWN) this.mark(slot, { isHandUp: false, hand: 0 });
    if (motion !== Motion.HAND_UP) return;
    const hands = this.people.get().map(({ hand }) => hand);
    const hand = this.find(slot)?.hand || Math.max(...hands) + 1;
    this.mark(slot, { isHandUp: true, hand });
  }

  /** Whether only those with the word are heard; nobody keeps the word they had. */
  stage(isOn: boolean): void {
    this.isStage.set(isOn);
    this.change(this.people.get().map((one) => ({ ...one, hasWord: false })));
  }

  /** @param speaking slots of those who speak right now. */
  listen(speaking: readonly number[]): void {
    const people = this.people.get();
    if (people.every(({ slot, isSpeaking }) => isSpeaking === speaking.includes(slot))) return;
    this.change(people.map((one) => ({ ...one, isSpeaking: speaking.includes(one.slot) })));
  }

  /** Nobody is seen any more, though we may come back. */
  empty(): void {
    this.change([]);
  }

  forget(): void {
    this.stay.set(NOWHERE);
    this.people.set([]);
    this.gestures.set(new Map());
  }

  private change(people: readonly Somebody[]): void {
    this.people.set(people);
    if (whereabouts.get().place === this.stay.get().place) setPeople(people.map(shown));
  }
}
