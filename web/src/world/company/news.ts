import { type FromWorld, Motion, type Person } from "../../wire/world";
import type { Captions } from "../captions/captions";
import type { Happening, Happenings } from "../happenings";
import type { Asides } from "../talk/asides";
import type { Loose } from "../things/loose";
import type { Voice } from "../voice";
import type { Meeting } from "./meeting";
import type { Roster } from "./roster";

/** What the house tells of the people in our place. */
export type OfPeople = Extract<
  FromWorld,
  {
    type:
      | "joined"
      | "dressed"
      | "left"
      | "away"
      | "said"
      | "uttered"
      | "gestured"
      | "silenced"
      | "staged"
      | "worded";
  }
>;

export interface NewsParts {
  readonly roster: Roster;
  readonly meeting: Meeting;
  readonly happenings: Happenings;
  readonly asides: Asides;
  readonly captions: Captions;
  readonly loose: Loose;
  readonly voice: Voice;
  /** Our own clock [ms]. */
  readonly clock: () => number;
  /** The moment now, ISO 8601. */
  readonly now: () => string;
}

/** Who came and went, and what they do and say. */
export class News {
  constructor(private readonly parts: NewsParts) {}

  hear(message: OfPeople): void {
    const { roster, meeting } = this.parts;
    switch (message.type) {
      case "joined":
        this.join(message.person);
        break;
      case "dressed":
        roster.mark(message.slot, { look: message.look });
        break;
      case "left":
        this.part(message.slot);
        break;
      case "away":
        roster.mark(message.slot, { isAway: message.is_away });
        break;
      case "said":
        this.note("said", message.slot, message.name, message.text, message);
        break;
      case "uttered":
        this.note("uttered", message.slot, message.name, message.phrase, message);
        break;
      case "gestured":
        this.gesture(message.slot, message.motion);
        break;
      case "silenced":
        this.silence(message.slot, message.is_silent);
        break;
      case "staged":
        roster.stage(message.is_on);
        meeting.meet();
        break;
      case "worded":
        roster.mark(message.slot, { hasWord: message.has_word });
        meeting.meet();
        break;
      default:
        message satisfies never;
    }
  }

  private join(person: Person): void {
    this.parts.roster.add(person);
    this.parts.meeting.meet();
    this.note("came", person.slot, person.name);
  }

  private part(gone: number): void {
    const { roster, meeting, loose, asides, captions } = this.parts;
    loose.part(gone);
    asides.part(gone);
    captions.part(gone);
    const somebody = roster.find(gone);
    if (!somebody) return;
    roster.remove(gone);
    meeting.meet();
    this.note("left", gone, somebody.name);
  }

  private gesture(by: number, motion: Motion): void {
    const somebody = this.parts.roster.find(by);
    if (!somebody) return;
    this.parts.roster.gesture(by, motion, this.parts.clock());
    if (motion === Motion.HAND_DOWN) return;
    this.note(motion === Motion.WAVE ? "waved" : motion, by, somebody.name);
  }

  private silence(slot: number, isSilent: boolean): void {
    const { roster, meeting, voice } = this.parts;
    roster.mark(slot, { isSilent });
    if (isSilent && slot === roster.me) voice.leave();
    meeting.meet();
  }

  private note(
    kind: Happening["kind"],
    slot: number,
    name: string,
    text = "",
    said: { at: string; is_private: boolean } | null = null,
  ): void {
    const { roster, happenings, now } = this.parts;
    const isMine = slot === roster.me;
    const isPrivate = said?.is_private ?? false;
    happenings.add({ kind, slot, name, isMine, isPrivate, text, at: said?.at ?? now() });
  }
}
