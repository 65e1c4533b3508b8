import {
  arrived,
  goTo,
  lost,
  refused,
  type Person as Shown,
  setPeople,
  whereabouts,
} from "../kit/place";
import { Store } from "../kit/store";
import {
  type Code,
  type FromTalkers,
  type FromWorld,
  type LineWish,
  Motion,
  type Person,
  type Phrase,
  type Presence,
  type Spot,
} from "../wire/world";
import { inEarshot, maySpeak, onStage, spotsOf } from "./earshot";
import { type Happening, Happenings } from "./happenings";
import type { Heard } from "./net/frames";
import { Glide } from "./net/glide";
import type { BothHands } from "./net/hands";
import { HandsShown } from "./net/hands-shown";
import type { Pose, Snapshot } from "./net/poses";
import {
  type Line,
  type LineEvents,
  type LineState,
  realTiming,
  type Timing,
  WorldSocket,
} from "./net/socket";
import { Steps } from "./net/steps";
import { Order } from "./order/standing";
import { forgetPlace } from "./places";
import { Asides } from "./talk/asides";
import { Peers } from "./talk/peers";
import { Refusals } from "./talk/refusals";
import { Carry } from "./things/carry";
import { Loose } from "./things/loose";
import type { Voice } from "./voice";

const MOUTH_M = 1.5; // above the feet of one without a headset
const BACK_MS = 30_000; // so long the house keeps our place, and we its people
const MEET_MS = 1000; // how often we look who is in earshot
const QUIET_MS = 1000; // nobody walks us: say now and then that we stand there
const PULSE_MS = 250; // nobody draws us: hear now and then who speaks
const HANDS_MS = 50; // and show what our hands do

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

const NOWHERE: Stay = { place: "", me: -1 };

/** Who is here, what they do and say, and our own part in it. Draws nothing. */
export class Company {
  readonly line = new Store<{ state: LineState; why: Code | "" }>({ state: "closed", why: "" });
  readonly stay = new Store<Stay>(NOWHERE);
  readonly people = new Store<readonly Somebody[]>([]);
  readonly signs = new Store<ReadonlyMap<string, Presence>>(new Map());
  readonly happenings = new Happenings();
  /** The last gesture of each. */
  readonly gestures = new Store<ReadonlyMap<number, Showing>>(new Map());
  /** Where the house put us last; whoever walks us goes there. */
  readonly put = new Store<Put | null>(null);
  /** What the house would not do, if it was not about a place. */
  readonly complaint = new Store<{ code: Code } | null>(null);
  readonly voice: Voice;
  readonly asides: Asides;
  /** The place is on stage: only those with the word are heard. */
  readonly isStage = new Store(false);
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

  private readonly now: () => string;
  private readonly timing: Timing;
  private readonly socket: WorldSocket;
  private readonly steps: Steps;
  private readonly hands: HandsShown;
  private own: Omit<Pose, "at"> | null = null;
  private shownAt = 0;
  private updatedAt = 0;
  private metAt = 0;
  private talking: readonly number[] = [];
  private asked = "";
  private forgetting: (() => void) | null = null; // stops what forgets this place after a while

  constructor(parts: CompanyParts) {
    this.now = parts.now ?? (() => new Date().toISOString());
    this.timing = parts.timing ?? realTiming;
    this.socket = new WorldSocket({
      open: parts.open,
      hear: (message) => this.hear(message),
      change: (state, why) => this.change(state, why),
      timing: this.timing,
    });
    this.steps = new Steps((frame) => this.socket.show(frame));
    const show = (frame: Uint8Array<ArrayBuffer>) => this.socket.show(frame);
    this.hands = new HandsShown(show);
    this.refusals = new Refusals(this.timing.after);
    this.loose = new Loose({
      say: (message) => this.socket.say(message),
      show,
      now: () => this.timing.now(),
      me: () => this.stay.get().me,
    });
    this.carry = new Carry(this.loose, show);
    this.voice = parts.voice(
      (to, data) => this.socket.say({ type: "signal", to, data }),
      (message) => this.socket.say(message),
      () => this.peers.open(),
    );
    this.voice.store.subscribe(() => this.listen());
    this.asides = new Asides({
      say: (message) => this.socket.say(message),
      me: () => this.stay.get().me,
      went: (slot, aside) => {
        this.mark(slot, { aside });
        this.meet();
      },
      after: this.timing.after,
    });
  }

  /** Where we stand, as we showed it last. */
  get pose(): Omit<Pose, "at"> | null {
    return this.own;
  }

  /** Follow where the interface wants to be, until the answer is called. */
  attend(): () => void {
    const follow = () => this.follow();
    const unsubscribe = whereabouts.subscribe(follow);
    let cancel = () => {};
    const pulse = () => {
      const now = this.timing.now();
      this.stand(now);
      if (now - this.updatedAt >= HANDS_MS) this.update(now);
      cancel = this.timing.after(this.loose.held().length > 0 ? HANDS_MS : PULSE_MS, pulse);
    };
    begin();
    follow();
    pulse();
    return () => {
      unsubscribe();
      cancel();
      this.leave();
    };
  }

  /** Go to a place; Welcome or Refused is heard. */
  enter(place: string): void {
    this.asked = place;
    this.socket.enter(place);
  }

  /** Come back after another window took over, or try again at once. */
  comeBack(): void {
    if (this.line.get().state === "ended") this.enter(whereabouts.get().place);
    else this.socket.wake();
  }

  /** Hand a note to one person in this place, unread by the house. */
  signal(to: number, data: string): void {
    this.socket.say({ type: "signal", to, data });
  }

  /** In which aside we speak privately; 0: with everybody. */
  get aside(): number {
    return this.people.get().find(({ isMe }) => isMe)?.aside ?? 0;
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

  /** How loud somebody is heard right now, 0 … 1. */
  loudness(slot: number): number {
    return this.voice.loudness(slot);
  }

  /** Where we stand now; called as often as one likes. */
  show(pose: Omit<Pose, "at">): void {
    this.own = pose;
    this.shownAt = this.timing.now();
    this.steps.take(pose, this.shownAt);
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
    const { me } = this.stay.get();
    const others = this.people.get().filter(({ isMe }) => !isMe);
    for (const { slot, glide } of others) {
      const pose = glide.at(now);
      if (pose) this.voicePlace(slot, pose);
    }
    if (this.own) this.voicePlace(me, this.own);
    if (others.length > 0 && now - this.metAt >= MEET_MS) this.meet();
    this.voice.update(Math.max(0, now - this.updatedAt) / 1000);
    this.carry.update(this.own, now);
    this.updatedAt = now;
  }

  /** Take in one message of the world. */
  hear(message: Heard): void {
    if (message.type === "snapshot") this.glide(message);
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
        this.join(message.person);
        break;
      case "dressed":
        this.setPeople(
          this.people
            .get()
            .map((s) => (s.slot === message.slot ? { ...s, look: message.look } : s)),
        );
        break;
      case "left":
        this.part(message.slot);
        break;
      case "away":
        this.mark(message.slot, { isAway: message.is_away });
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
      case "signalled":
        if (!this.hearSignal?.(message.slot, message.data))
          void this.voice.hear(message.slot, message.data);
        break;
      case "signs":
        this.hang(message.signs);
        break;
      case "moved":
        this.steps.reset();
        if (this.own) this.own = { ...this.own, ...message.spot };
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
      case "silenced":
        this.silence(message.slot, message.is_silent);
        break;
      case "asked-aside":
      case "went-aside":
        this.asides.hear(message);
        break;
      case "ice-servers":
        this.peers.hear(message);
        break;
      case "sfu-refused":
        this.refusals.hear(message.again_s);
        break;
      case "sfu":
        if (!message.is_on) this.refusals.forget();
        this.voice.route(message.is_on);
        this.meet();
        break;
      case "sfu-answered":
      case "sfu-offered":
        this.refusals.forget();
        this.voice.hearSfu(message);
        break;
      case "staged":
        this.stage(message.is_on);
        break;
      case "worded":
        this.mark(message.slot, { hasWord: message.has_word });
        this.meet();
        break;
      case "standing":
      case "told":
        this.order.hear(message);
        break;
      default:
        this.loose.hear(message); // where a new message stops the build
    }
  }

  private glide({ poses }: Snapshot): void {
    const now = this.timing.now();
    for (const { slot, isMe, glide } of this.people.get()) {
      const pose = poses.get(slot);
      if (pose && !isMe) glide.add(pose, now);
    }
  }

  private follow(): void {
    const { place, state } = whereabouts.get();
    if (state === "entering" && place !== this.asked) this.enter(place);
  }

  private settle(welcome: FromWorld & { type: "welcome" }): void {
    const { place, you, spot } = welcome;
    if (place !== this.stay.get().place) {
      this.happenings.forget(); // what was said in one room is not shown in the next
      this.asides.forget();
      this.voice.leave(); // nobody carries an open microphone through a door
    }
    this.remember();
    this.peers.forget();
    this.refusals.forget();
    const before =
      this.stay.get().place === place && this.stay.get().me === you ? this.people.get() : [];
    this.gestures.set(new Map());
    this.hands.forget();
    this.complaint.set(null);
    this.stay.set({ place, me: you });
    this.isStage.set(welcome.is_stage);
    this.steps.reset();
    this.own = { position: spot.position, yaw: spot.yaw, pitch: 0, flags: 0, tracked: null };
    this.people.set(welcome.people.map((person) => this.somebody(person, before)));
    this.hang(welcome.signs);
    this.loose.enter(place);
    this.put.set({ spot, why: "welcome" });
    // Back where we were, voices have gone on; else the same number is another person.
    if (before.length === 0) {
      this.voice.route(false); // until the house says otherwise
      this.voice.meet(-1, []);
    }
    this.meet();
    this.tellArrival(place);
  }

  /** The interface may already want to be elsewhere; then that Welcome is still to come. */
  private tellArrival(place: string): void {
    const wanted = whereabouts.get();
    if (wanted.state === "entering" && wanted.place !== place) return;
    this.asked = place;
    arrived(place, this.people.get().map(shown));
  }

  private somebody(person: Person, before: readonly Somebody[] = []): Somebody {
    const { slot, name, who } = person;
    const known = before.find((one) => one.slot === slot && one.name === name);
    return {
      slot,
      name,
      who,
      isMe: slot === this.stay.get().me,
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

  private mark(
    slot: number,
    change: Partial<
      Pick<Somebody, "isAway" | "isHandUp" | "hand" | "isSilent" | "look" | "aside" | "hasWord">
    >,
  ): void {
    this.setPeople(this.people.get().map((s) => (s.slot === slot ? { ...s, ...change } : s)));
  }

  private join(person: Person): void {
    const rest = this.people.get().filter(({ slot }) => slot !== person.slot);
    this.setPeople([...rest, this.somebody(person)]);
    this.meet();
    this.note("came", person.slot, person.name);
  }

  private part(gone: number): void {
    this.loose.part(gone);
    this.asides.part(gone);
    const somebody = this.people.get().find(({ slot }) => slot === gone);
    if (!somebody) return;
    this.setPeople(this.people.get().filter(({ slot }) => slot !== gone));
    this.meet();
    this.note("left", gone, somebody.name);
  }

  private gesture(by: number, motion: Motion): void {
    const somebody = this.people.get().find(({ slot }) => slot === by);
    if (!somebody) return;
    this.gestures.set(new Map(this.gestures.get()).set(by, { motion, at: this.timing.now() }));
    if (motion !== Motion.HAND_UP && motion !== Motion.HAND_DOWN) {
      this.note(motion === Motion.WAVE ? "waved" : motion, by, somebody.name);
      return;
    }
    const isHandUp = motion === Motion.HAND_UP;
    const hands = this.people.get().map(({ hand }) => hand);
    this.mark(by, { isHandUp, hand: isHandUp ? somebody.hand || Math.max(...hands) + 1 : 0 });
    if (isHandUp) this.note("hand-up", by, somebody.name);
  }

  private stage(isOn: boolean): void {
    this.isStage.set(isOn);
    this.setPeople(this.people.get().map((one) => ({ ...one, hasWord: false })));
    this.meet();
  }

  private silence(slot: number, isSilent: boolean): void {
    this.mark(slot, { isSilent });
    if (isSilent && slot === this.stay.get().me) this.voice.leave();
    this.meet();
  }

  private hang(signs: readonly Presence[]): void {
    this.signs.set(new Map(signs.map((sign) => [sign.place, sign])));
  }

  private refuse(place: string, code: Code): void {
    if (place === this.asked) this.asked = "";
    if (code === "unheard") return; // notes that were under way when somebody went aside
    if (!place) this.complaint.set({ code });
    else if (whereabouts.get().place === place) refused(place, `world.refused.${code}`);
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
    this.voice.meet(-1, []);
    for (const { slot } of this.people.get()) this.loose.part(slot);
    this.setPeople([]);
  }

  /** Nobody walks us (a plain page, a hidden tab): we still stand where we stood. */
  private stand(now: number): void {
    if (this.own && now - this.shownAt >= QUIET_MS) this.steps.take(this.own, now);
  }

  private listen(): void {
    const { speaking } = this.voice.store.get();
    const people = this.people.get();
    if (people.every(({ slot, isSpeaking }) => isSpeaking === speaking.includes(slot))) return;
    this.setPeople(people.map((s) => ({ ...s, isSpeaking: speaking.includes(s.slot) })));
  }

  private meet(): void {
    const { me } = this.stay.get();
    const mine = this.aside;
    const all = this.people.get().filter(({ isMe }) => !isMe);
    const others = all.filter(({ isSilent, aside }) => !isSilent && aside === mine);
    const now = this.timing.now();
    const near = spotsOf(others, now);
    const speakers = this.isStage.get() && mine === 0 ? this.speakers() : null;
    this.talking = speakers
      ? onStage(me, near, speakers, this.voice.isSfu)
      : inEarshot(this.own?.position ?? null, near, this.talking);
    this.voice.meet(
      me,
      this.talking,
      others.map(({ slot }) => slot),
      all.map(({ slot }) => slot),
    );
    this.voice.heed(speakers);
    this.metAt = now;
  }

  private speakers(): number[] {
    return this.people
      .get()
      .filter(maySpeak)
      .map(({ slot }) => slot);
  }

  private setPeople(people: readonly Somebody[]): void {
    this.people.set(people);
    if (whereabouts.get().place === this.stay.get().place) setPeople(people.map(shown));
  }

  private note(
    kind: Happening["kind"],
    slot: number,
    name: string,
    text = "",
    said: { at: string; is_private: boolean } | null = null,
  ): void {
    const isMine = slot === this.stay.get().me;
    const isPrivate = said?.is_private ?? false;
    this.happenings.add({ kind, slot, name, isMine, isPrivate, text, at: said?.at ?? this.now() });
  }

  private voicePlace(slot: number, { position, yaw, tracked }: Omit<Pose, "at">): void {
    const [x, y, z] = position;
    this.voice.place(slot, x, y + (tracked?.headY ?? MOUTH_M), z, yaw);
  }

  private forget(): void {
    this.remember();
    this.peers.forget();
    this.refusals.forget();
    this.asked = "";
    this.own = null;
    this.voice.leave();
    this.voice.meet(-1, []);
    this.stay.set(NOWHERE);
    this.people.set([]);
    this.loose.leave();
    this.signs.set(new Map());
    this.happenings.forget();
    this.order.forget();
    this.asides.forget();
    this.gestures.set(new Map());
    this.put.set(null);
  }

  private leave(): void {
    this.socket.close();
    this.forget();
    begin();
  }
}

/** Not in, not refused, and nobody's name on the screen: as if one had just opened the page. */
function begin(): void {
  const { place } = whereabouts.get();
  whereabouts.set({ place, state: "entering", reasonKey: "", people: [] });
}

function shown({ slot, name, isMe, isSpeaking }: Somebody): Shown {
  return { id: String(slot), name, isMe, isSpeaking };
}
