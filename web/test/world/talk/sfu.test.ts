import { expect, it, vi } from "vitest";
import type { FromTalkers } from "../../../src/wire/world";
import { Sfu } from "../../../src/world/talk/sfu";

/** A peer that answers at once. */
class Peer extends EventTarget {
  iceGatheringState = "complete";
  connectionState = "new";
  onconnectionstatechange: (() => void) | null = null;
  localDescription: { sdp: string } | null = null;
  isClosed = false;
  readonly tracks = [{ id: "a" }, { id: "b" }];
  addTrack = () => ({ replaceTrack: async () => {} });
  createOffer = async () => ({ type: "offer", sdp: "my offer" });
  setRemoteDescription = async () => {};
  getTransceivers = () => this.tracks.map((track) => ({ receiver: { track } }));
  async setLocalDescription(description?: { sdp: string }): Promise<void> {
    this.localDescription = description ?? { sdp: "my answer" };
  }
  close(): void {
    this.isClosed = true;
  }
}

function talking() {
  const said: FromTalkers[] = [];
  const peers: Peer[] = [];
  const heard = vi.fn();
  const gone = vi.fn();
  vi.stubGlobal("MediaStream", class {});
  const sfu = new Sfu({
    say: (message) => void said.push(message),
    openPeer: () => {
      const peer = new Peer();
      peers.push(peer);
      return peer as unknown as RTCPeerConnection;
    },
    heard: (slot) => heard(slot),
    gone,
  });
  const own = { getAudioTracks: () => [{}] } as unknown as MediaStream;
  return { sfu, said, peers, heard, gone, own };
}

it("asks for voices once its own is taken, and answers what is offered", async () => {
  const { sfu, said, own, heard, gone } = talking();
  sfu.want([1, 2]);
  await sfu.begin(own);
  expect(said).toEqual([{ type: "sfu-offer", sdp: "my offer" }]);
  sfu.hear({ type: "sfu-answered", sdp: "x" });
  await vi.waitFor(() => expect(said.at(-1)).toEqual({ type: "sfu-hear", slots: [1, 2] }));

  sfu.hear({ type: "sfu-offered", sdp: "y", slots: [1, 2] });
  await vi.waitFor(() => expect(said.at(-1)).toEqual({ type: "sfu-answer", sdp: "my answer" }));
  expect(heard.mock.calls).toEqual([[1], [2]]);
  expect(sfu.heard).toEqual([1, 2]);
  sfu.hear({ type: "sfu-offered", sdp: "z", slots: [-1, 2] });
  await vi.waitFor(() => expect(gone.mock.calls).toEqual([[1]]));
  expect(sfu.heard).toEqual([2]);
});

it("begins anew when its way breaks, and says so when it hangs up", async () => {
  const { sfu, said, peers, own } = talking();
  await sfu.begin(own);
  const [first] = peers;
  if (first) first.connectionState = "failed";
  first?.onconnectionstatechange?.();
  await vi.waitFor(() => expect(said).toHaveLength(2));
  expect(first?.isClosed).toBe(true);
  sfu.end();
  expect(said.at(-1)).toEqual({ type: "sfu-leave" });
  expect(peers.every((peer) => peer.isClosed)).toBe(true);
});
