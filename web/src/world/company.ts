import { goTo, lost, refused, whereabouts } from "../kit/place";
import { Store } from "../kit/store";
import type { Code, FromTalkers, FromWorld, LineWish, Presence } from "../wire/world";
import { Captions } from "./captions/captions";
import { begin, Entering } from "./company/entering";
import { Meeting } from "./company/meeting";
import { News } from "./company/news";
import { OwnPose } from "./company/own-pose";
import { type Put, type Showing, type Somebody, type Stay, shown } from "./company/somebody";
import { Speaking } from "./company/speaking";
import { Happenings } from "./happenings";
import type { Heard } from "./net/frames";
import type { BothHands } from "./net/hands";
import { HandsShown } from "./net/hands-shown";
import type { Pose } from "./net/poses";
import {
  type Line,
  type LineEvents,
  type LineState,
  realTiming,
  type Timing,
  WorldSocket,
} from "./net/socket";
import { Order } from "./order/standing";
import { forgetPlace } from "./places";
import { Asides } from "./talk/asides";
import { Peers } from "./talk/peers";
import { Refusals } from "./talk/refusals";
import { Carry } from "./things/carry";
import { Loose } from "./things/loose";
import type { Voice } from "./voice";

const BACK_MS = 30_000; // so long the house keeps our place, and we its people
const PULSE_MS = 250; // nobody draws us: hear now and then who speaks
const HANDS_MS = 50; // and show what our hands do

export type { Put, Showing, Somebody, Stay } from "./company/somebody";

export interface CompanyParts {
  readonly open: (events: LineEvents, key: string, wish: LineWish) => Line;
  readonly voice: (
    signal: (to: number, data: string) => void,
    say: (message: FromTalkers) => void,
    openPeer: () => RTCPeerConnection,
  ) => Voice;
  readonly timing?: Timing;
  /** The moment now, ISO 8601. */
  readonly now?: () => string;
}

/** Who is here, what they do and say, and our own part in it. Draws nothing. */
export class Company extends Speaking {
  readonly line = new Store<{ state: LineState; why: Code | "" }>({ state: "closed", why: "" });
  readonly stay: Store<Stay> = this.roster.stay;
  readonly people: Store<readonly Somebody[]> = this.roster.people;
  readonly signs = new Store<ReadonlyMap<string, Presence>>(new Map());
  readonly happenings = new Happenings();
  /** The last gesture of each. */
  readonly gestures: Store<ReadonlyMap<number, Showing>> = this.roster.gestures;
  /** Where the house put us last; whoever walks us goes there. */
  readonly put = new Store<Put | null>(null);
  readonly voice: Voice;
  readonly asides: Asides;
  readonly captions: Captions;
  /** The place is on stage: only those with the word are heard. */
  readonly isStage: Store<boolean> = this.roster.isStage;
  /** Voices here go through the SFU. */
  readonly isSfu = new Store(false);
  readonly order = new Order();
  /** By which ways voices and screens go. */
  readonly peers = new Peers();
  /** Whether the SFU refuses us for a while. */
  readonly refusals: Refusals;
  /** The loose things here, and what we hold of them. */
  readonly loose: Loose;
  readonly carry: Carry;

  /** Hears notes before the voice does; true where it was one of its own. */
  hearSignal: ((from: number, data: string) => boolean) | null = null;

  private readonly timing: Timing;
  protected readonly socket: WorldSocket;
  private readonly entering: Entering;
  private readonly own: OwnPose;
  private readonly meeting: Meeting;
  private readonly news: News;
  private readonly hands: HandsShown;
  private updatedAt = 0;
  private forgetting: (() => void) | null = null; // stops what forgets this place after a while

  constructor(parts: CompanyParts) {
    super();
    this.timing = parts.timing ?? realTiming;
    const clock = () => this.timing.now();
    const me = () => this.roster.me;
    this.socket = new WorldSocket({
      open: parts.open,
      hear: (message) => this.hear(message),
      change: (state, why) => this.change(state, why),
      timing: this.timing,
    });
    this.entering = new Entering((place) => this.socket.enter(place));
    const show = (frame: Uint8Array<ArrayBuffer>) => this.socket.show(frame);
    this.own = new OwnPose(show);
    this.hands = new HandsShown(show);
    this.refusals = new Refusals(this.timing.after);
    this.loose = new Loose({
      say: (message) => this.socket.say(message),
      show,
      now: clock,
      me,
    });
    this.carry = new Carry(this.loose, show);
    this.voice = parts.voice(
      (to, data) => this.socket.say({ type: "signal", to, data }),
      (message) => this.socket.say(message),
      () => this.peers.open(),
    );
    this.voice.store.subscribe(() => this.roster.listen(this.voice.store.get().speaking));
    this.meeting = new Meeting(this.voice, this.roster, this.own, clock);
    this.asides = new Asides({
      say: (message) => this.socket.say(message),
      me,
      went: (slot, aside) => {
        this.roster.mark(slot, { aside });
        this.meeting.meet();
      },
      after: this.timing.after,
    });
    this.captions = new Captions({
      say: (message) => this.socket.say(message),
      me,
      aside: () => this.aside,
      hears: (slot) => this.meeting.hears(slot),
      timing: this.timing,
    });
    this.news = new News({
      roster: this.roster,
      meeting: this.meeting,
      happenings: this.happenings,
      asides: this.asides,
      captions: this.captions,
      loose: this.loose,
      voice: this.voice,
      clock,
      now: parts.now ?? (() => new Date().toISOString()),
    });
  }

  /** Where we stand, as we showed it last. */
  get pose(): Omit<Pose, "at"> | null {
    return this.own.pose;
  }

  /** Follow where the interface wants to be, until the answer is called. */
  attend(): () => void {
    const stop = this.entering.attend();
    let cancel = () => {};
    const pulse = () => {
      const now = this.timing.now();
      this.own.stand(now);
      if (now - this.updatedAt >= HANDS_MS) this.update(now);
      cancel = this.timing.after(this.loose.held().length > 0 ? HANDS_MS : PULSE_MS, pulse);
    };
    pulse();
    return () => {
      stop();
      cancel();
      this.leave();
    };
  }

  /** Go to a place; Welcome or Refused is heard. */
  enter(place: string): void {
    this.entering.enter(place);
  }

  /** Come back after another window took over, or try again at once. */
  comeBack(): void {
    if (this.line.get().state === "ended") this.enter(whereabouts.get().place);
    else this.socket.wake();
  }

  /** How loud somebody is heard right now, 0 … 1. */
  loudness(slot: number): number {
    return this.voice.loudness(slot);
  }

  /** Where we stand now; called as often as one likes. */
  show(pose: Omit<Pose, "at">): void {
    this.own.show(pose, this.timing.now());
  }

  /** How our fingers are held now; called as often as one likes. */
  showHands(hands: BothHands): void {
    this.hands.take(hands, this.timing.now());
  }

  /** How somebody holds their fingers; null where no headset sees them, or it is long ago. */
  handsOf(slot: number, now: number): BothHands | null {
    return this.hands.of(slot, now);
  }

  /** Let voices come from where their people are. Once a frame. */
  update(now: number): void {
    this.meeting.update(now);
    this.voice.update(Math.max(0, now - this.updatedAt) / 1000);
    this.carry.update(this.own.pose, now);
    this.updatedAt = now;
  }

  /** Take in one message of the world. */
  hear(message: Heard): void {
    if (message.type === "snapshot") this.roster.glide(message, this.timing.now());
    else if (message.type === "hands") this.hands.hear(message, this.timing.now());
    else if (message.type === "item-poses") this.loose.hearPoses(message);
    else if (message.type === "points") this.loose.hearPoints(message);
    else this.hearWords(message);
  }

  private hearWords(message: FromWorld): void {
    switch (message.type) {
      case "welcome":
        this.settle(message);
        break;
      case "joined":
      case "dressed":
      case "left":
      case "away":
      case "said":
      case "uttered":
      case "gestured":
      case "silenced":
      case "staged":
      case "worded":
        this.news.hear(message);
        break;
      case "signalled":
        if (!this.hearSignal?.(message.slot, message.data))
          void this.voice.hear(message.slot, message.data);
        break;
      case "signs":
        this.hang(message.signs);
        break;
      case "moved":
        this.own.moved(message.spot);
        this.put.set({ spot: message.spot, why: "moved" });
        break;
      case "refused":
        this.refuse(message.place, message.code);
        break;
      case "expelled":
        this.expel(message.place, message.code, message.to);
        break;
      case "onward":
        break; // the socket goes there
      case "place-changed":
        forgetPlace(message.place); // a welcome follows
        break;
      case "asked-aside":
      case "went-aside":
        this.asides.hear(message);
        break;
      case "ice-servers":
        this.peers.hear(message);
        break;
      case "sfu-refused":
        this.refusals.hear(message);
        break;
      case "captioned":
      case "caption-refused":
      case "may-caption":
        this.captions.hear(message);
        break;
      case "sfu":
        if (!message.is_on) this.refusals.forget();
        this.isSfu.set(message.is_on);
        this.voice.route(message.is_on);
        this.meeting.meet();
        break;
      case "sfu-answered":
        this.refusals.speaking.forget();
        this.voice.hearSfu(message);
        break;
      case "sfu-offered":
        this.refusals.hearing.forget();
        this.voice.hearSfu(message);
        break;
      case "standing":
      case "told":
        this.order.hear(message);
        break;
      default:
        this.loose.hear(message); // where a new message stops the build
    }
  }

  private settle(welcome: FromWorld & { type: "welcome" }): void {
    const { place, spot } = welcome;
    if (place !== this.stay.get().place) {
      this.happenings.forget(); // what was said in one room is not shown in the next
      this.asides.forget();
      this.voice.leave(); // nobody carries an open microphone through a door
    }
    this.remember();
    this.peers.forget();
    this.refusals.forget();
    this.hands.forget();
    this.complaint.set(null);
    this.own.settle(spot);
    const isBack = this.roster.settle(welcome);
    this.captions.enter(place);
    this.hang(welcome.signs);
    this.loose.enter(place);
    this.put.set({ spot, why: "welcome" });
    // Back where we were, voices have gone on; else the same number is another person.
    if (!isBack) {
      this.isSfu.set(false);
      this.voice.route(false); // until the house says otherwise
      this.meeting.part();
    }
    this.meeting.meet();
    this.entering.arrive(place, this.people.get().map(shown));
  }

  private hang(signs: readonly Presence[]): void {
    this.signs.set(new Map(signs.map((sign) => [sign.place, sign])));
  }

  private refuse(place: string, code: Code): void {
    if (place) this.entering.refuse(place, code);
    else if (code !== "unheard") this.complaint.set({ code }); // those were under way to an aside
  }

  private expel(place: string, code: Code, to: string): void {
    this.forget();
    if (to) goTo(to);
    else refused(place, `world.refused.${code}`);
  }

  private change(state: LineState, why: Code | ""): void {
    this.line.set({ state, why });
    if (state !== "waiting" && state !== "ended") return;
    if (state === "ended") {
      this.voice.leave(); // or the microphone stays open for nobody
      this.letGo();
    } else this.forgetting ??= this.timing.after(BACK_MS, () => this.letGo());
    lost();
  }

  private remember(): void {
    this.forgetting?.();
    this.forgetting = null;
  }

  /** Nobody of this place is heard or seen any more. */
  private letGo(): void {
    this.remember();
    this.meeting.part();
    for (const { slot } of this.people.get()) this.loose.part(slot);
    this.roster.empty();
  }

  private forget(): void {
    this.remember();
    this.peers.forget();
    this.refusals.forget();
    this.entering.forget();
    this.own.forget();
    this.voice.leave();
    this.meeting.part();
    this.roster.forget();
    this.loose.leave();
    this.signs.set(new Map());
    this.happenings.forget();
    this.order.forget();
    this.asides.forget();
    this.captions.forget();
    this.put.set(null);
  }

  private leave(): void {
    this.socket.close();
    this.forget();
    begin();
  }
}
