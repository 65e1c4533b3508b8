import { describe, expect, it } from "vitest";
import type { FromTalkers } from "../../src/wire/world";
import { voiceStateOf } from "../../src/world/talk/words";
import { Voice, type VoiceRoom } from "../../src/world/voice";

/** A peer that only remembers what was done with it: the real one is met in the journeys. */
class Peer {
  onnegotiationneeded: (() => void) | null = null;
  onicecandidate: ((event: { candidate: null }) => void) | null = null;
  ontrack: unknown = null;
  onconnectionstatechange: (() => void) | null = null;
  signalingState = "stable";
  connectionState = "new";
  localDescription: { type: string; toJSON(): object } | null = null;
  readonly heard: string[] = [];
  isClosed = false;

  readonly sent: unknown[] = [];

  addTrack(track: unknown): object {
    this.sent.push(track);
    queueMicrotask(() => this.onnegotiationneeded?.());
    return { replaceTrack: async (next: unknown) => this.sent.push(next) };
  }
  async setLocalDescription(): Promise<void> {
    const type = this.signalingState === "have-remote-offer" ? "answer" : "offer";
    this.signalingState = type === "offer" ? "have-local-offer" : "stable";
    this.localDescription = { type, toJSON: () => ({ type, sdp: "x" }) };
  }
  async setRemoteDescription({ type }: { type: string }): Promise<void> {
    this.heard.push(type);
    this.signalingState = type === "offer" ? "have-remote-offer" : "stable";
    if (type === "answer") this.become("connected");
  }
  async addIceCandidate(): Promise<void> {}
  become(state: string): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
  close(): void {
    this.isClosed = true;
  }
}

class Track {
  enabled = true;
  isStopped = false;
  onended: (() => void) | null = null;
  stop(): void {
    this.isStopped = true;
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
  const voice = new Voice({
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
  return { voice, peers, track, quiet, asked, said, gate };
}

/** Two people in one place; notes travel until none is under way. */
function two() {
  const queue: [number, number, string][] = [];
  const post = (from: number, to: number, data: string) => void queue.push([from, to, data]);
  const a = someone(1, post);
  const b = someone(2, post);
  a.voice.meet(1, [2]);
  b.voice.meet(2, [1]);
  async function settle(): Promise<void> {
    for (let rounds = 0; rounds < 50; rounds++) {
      await Promise.resolve();
      const next = queue.shift();
      if (next) await (next[1] === 1 ? a : b).voice.hear(next[0], next[2]);
    }
  }
  return { a, b, settle };
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
    const { a, b, settle } = two();
    await a.voice.join();
    await settle();
    await b.voice.join();
    await settle();
    expect([a.peers.length, b.peers.length]).toEqual([1, 1]);
    const states = [a, b].map(({ voice }) => voice.store.get().connected.length);
    expect(Math.max(...states)).toBe(1);
  });

  it("gives way on the lower slot when both begin at once", async () => {
    const { a, b, settle } = two();
    await Promise.all([a.voice.join(), b.voice.join()]);
    await settle();
    const answers = [...a.peers, ...b.peers].flatMap((peer) => peer.heard);
    expect(answers.filter((type) => type === "answer")).toHaveLength(1);
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
    await a.voice.hear(99, '{"hello":true}');
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
