import type { Person as Shown } from "../../kit/place";
import type { Motion, Person, Spot } from "../../wire/world";
import { Glide } from "../net/glide";

/** Somebody in this place. */
export interface Somebody {
  readonly slot: number;
  readonly name: string;
  /** As people/look.ts reads it. */
  readonly look: string;
  readonly isMe: boolean;
  readonly isHandUp: boolean;
  readonly isSpeaking: boolean;
  /** Their line broke; they may be back in a moment. */
  readonly isAway: boolean;
  /** Stands for them in what we ask of the house. */
  readonly who: string;
  readonly isHost: boolean;
  /** A host took the word from them: their voice is not played. */
  readonly isSilent: boolean;
  /** In which aside they speak privately; 0: with everybody. */
  readonly aside: number;
  /** Of raised hands, who raised theirs first has the least; 0: it is down. */
  readonly hand: number;
  /** Was given the word on stage. */
  readonly hasWord: boolean;
  /** Their way; one's own is not heard of, so it is empty. */
  readonly glide: Glide;
}

/** Our stay in a place, from one Welcome to the next. `place` is "" while in none. */
export interface Stay {
  readonly place: string;
  readonly me: number;
}

export const NOWHERE: Stay = { place: "", me: -1 };

/** Where the house puts us: a new value is a new order, even if the spot is the same. */
export interface Put {
  readonly spot: Spot;
  /** Came in, or was stopped. */
  readonly why: "welcome" | "moved";
}

export interface Showing {
  readonly motion: Motion;
  /** When we heard of it, on the clock of `update` [ms]. */
  readonly at: number;
}

/** @param known the same person as we knew them before our line broke. */
export function somebodyOf(person: Person, me: number, known?: Somebody): Somebody {
  return {
    slot: person.slot,
    name: person.name,
    who: person.who,
    isMe: person.slot === me,
    isHandUp: person.is_hand_up,
    look: person.look,
    isAway: person.is_away,
    isHost: person.is_host,
    isSilent: person.is_silent,
    aside: person.aside,
    hand: person.hand,
    hasWord: person.has_word,
    isSpeaking: known?.isSpeaking ?? false,
    glide: known?.glide ?? new Glide(),
  };
}

/** As much of them as the interface needs to know. */
export function shown({ slot, name, isMe, isSpeaking }: Somebody): Shown {
  return { id: String(slot), name, isMe, isSpeaking };
}
