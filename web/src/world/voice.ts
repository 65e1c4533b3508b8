import { Store } from "../kit/store";

/** What two browsers tell each other to find a way for their voices; handed on unread. */
interface Note {
  readonly hello?: true; // I can hear you now, if you want to talk
  readonly bye?: true;
  readonly description?: RTCSessionDescriptionInit;
  readonly candidate?: RTCIceCandidateInit | null;
}

export interface VoiceState {
  /** "denied": the person or the browser refuses the microphone; "absent": there is none. */
  readonly state: "off" | "asking" | "on" | "denied" | "absent";
  readonly isMuted: boolean;
  /** Slots we are connected with. */
  readonly connected: readonly number[];
  /** Slots that speak right now; our own is `me`. */
  readonly speaking: readonly number[];
}

/** What the voice needs of its surroundings; a test hands in others. */
export interface VoiceSurroundings {
  /** Hand a note to one person in this place. */
  signal(to: number, data: string): void;
  openMicrophone(): Promise<MediaStream>;
  openPeer(): RTCPeerConnection;
  openRoom(): VoiceRoom;
}

/** Where voices are heard from. */
export interface VoiceRoom {
  add(slot: number, stream: MediaStream): void;
  addOwn(slot: number, stream: MediaStream): void;
  remove(slot: number): void;
  place(slot: number, x: number, y: number, z: number): void;
  listen(x: number, y: number, z: number, yaw: number): void;
  speaking(): number[];
  /** How loud somebody is, from 0 to 2 times. */
  turn(slot: number, volume: number): void;
  /** How loud somebody is right now, 0 … 1. */
  loudness(slot: number): number;
  dispose(): void;
}

const OFF: VoiceState = { state: "off", isMuted: false, connected: [], speaking: [] };
const LOOK_S = 0.2; // how often we look who speaks

/**
 * Voices of the people in one place, from browser to browser; the server only hands notes on.
 *
 * Both sides may begin at once: the lower slot gives way ("perfect negotiation",
 * https://w3c.github.io/webrtc-pc/#perfect-negotiation-example).
 */
export class Voice {
  readonly store = new Store<VoiceState>(OFF);
  private readonly links = new Map<number, Link>();
  private others: readonly number[] = [];
  private microphone: MediaStream | null = null;
  private room: VoiceRoom | null = null;
  private me = -1;
  private sinceLook = 0;
  private readonly volumes = new Map<number, number>();

  constructor(private readonly around: VoiceSurroundings) {}

  /**
   * We came into a place, or others came near or went: who we are there, and with whom we talk.
   *
   * @param here everybody in this place; to those who only went away from us we say goodbye.
   */
  meet(me: number, others: readonly number[], here: readonly number[] = others): void {
    if (me !== this.me) this.partAll();
    for (const slot of [...this.links.keys()].filter((one) => !others.includes(one))) {
      if (here.includes(slot)) this.send(slot, { bye: true });
      this.part(slot);
    }
    for (const slot of [...this.volumes.keys()]) {
      if (!here.includes(slot)) this.volumes.delete(slot); // another person's next
    }
    const fresh = me === this.me ? others.filter((o) => !this.others.includes(o)) : others;
    const moved = me !== this.me;
    this.me = me;
    this.others = others;
    if (!this.microphone) return;
    if (moved) this.room?.addOwn(me, this.microphone);
    for (const slot of fresh) this.send(slot, { hello: true });
  }

  /** Ask for the microphone and greet everybody here. */
  async join(): Promise<void> {
    const { state } = this.store.get();
    if (state === "on" || state === "asking") return;
    this.store.set({ ...OFF, state: "asking" });
    try {
      this.microphone = await this.around.openMicrophone();
    } catch (error) {
      const isRefusal = error instanceof DOMException && error.name === "NotAllowedError";
      this.store.set({ ...OFF, state: isRefusal ? "denied" : "absent" });
      return;
    }
    this.room = this.around.openRoom();
    this.room.addOwn(this.me, this.microphone);
    this.store.set({ ...OFF, state: "on" });
    for (const slot of this.others) this.send(slot, { hello: true });
  }

  /** Let go of the microphone and of everybody. */
  leave(): void {
    for (const slot of this.links.keys()) this.send(slot, { bye: true });
    this.partAll();
    for (const track of this.microphone?.getTracks() ?? []) track.stop();
    this.microphone = null;
    this.room?.dispose();
    this.room = null;
    this.store.set(OFF);
  }

  mute(isMuted: boolean): void {
    for (const track of this.microphone?.getAudioTracks() ?? []) track.enabled = !isMuted;
    this.store.update((state) => ({ ...state, isMuted }));
  }

  /** Take in a note from somebody in this place; one that cannot be read is passed over. */
  async hear(from: number, data: string): Promise<void> {
    const note = readNote(data);
    if (!note || !this.microphone || !this.others.includes(from)) return;
    if (note.bye) return this.part(from);
    const isNew = !this.links.has(from);
    const link = this.links.get(from) ?? this.link(from, this.microphone);
    // Who greets may not have heard us greet: a link of our own making negotiates by itself.
    if (note.hello) return isNew ? undefined : link.again();
    await link.hear(note);
  }

  /** Make somebody louder or softer for our own ears; 0 is not heard at all. */
  turn(slot: number, volume: number): void {
    this.volumes.set(slot, volume);
    this.room?.turn(slot, volume);
  }

  volume(slot: number): number {
    return this.volumes.get(slot) ?? 1;
  }

  /** Somebody's mouth, in metres; our own slot moves the ears. */
  place(slot: number, x: number, y: number, z: number, yaw: number): void {
    if (slot === this.me) this.room?.listen(x, y, z, yaw);
    else this.room?.place(slot, x, y, z);
  }

  /** How loud somebody is heard right now, 0 … 1; nobody is heard while the voice is off. */
  loudness(slot: number): number {
    if (slot === this.me && this.store.get().isMuted) return 0;
    return this.room?.loudness(slot) ?? 0;
  }

  update(dt: number): void {
    this.sinceLook += dt;
    if (!this.room || this.sinceLook < LOOK_S) return;
    this.sinceLook = 0;
    const muted = this.store.get().isMuted;
    const speaking = this.room.speaking().filter((slot) => slot !== this.me || !muted);
    if (speaking.join() !== this.store.get().speaking.join()) {
      this.store.update((state) => ({ ...state, speaking }));
    }
  }

  dispose(): void {
    this.leave();
  }

  private link(slot: number, microphone: MediaStream): Link {
    const link = new Link(this.around.openPeer(), this.me < slot, microphone, {
      send: (note) => this.send(slot, note),
      heard: (stream) => {
        this.room?.add(slot, stream);
        this.room?.turn(slot, this.volume(slot));
      },
      changed: () => this.count(),
      failed: () => this.part(slot),
    });
    this.links.set(slot, link);
    return link;
  }

  private part(slot: number): void {
    this.links.get(slot)?.close();
    this.links.delete(slot);
    this.room?.remove(slot);
    this.count();
  }

  private partAll(): void {
    for (const slot of [...this.links.keys()]) this.part(slot);
    this.volumes.clear();
    this.room?.remove(this.me);
  }

  private count(): void {
    const connected = [...this.links].filter(([, link]) => link.isOpen).map(([slot]) => slot);
    if (connected.join() === this.store.get().connected.join()) return;
    this.store.update((state) => ({ ...state, connected }));
  }

  private send(to: number, note: Note): void {
    this.around.signal(to, JSON.stringify(note));
  }
}

interface LinkListener {
  send(note: Note): void;
  heard(stream: MediaStream): void;
  changed(): void;
  failed(): void;
}

/** The way to one other person. */
class Link {
  private isOffering = false;
  private isIgnoring = false;

  constructor(
    private readonly peer: RTCPeerConnection,
    private readonly isPolite: boolean,
    microphone: MediaStream,
    private readonly listener: LinkListener,
  ) {
    peer.onnegotiationneeded = () => void this.offer();
    peer.onicecandidate = ({ candidate }) =>
      listener.send({ candidate: candidate?.toJSON() ?? null });
    peer.ontrack = ({ streams, track }) => listener.heard(streams[0] ?? new MediaStream([track]));
    peer.onconnectionstatechange = () => {
      if (peer.connectionState === "failed") listener.failed();
      else listener.changed();
    };
    for (const track of microphone.getAudioTracks()) peer.addTrack(track, microphone);
  }

  get isOpen(): boolean {
    return this.peer.connectionState === "connected";
  }

  /** The other side begins anew, or never heard our first offer. */
  again(): void {
    if (!this.isOpen && this.peer.signalingState === "have-local-offer") void this.offer();
  }

  async hear(note: Note): Promise<void> {
    const { description, candidate } = note;
    if (description) {
      const isBusy = this.isOffering || this.peer.signalingState !== "stable";
      this.isIgnoring = !this.isPolite && description.type === "offer" && isBusy;
      if (this.isIgnoring) return;
      await this.peer.setRemoteDescription(description);
      if (description.type === "offer") {
        await this.peer.setLocalDescription();
        this.tell();
      }
    } else if (candidate && !this.isIgnoring) {
      await this.peer.addIceCandidate(candidate).catch(() => {}); // one way fewer; others remain
    }
  }

  close(): void {
    this.peer.onconnectionstatechange = null;
    this.peer.close();
  }

  private async offer(): Promise<void> {
    this.isOffering = true;
    try {
      await this.peer.setLocalDescription();
      this.tell();
    } finally {
      this.isOffering = false;
    }
  }

  private tell(): void {
    const description = this.peer.localDescription;
    if (description) this.listener.send({ description: description.toJSON() });
  }
}

function readNote(data: string): Note | null {
  try {
    const note: unknown = JSON.parse(data);
    return typeof note === "object" && note !== null ? (note as Note) : null;
  } catch {
    return null;
  }
}

const FULL = 0.2; // of one who speaks up
const LOUD = 0.02; // root mean square of a voice that is heard, of 1

/** Each voice comes from where its avatar stands; the nearer, the louder. */
export class HearingRoom implements VoiceRoom {
  private readonly voices = new Map<
    number,
    { ear: AnalyserNode; end: () => void; at?: PannerNode; loud?: GainNode }
  >();
  private readonly samples = new Float32Array(512);

  constructor(private readonly context: AudioContext) {
    void context.resume();
  }

  add(slot: number, stream: MediaStream): void {
    this.remove(slot);
    // Chromium moves a remote stream only while an element plays it, even in silence.
    const player = new Audio();
    player.srcObject = stream;
    player.muted = true;
    void player.play().catch(() => {});
    const source = this.context.createMediaStreamSource(stream);
    const ear = this.context.createAnalyser();
    ear.fftSize = this.samples.length;
    const at = new PannerNode(this.context, {
      panningModel: "HRTF",
      distanceModel: "inverse",
      refDistance: 2,
      rolloffFactor: 1,
    });
    const loud = this.context.createGain();
    source.connect(ear).connect(at).connect(loud).connect(this.context.destination);
    const end = () => {
      source.disconnect();
      ear.disconnect();
      at.disconnect();
      loud.disconnect();
      player.srcObject = null;
    };
    this.voices.set(slot, { ear, at, loud, end });
  }

  /** Our own voice is looked at and never played. */
  addOwn(slot: number, stream: MediaStream): void {
    this.remove(slot);
    const source = this.context.createMediaStreamSource(stream);
    const ear = this.context.createAnalyser();
    ear.fftSize = this.samples.length;
    source.connect(ear);
    this.voices.set(slot, { ear, end: () => source.disconnect() });
  }

  remove(slot: number): void {
    this.voices.get(slot)?.end();
    this.voices.delete(slot);
  }

  place(slot: number, x: number, y: number, z: number): void {
    const at = this.voices.get(slot)?.at;
    if (!at) return;
    at.positionX.value = x;
    at.positionY.value = y;
    at.positionZ.value = z;
  }

  listen(x: number, y: number, z: number, yaw: number): void {
    const { listener } = this.context;
    if (!listener.positionX) return; // a browser without movable ears hears everybody straight
    listener.positionX.value = x;
    listener.positionY.value = y;
    listener.positionZ.value = z;
    listener.forwardX.value = -Math.sin(yaw);
    listener.forwardY.value = 0;
    listener.forwardZ.value = -Math.cos(yaw);
  }

  turn(slot: number, volume: number): void {
    const loud = this.voices.get(slot)?.loud;
    if (loud) loud.gain.value = volume;
  }

  speaking(): number[] {
    return [...this.voices].filter(([, { ear }]) => this.hear(ear) > LOUD).map(([slot]) => slot);
  }

  dispose(): void {
    for (const slot of [...this.voices.keys()]) this.remove(slot);
    void this.context.close();
  }

  loudness(slot: number): number {
    const ear = this.voices.get(slot)?.ear;
    return ear ? Math.min(1, this.hear(ear) / FULL) : 0;
  }

  private hear(ear: AnalyserNode): number {
    ear.getFloatTimeDomainData(this.samples);
    let sum = 0;
    for (const sample of this.samples) sum += sample * sample;
    return Math.sqrt(sum / this.samples.length);
  }
}

/** The browser's own microphone, peers and ears. */
export function browserSurroundings(
  signal: (to: number, data: string) => void,
  iceServers: RTCIceServer[] = [],
): VoiceSurroundings {
  return {
    signal,
    openMicrophone: () =>
      navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      }),
    openPeer: () => new RTCPeerConnection({ iceServers }),
    openRoom: () => new HearingRoom(new AudioContext()),
  };
}
