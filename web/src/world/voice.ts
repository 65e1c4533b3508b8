import { Store } from "../kit/store";
import type { FromTalkers } from "../wire/world";
import { realTiming, type Timing } from "./net/socket";
import { HearingRoom, type VoiceRoom } from "./talk/hearing";
import { openMicrophone, silence, type Trouble, troubleOf } from "./talk/microphone";
import { Sfu, type SfuMessage } from "./talk/sfu";
import { stopAll } from "./talk/streams";
import { Ways } from "./talk/ways";

export type { VoiceRoom } from "./talk/hearing";

export interface VoiceState {
  readonly state: "off" | "asking" | "on";
  /** Why there is no microphone. */
  readonly trouble: Trouble;
  /** We hear the others and have no microphone open. */
  readonly isListening: boolean;
  readonly isMuted: boolean;
  /** Heard only while we hold the key or the button. */
  readonly isPush: boolean;
  readonly isHeld: boolean;
  /** The place is on stage and we have not the word. */
  readonly isGated: boolean;
  /** Slots we are connected with. */
  readonly connected: readonly number[];
  /** Slots that want to talk too, and there is no way to them yet. */
  readonly calling: readonly number[];
  /** And of these, where none was found for a while. */
  readonly stuck: readonly number[];
  /** Slots that speak right now; our own is `me`. */
  readonly speaking: readonly number[];
}

/** What the voice needs of its surroundings; a test hands in others. */
export interface VoiceSurroundings {
  /** Hand a note to one person in this place. */
  signal(to: number, data: string): void;
  /** Tell the house something for the SFU. */
  say(message: FromTalkers): void;
  /** @param id of the microphone; "" for any. */
  openMicrophone(id: string): Promise<MediaStream>;
  silence(): MediaStream;
  openPeer(): RTCPeerConnection;
  openRoom(): VoiceRoom;
  after: Timing["after"];
}

const OFF: VoiceState = {
  state: "off",
  trouble: "",
  isListening: false,
  isMuted: false,
  isPush: false,
  isHeld: false,
  isGated: false,
  connected: [],
  calling: [],
  stuck: [],
  speaking: [],
};
const LOOK_S = 0.2; // how often we look who speaks

/** Voices of the people in one place, from browser to browser; the server only hands notes on. */
export class Voice {
  readonly store = new Store<VoiceState>(OFF);
  /** Who is louder or softer for our own ears; 1 is usual, 0 is not heard at all. */
  readonly volumes = new Store<ReadonlyMap<number, number>>(new Map());
  private readonly ways: Ways;
  private sfu: Sfu | null = null; // where voices do not go from browser to browser
  private others: readonly number[] = [];
  private own: MediaStream | null = null; // what we send: the microphone, or silence
  private room: VoiceRoom | null = null;
  private me = -1;
  private speakers: readonly number[] | null = null;
  private sinceLook = 0;
  private microphone = "";
  private asked = 0; // whoever hung up meanwhile wants no answer

  constructor(private readonly around: VoiceSurroundings) {
    this.ways = new Ways({
      me: () => this.me,
      own: () => this.own,
      openPeer: () => around.openPeer(),
      signal: (to, data) => around.signal(to, data),
      after: around.after,
      heard: (slot, stream) => this.comeIn(slot, stream),
      lost: (slot) => this.room?.remove(slot),
      changed: () => this.count(),
    });
  }

  /** Whether the others hear what the microphone hears. */
  get isSending(): boolean {
    const { state, isListening, isMuted, isPush, isHeld, isGated } = this.store.get();
    const isOpen = state === "on" && !isListening && !isMuted && !isGated;
    return isOpen && (!isPush || isHeld);
  }

  /** A copy of the track that others hear, to be stopped by who asks; null where they hear none. */
  copyTrack(): MediaStreamTrack | null {
    const copy = (this.isSending && this.own?.getAudioTracks()[0]?.clone()) || null;
    if (copy) copy.enabled = true; // we may be asked a moment before our own is
    return copy;
  }

  /**
   * We came into a place, or others came near or went: who we are there, and with whom we talk.
   *
   * @param here with whom we could talk; to those who only went away from us we say goodbye.
   * @param all everybody else in this place, also whom we may not hear now.
   */
  meet(
    me: number,
    others: readonly number[],
    here: readonly number[] = others,
    all: readonly number[] = here,
  ): void {
    if (me !== this.me) this.partAll();
    this.keepVolumes(me === this.me ? all : []);
    for (const slot of this.others.filter((one) => !others.includes(one))) {
      this.ways.part(slot, here.includes(slot));
    }
    const fresh = me === this.me ? others.filter((o) => !this.others.includes(o)) : others;
    const moved = me !== this.me;
    this.me = me;
    this.others = others;
    if (!this.own) return;
    if (moved) this.room?.addOwn(me, this.own);
    if (this.sfu) this.sfu.want(others);
    else for (const slot of fresh) this.ways.greet(slot);
  }

  /** Voices here go through the SFU from now on, begun anew; or from browser to browser. */
  route(isSfu: boolean): void {
    if (!isSfu && !this.sfu) return;
    this.sfu?.drop();
    if (isSfu) this.ways.partAll();
    this.sfu = isSfu ? this.openSfu() : null;
    this.count();
    this.sfu?.want(this.others);
    if (this.own) this.greet(this.own);
  }

  /** Take in what the SFU answers. */
  hearSfu(message: SfuMessage): void {
    this.sfu?.hear(message);
  }

  get isSfu(): boolean {
    return this.sfu !== null;
  }

  /** Ask for the microphone and greet everybody here; whoever listened already goes on. */
  async join(): Promise<void> {
    const { state, isListening } = this.store.get();
    if (state === "asking" || (state === "on" && !isListening)) return;
    this.change({ state: "asking", trouble: "" });
    await this.open(({ trouble }) => this.change({ state: this.own ? "on" : "off", trouble }));
  }

  /** Hear the others without a microphone. */
  listen(): void {
    if (this.store.get().state === "off") this.take(this.around.silence(), true);
  }

  /** Let go of the microphone and of everybody. */
  leave(): void {
    this.asked += 1;
    this.ways.partAll(true);
    this.sfu?.end();
    this.partAll();
    this.release();
    this.room?.dispose();
    this.room = null;
    const { isPush, isGated } = this.store.get();
    this.store.set({ ...OFF, isPush, isGated });
  }

  /** Whoever is muted holds nothing any more: a hand that lets go of a dead button is not heard of. */
  mute(isMuted: boolean): void {
    this.change(isMuted ? { isMuted, isHeld: false } : { isMuted });
  }

  /** Be heard only while the key or the button is held. */
  push(isPush: boolean): void {
    this.change({ isPush, isHeld: false });
  }

  /** The key or the button is held, or let go. */
  hold(isHeld: boolean): void {
    if (isHeld !== this.store.get().isHeld) this.change({ isHeld });
  }

  /** Use another microphone from now on. */
  async use(id: string): Promise<void> {
    if (id === this.microphone) return;
    this.microphone = id;
    const { state, isListening } = this.store.get();
    if (state !== "on" || isListening) return;
    // Some devices have one microphone open at a time; meanwhile whoever comes finds a way to us.
    this.take(this.around.silence(), true);
    await this.open(({ trouble }) => this.take(this.around.silence(), true, trouble));
  }

  /** On stage only these are heard, and from everywhere; null: everybody, from where they stand. */
  heed(speakers: readonly number[] | null): void {
    this.speakers = speakers;
    const isGated = speakers !== null && !speakers.includes(this.me);
    if (isGated !== this.store.get().isGated) this.change({ isGated });
    for (const slot of this.slots) this.hearAs(slot);
  }

  /** Take in a note from somebody in this place. */
  async hear(from: number, data: string): Promise<void> {
    if (this.own && !this.sfu && this.others.includes(from)) await this.ways.hear(from, data);
  }

  /** Make somebody louder or softer for our own ears; 0 is not heard at all. */
  turn(slot: number, volume: number): void {
    this.volumes.update((before) => new Map(before).set(slot, volume));
    this.hearAs(slot);
  }

  volume(slot: number): number {
    return this.volumes.get().get(slot) ?? 1;
  }

  /** Somebody's mouth, in metres; our own slot moves the ears. */
  place(slot: number, x: number, y: number, z: number, yaw: number): void {
    if (slot === this.me) this.room?.listen(x, y, z, yaw);
    else this.room?.place(slot, x, y, z);
  }

  /** How loud somebody speaks right now, 0 … 1; nobody is heard while the voice is off. */
  loudness(slot: number): number {
    if (slot === this.me && !this.isSending) return 0;
    return this.room?.loudness(slot) ?? 0;
  }

  /** How loud that arrives at our ears, as a meter shows it; of ourselves, how loud we are sent. */
  level(slot: number): number {
    if (slot === this.me && !this.isSending) return 0;
    return this.room?.level(slot) ?? 0;
  }

  update(dt: number): void {
    this.sinceLook += dt;
    if (!this.room || this.sinceLook < LOOK_S) return;
    this.sinceLook = 0;
    const speaking = this.room
      .speaking()
      .filter((slot) => (slot === this.me ? this.isSending : this.isHeeded(slot)));
    if (speaking.join() !== this.store.get().speaking.join()) this.change({ speaking });
  }

  dispose(): void {
    this.leave();
  }

  /** Send this from now on. */
  private take(own: MediaStream, isListening: boolean, trouble: Trouble = ""): void {
    const isFirst = !this.room;
    this.release();
    this.own = own;
    this.room ??= this.around.openRoom();
    this.room.addOwn(this.me, own);
    for (const track of isListening ? [] : own.getAudioTracks()) {
      track.onended = () => this.take(this.around.silence(), true, "unplugged");
    }
    this.ways.send(own);
    if (!isFirst) this.sfu?.send(own);
    const { isHeld } = this.store.get();
    this.change({ state: "on", isListening, trouble, isHeld: isHeld && !isListening });
    if (isFirst) this.greet(own);
  }

  private async open(fail: (why: { trouble: Trouble }) => void): Promise<void> {
    this.asked += 1;
    const { asked, microphone } = this;
    try {
      const own = await this.around.openMicrophone(microphone);
      if (asked === this.asked && microphone === this.microphone) return this.take(own, false);
      stopAll(own);
      if (asked === this.asked) await this.open(fail); // another was chosen meanwhile
    } catch (error) {
      if (asked === this.asked) fail({ trouble: troubleOf(error) });
    }
  }

  private release(): void {
    if (this.own) stopAll(this.own);
    this.own = null;
  }

  private change(change: Partial<VoiceState>): void {
    this.store.update((state) => ({ ...state, ...change }));
    const { isListening } = this.store.get();
    for (const track of this.own?.getAudioTracks() ?? []) {
      track.enabled = isListening || this.isSending;
    }
  }

  private greet(own: MediaStream): void {
    if (this.sfu) void this.sfu.begin(own);
    else for (const slot of this.others) this.ways.greet(slot);
  }

  private openSfu(): Sfu {
    return new Sfu({
      say: (message) => this.around.say(message),
      openPeer: () => this.around.openPeer(),
      heard: (slot, stream) => {
        this.comeIn(slot, stream);
        this.count();
      },
      gone: (slot) => {
        this.room?.remove(slot);
        this.count();
      },
    });
  }

  /** Those whose voices may come in. */
  private get slots(): readonly number[] {
    return this.sfu ? this.sfu.heard : this.ways.linked;
  }

  private comeIn(slot: number, stream: MediaStream): void {
    this.room?.add(slot, stream);
    this.hearAs(slot);
  }

  /** As loud as we like it, or not at all. */
  private hearAs(slot: number): void {
    this.room?.turn(slot, this.isHeeded(slot) ? this.volume(slot) : 0);
    this.room?.carry(slot, this.speakers !== null);
  }

  private isHeeded(slot: number): boolean {
    return this.speakers === null || this.speakers.includes(slot);
  }

  private partAll(): void {
    this.ways.partAll();
    this.room?.remove(this.me);
  }

  /** A slot that was left is another person's next. */
  private keepVolumes(of: readonly number[]): void {
    const kept = [...this.volumes.get()].filter(([slot]) => of.includes(slot));
    if (kept.length < this.volumes.get().size) this.volumes.set(new Map(kept));
  }

  private count(): void {
    const { sfu, ways } = this;
    const now = sfu
      ? { connected: sfu.heard, calling: [], stuck: [] }
      : { connected: ways.open, calling: ways.calling, stuck: ways.stuck };
    const { connected, calling, stuck } = this.store.get();
    if (JSON.stringify(now) !== JSON.stringify({ connected, calling, stuck })) this.change(now);
  }
}

/** The browser's own microphone, peers and ears. */
export function browserSurroundings(
  signal: (to: number, data: string) => void,
  say: (message: FromTalkers) => void,
  openPeer: () => RTCPeerConnection,
): VoiceSurroundings {
  return {
    signal,
    say,
    openMicrophone,
    silence,
    openPeer,
    openRoom: () => new HearingRoom(new AudioContext()),
    after: realTiming.after,
  };
}
