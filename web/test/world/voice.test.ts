import { describe, expect, it } from "vitest";
import type { FromTalkers } from "../../src/wire/world";
import { voiceStateOf } from "../../src/world/talk/words";
import { Voice, type VoiceRoom } from "../../src/world/voice";

/**
 * A peer that only remembers what was done with it: the real one is met in the journeys.
 *
 * Like the real one it takes any answer, and opens only by the answer to its own offer.
 */
class Peer {
  static count = 0;
  static readonly answering = new Map<string, Peer>();
  onicecandidate: ((event: { candidate: null }) => void) | null = null;
  ontrack: unknown = null;
  onconnectionstatechange: (() => void) | null = null;
  signalingState = "stable";
  connectionState = "new";
  localDescription: { type: string; toJSON(): object } | null = null;
  readonly heard: string[] = [];
  isClosed = false;

  readonly sent: unknown[] = [];
  private sdp = "";

  addTrack(track: unknown): object {
    this.sent.push(track);
    return { replaceTrack: async (next: unknown) => this.sent.push(next) };
  }
  async setLocalDescription(): Promise<void> {
    const type = this.signalingState === "have-remote-offer" ? "answer" : "offer";
    this.signalingState = type === "offer" ? "have-local-offer" : "stable";
    if (type === "offer") this.sdp = `${++Peer.count}`;
    else Peer.answering.set(this.sdp, this);
    const { sdp } = this;
    this.localDescription = { type, toJSON: () => ({ type, sdp }) };
  }
  async setRemoteDescription({ type, sdp }: { type: string; sdp: string }): Promise<void> {
    if (type === "answer" && this.signalingState !== "have-local-offer") throw new Error("early");
    this.heard.push(type);
    this.signalingState = type === "offer" ? "have-remote-offer" : "stable";
    const other = Peer.answering.get(sdp);
    if (type === "offer") this.sdp = sdp;
    else if (sdp === this.sdp && other && !other.isClosed && !this.isClosed) {
      for (const one of [this, other]) one.become("connected");
    }
  }
  async addIceCandidate(): Promise<void> {}
  become(state: string): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
  close(): void {
    this.isClosed = true;
    this.signalingState = "closed";
  }
}

class Track {
  enabled = true;
  isStopped = false;
  onended: (() => void) | null = null;
  stop(): void {
    this.isStopped = true;
  }
  clone(): Track {
    return Object.assign(new Track(), { enabled: this.enabled, from: this });
  }
}

const silence: VoiceRoom = {
  add: () => {},
  addOwn: () => {},
  remove: () => {},
  place: () => {},
  listen: () => {},
  speaking: () => [],
  turn: () => {},
  carry: () => {},
  loudness: () => 0,
  level: () => 0,
  dispose: () => {},
};

function someone(slot: number, post: (from: number, to: number, data: string) => void) {
  const peers: Peer[] = [];
  const track = new Track();
  const quiet = new Track();
  const streamOf = (one: Track) => {
    const stream = { getTracks: () => [one], getAudioTracks: () => [one] };
    return stream as unknown as MediaStream;
  };
  const gate = { opened: Promise.resolve(), open: () => {} };
  gate.opened = new Promise((open) => {
    gate.open = open;
  });
  const asked: string[] = [];
  const said: FromTalkers[] = [];
  const { after, pass } = clock();
  const voice = new Voice({
    after,
    signal: (to, data) => post(slot, to, data),
    say: (message) => void said.push(message),
    openMicrophone: async (id) => {
      asked.push(id);
      if (id === "slow") await gate.opened;
      if (id === "gone") throw new DOMException("", "NotReadableError");
      return streamOf(track);
    },
    silence: () => streamOf(quiet),
    openPeer: () => {
      const peer = new Peer();
      peers.push(peer);
      return peer as unknown as RTCPeerConnection;
    },
    openRoom: () => silence,
  });
  return { voice, peers, track, quiet, asked, said, gate, pass };
}

/** Time that passes when it is told to. */
function clock() {
  let now = 0;
  const waiting: { at: number; then: () => void }[] = [];
  const after = (ms: number, then: () => void) => {
    const one = { at: now + ms, then };
    waiting.push(one);
    return () => void waiting.splice(waiting.indexOf(one), waiting.includes(one) ? 1 : 0);
  };
  function pass(ms: number): void {
    now += ms;
    for (const one of waiting.filter(({ at }) => at <= now)) {
      waiting.splice(waiting.indexOf(one), 1);
      one.then();
    }
  }
  return { after, pass };
}

/** Two people in one place; notes travel until none is under way. */
function two() {
  const queue: [number, number, string][] = [];
  const post = (from: number, to: number, data: string) => void queue.push([from, to, data]);
  const a = someone(1, post);
  const b = someone(2, post);
  a.voice.meet(1, [2]);
  b.voice.meet(2, [1]);
  async function deliver(): Promise<void> {
    const next = queue.shift();
    if (next) await (next[1] === 1 ? a : b).voice.hear(next[0], next[2]);
  }
  async function settle(): Promise<void> {
    for (let rounds = 0; rounds < 50; rounds++) {
      await Promise.resolve();
      await deliver();
    }
  }
  const areTalking = () =>
    a.voice.store.get().connected.join() === "2" && b.voice.store.get().connected.join() === "1";
  return { a, b, queue, deliver, settle, areTalking };
}

/** Numbers from 0 to 1 that are the same every time. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

describe("voice", () => {
  it("calls nobody before the microphone is open", async () => {
    const { a, b, settle } = two();
    await a.voice.join();
    await settle();
    expect(a.peers).toHaveLength(0);
    expect(b.peers).toHaveLength(0);
  });

  it("connects two who both want to talk, once, whoever comes first", async () => {
    const { a, b, settle, areTalking } = two();
    await a.voice.join();
    await settle();
    await b.voice.join();
    await settle();
    expect([a.peers.length, b.peers.length]).toEqual([1, 1]);
    expect(areTalking()).toBe(true);
  });

  it("lets one of two offer, also when both begin at once", async () => {
    const { a, b, settle, areTalking } = two();
    await Promise.all([a.voice.join(), b.voice.join()]);
    await settle();
    expect([a, b].map(({ peers }) => peers.flatMap(({ heard }) => heard))).toEqual([
      ["offer"],
      ["answer"],
    ]);
    expect(areTalking()).toBe(true);
  });

  it("finds a way whatever crosses on the way when two part and meet again and again", async () => {
    for (let seed = 1; seed <= 300; seed++) {
      const { a, b, queue, deliver, settle, areTalking } = two();
      const random = mulberry(seed);
      await Promise.all([a.voice.join(), b.voice.join()]);
      for (let steps = 0; steps < 25; steps++) {
        const dice = random();
        if (dice < 0.1) a.voice.meet(1, [], random() < 0.5 ? [2] : [], [2]);
        else if (dice < 0.2) b.voice.meet(2, [], random() < 0.5 ? [1] : [], [1]);
        else if (dice < 0.35) a.voice.meet(1, [2]);
        else if (dice < 0.5) b.voice.meet(2, [1]);
        else if (dice < 0.55) a.voice.leave();
        else if (dice < 0.65) await a.voice.join();
        else if (dice < 0.8) void deliver();
        else {
          // The two directions keep their own order, and none between them.
          const from = random() < 0.5 ? 1 : 2;
          queue.sort((one, other) => Number(other[0] === from) - Number(one[0] === from));
          await deliver();
        }
      }
      a.voice.meet(1, [2]);
      b.voice.meet(2, [1]);
      await a.voice.join();
      await settle();
      expect(areTalking(), `seed ${seed}`).toBe(true);
    }
  });

  it("begins anew when no way opens, says so, and does not lose the other on the way", async () => {
    const { a, b, queue, deliver, settle, areTalking } = two();
    await a.voice.join();
    await b.voice.join();
    const isAnswer = ([, , data]: [number, number, string]) => data.includes('"answer"');
    async function settleWithoutAnswers(): Promise<void> {
      for (let rounds = 0; rounds < 50; rounds++) {
        queue.splice(0, queue.length, ...queue.filter((note) => !isAnswer(note)));
        await deliver();
        await Promise.resolve();
      }
    }
    await settleWithoutAnswers();
    expect(b.voice.store.get()).toMatchObject({ connected: [], calling: [1], stuck: [] });
    for (const wait of [10_000, 1000, 20_000, 2000]) {
      b.pass(wait);
      await settleWithoutAnswers();
    }
    expect(b.voice.store.get()).toMatchObject({ connected: [], calling: [1], stuck: [1] });

    b.pass(40_000);
    b.pass(4000);
    await settle();
    expect(areTalking()).toBe(true);
    expect(b.voice.store.get()).toMatchObject({ calling: [], stuck: [] });
  });

  it("tries no more with one who hangs up before the next try", async () => {
    const { a, b, settle } = two();
    await Promise.all([a.voice.join(), b.voice.join()]);
    await settle();
    b.peers[0]?.become("failed");
    expect(b.voice.store.get().calling).toEqual([1]);
    a.voice.leave();
    await settle();
    b.pass(60_000);
    await settle();
    expect(b.voice.store.get()).toMatchObject({ connected: [], calling: [], stuck: [] });
    expect(b.peers).toHaveLength(1);
  });

  it("finds a new way when the one that stood breaks", async () => {
    const { a, b, settle, areTalking } = two();
    await Promise.all([a.voice.join(), b.voice.join()]);
    await settle();
    a.peers[0]?.become("failed");
    expect(areTalking()).toBe(false);
    a.pass(1000);
    await settle();
    expect(areTalking()).toBe(true);
    expect(b.peers[0]?.isClosed).toBe(true);
  });

  it("lets go of whoever leaves the place", async () => {
    const { a, b, settle } = two();
    await a.voice.join();
    await b.voice.join();
    await settle();
    b.voice.meet(2, []);
    expect(b.peers.every((peer) => peer.isClosed)).toBe(true);
    expect(b.voice.store.get().connected).toEqual([]);
  });

  it("says goodbye to one who only went out of earshot, and talks again when they come back", async () => {
    const { a, b, settle } = two();
    await a.voice.join();
    await b.voice.join();
    await settle();
    a.voice.meet(1, [], [2]);
    await settle();
    expect(b.peers.every((peer) => peer.isClosed)).toBe(true);

    b.voice.meet(2, [], [1]);
    a.voice.meet(1, [2], [2]);
    b.voice.meet(2, [1], [1]);
    await settle();
    expect(b.peers.some((peer) => !peer.isClosed)).toBe(true);
  });

  it("silences the microphone when muted and frees it when one leaves", async () => {
    const { a } = two();
    await a.voice.join();
    a.voice.mute(true);
    expect(a.track.enabled).toBe(false);
    a.voice.leave();
    expect(a.track.isStopped).toBe(true);
    expect(a.voice.store.get().state).toBe("off");
  });

  it("gives a copy of what others hear, with a life of its own, and of nothing else", async () => {
    const { a } = two();
    expect(a.voice.copyTrack()).toBeNull();
    a.voice.listen();
    expect(a.voice.copyTrack()).toBeNull();
    const early: (MediaStreamTrack | null)[] = [];
    a.voice.store.subscribe(() => early.push(a.voice.copyTrack()));

    await a.voice.join();

    expect(early.at(-1)).toMatchObject({ enabled: true, from: a.track });
    early.at(-1)?.stop();
    expect(a.track.isStopped).toBe(false);
    a.voice.mute(true);
    expect(a.voice.copyTrack()).toBeNull();
  });

  it("says why there is no microphone: refused, missing, busy, or an open line", async () => {
    for (const [name, trouble] of [
      ["NotAllowedError", "denied"],
      ["NotFoundError", "absent"],
      ["NotReadableError", "busy"],
      ["InsecureError", "unsafe"],
    ] as const) {
      const voice = new Voice({
        signal: () => {},
        say: () => {},
        openMicrophone: () => Promise.reject(new DOMException("", name)),
        silence: () => new MediaStream(),
        openPeer: () => new Peer() as unknown as RTCPeerConnection,
        openRoom: () => silence,
        after: () => () => {},
      });
      await voice.join();
      expect(voice.store.get()).toMatchObject({ state: "off", trouble });
      expect(voiceStateOf(voice.store.get())).toBe(trouble);
    }
  });

  it("is heard, with push to talk, only while it is held", async () => {
    const { a } = two();
    a.voice.push(true);
    await a.voice.join();
    expect(a.track.enabled).toBe(false);
    a.voice.hold(true);
    expect(a.track.enabled).toBe(true);
    a.voice.mute(true);
    expect(a.track.enabled).toBe(false);
    a.voice.mute(false);
    a.voice.hold(false);
    expect(a.track.enabled).toBe(false);
    expect(voiceStateOf(a.voice.store.get())).toBe("waiting");
  });

  it("on stage sends nothing without the word, and plays nobody who has it not", async () => {
    const { a, b, settle } = two();
    const turned: [number, number][] = [];
    const carried: [number, boolean][] = [];
    silence.turn = (slot, volume) => void turned.push([slot, volume]);
    silence.carry = (slot, is) => void carried.push([slot, is]);
    await a.voice.join();
    await b.voice.join();
    await settle();
    a.voice.heed([2]);
    expect(a.track.enabled).toBe(false);
    expect(voiceStateOf(a.voice.store.get())).toBe("gated");
    expect(turned.at(-1)).toEqual([2, 1]);
    expect(carried.at(-1)).toEqual([2, true]);

    a.voice.heed([1]);
    expect(a.track.enabled).toBe(true);
    expect(turned.at(-1)).toEqual([2, 0]);
    a.voice.turn(2, 0.5);
    expect(turned.at(-1)).toEqual([2, 0]);
    a.voice.heed(null);
    expect(turned.at(-1)).toEqual([2, 0.5]);
    expect(carried.at(-1)).toEqual([2, false]);
  });

  it("hears the others without a microphone, and opens one later on the same way", async () => {
    const { a, b, settle } = two();
    a.voice.listen();
    await b.voice.join();
    await settle();
    expect(a.peers).toHaveLength(1);
    expect(a.peers[0]?.sent).toEqual([a.quiet]);

    await a.voice.join();
    expect(a.peers).toHaveLength(1);
    expect(a.peers[0]?.sent).toEqual([a.quiet, a.track]);
    expect(a.voice.store.get()).toMatchObject({ state: "on", isListening: false });
  });

  it("goes on listening when the microphone is unplugged or another one will not open", async () => {
    const { a, b, settle } = two();
    await a.voice.join();
    await b.voice.join();
    await settle();
    a.track.onended?.();
    expect(a.voice.store.get()).toMatchObject({ isListening: true, trouble: "unplugged" });

    await a.voice.join();
    await a.voice.use("gone");
    expect(a.asked).toEqual(["", "", "gone"]);
    expect(a.voice.store.get()).toMatchObject({ isListening: true, trouble: "busy" });
    expect(b.peers.every((peer) => !peer.isClosed)).toBe(true);
  });

  it("lets go of a microphone that opens after one hung up", async () => {
    const { a } = two();
    const opening = a.voice.join();
    a.voice.leave();
    await opening;
    expect(a.track.isStopped).toBe(true);
    expect(a.voice.store.get().state).toBe("off");
  });

  it("passes over notes that cannot be read and people who are not here", async () => {
    const { a } = two();
    await a.voice.join();
    await a.voice.hear(2, "not json");
    await a.voice.hear(2, "7");
    await a.voice.hear(2, '{"hello":7}');
    await a.voice.hear(99, '{"hello":"1-a"}');
    expect(a.peers).toHaveLength(0);
  });

  it("keeps somebody silent for our ears through hanging up, a private word, and a mute", async () => {
    const { a } = two();
    await a.voice.join();
    a.voice.turn(2, 0);
    a.voice.leave();
    expect(a.voice.volume(2)).toBe(0);

    a.voice.meet(1, [], [], [2]); // they are here, and speak privately
    a.voice.meet(1, [2], [2], [2]);
    expect(a.voice.volume(2)).toBe(0);

    a.voice.meet(1, [], [], []);
    expect(a.voice.volume(2)).toBe(1);
    a.voice.turn(2, 0);
    a.voice.meet(-1, []);
    expect(a.voice.volume(2)).toBe(1);
  });

  it("holds nothing any more once the microphone is unplugged, or muted", async () => {
    const { a } = two();
    a.voice.push(true);
    await a.voice.join();
    a.voice.hold(true);
    a.track.onended?.();
    expect(a.voice.store.get().isHeld).toBe(false);
    await a.voice.join();
    expect(a.voice.isSending).toBe(false);

    a.voice.hold(true);
    a.voice.mute(true);
    a.voice.mute(false);
    expect(a.voice.isSending).toBe(false);
  });

  it("meets whoever comes while another microphone opens", async () => {
    const { a, b, settle } = two();
    await a.voice.join();
    const using = a.voice.use("slow");
    await b.voice.join();
    await settle();
    a.gate.open();
    await using;
    expect(a.peers).toHaveLength(1);
    expect(a.peers[0]?.sent.at(-1)).toBe(a.track);
    expect(a.voice.store.get().isListening).toBe(false);
  });

  it("opens the microphone that was chosen while it asked for another", async () => {
    const { a } = two();
    const opening = a.voice.join();
    await a.voice.use("desk");
    await opening;
    expect(a.asked).toEqual(["", "desk"]);
    expect(a.voice.store.get()).toMatchObject({ state: "on", isListening: false });
  });
});
