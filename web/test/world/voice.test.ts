import { describe, expect, it } from "vitest";
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

  addTrack(): void {
    queueMicrotask(() => this.onnegotiationneeded?.());
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
  loudness: () => 0,
  dispose: () => {},
};

function someone(slot: number, post: (from: number, to: number, data: string) => void) {
  const peers: Peer[] = [];
  const track = new Track();
  const microphone = { getTracks: () => [track], getAudioTracks: () => [track] };
  const voice = new Voice({
    signal: (to, data) => post(slot, to, data),
    openMicrophone: async () => microphone as unknown as MediaStream,
    openPeer: () => {
      const peer = new Peer();
      peers.push(peer);
      return peer as unknown as RTCPeerConnection;
    },
    openRoom: () => silence,
  });
  return { voice, peers, track };
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

  it("says when the microphone is refused or missing", async () => {
    for (const [name, state] of [
      ["NotAllowedError", "denied"],
      ["NotFoundError", "absent"],
    ] as const) {
      const voice = new Voice({
        signal: () => {},
        openMicrophone: () => Promise.reject(new DOMException("", name)),
        openPeer: () => new Peer() as unknown as RTCPeerConnection,
        openRoom: () => silence,
      });
      await voice.join();
      expect(voice.store.get().state).toBe(state);
    }
  });

  it("passes over notes that cannot be read and people who are not here", async () => {
    const { a } = two();
    await a.voice.join();
    await a.voice.hear(2, "not json");
    await a.voice.hear(2, "7");
    await a.voice.hear(99, '{"hello":true}');
    expect(a.peers).toHaveLength(0);
  });
});
