import type { FromTalkers, FromWorld } from "../../wire/world";

export type SfuMessage = Extract<FromWorld, { type: "sfu-answered" | "sfu-offered" }>;

export interface SfuParts {
  say(message: FromTalkers): void;
  openPeer(): RTCPeerConnection;
  /** Somebody's voice comes in. */
  heard(slot: number, stream: MediaStream): void;
  /** It does no more. */
  gone(slot: number): void;
}

const GATHER_MS = 1500; // so long we look for our own addresses; the SFU has one to answer at

/** Our voice to the SFU, and others' from it; the house says whose we may hear. */
export class Sfu {
  private out: RTCPeerConnection | null = null;
  private into: RTCPeerConnection | null = null;
  private sender: RTCRtpSender | null = null;
  private own: MediaStream | null = null;
  private wanted: readonly number[] = [];
  private isTaken = false; // the SFU has our voice
  private slots: readonly number[] = []; // by stream
  private work: Promise<void> = Promise.resolve(); // one after another

  constructor(private readonly parts: SfuParts) {}

  /** Whom we hear. */
  get heard(): readonly number[] {
    return this.slots.filter((slot) => slot >= 0);
  }

  /** Offer our voice; whatever was before is over. */
  async begin(own: MediaStream): Promise<void> {
    this.drop();
    const peer = this.parts.openPeer();
    this.out = peer;
    this.own = own;
    const [track] = own.getAudioTracks();
    this.sender = track ? peer.addTrack(track, own) : null;
    peer.onconnectionstatechange = () => {
      if (peer.connectionState === "failed" && this.out === peer) void this.begin(this.own ?? own);
    };
    await peer.setLocalDescription(await peer.createOffer());
    await gathered(peer);
    const sdp = peer.localDescription?.sdp;
    if (sdp && this.out === peer) this.parts.say({ type: "sfu-offer", sdp });
  }

  /** Send another track from now on. */
  send(own: MediaStream): void {
    this.own = own;
    void this.sender?.replaceTrack(own.getAudioTracks()[0] ?? null).catch(() => {}); // closed
  }

  /** Whom we want to hear. */
  want(slots: readonly number[]): void {
    if (slots.join() === this.wanted.join()) return;
    this.wanted = slots;
    this.ask();
  }

  hear(message: SfuMessage): void {
    const take = message.type === "sfu-answered" ? this.answered(message) : this.offered(message);
    this.work = this.work.then(take).catch(() => {}); // a description of a way that is over
  }

  /** Hang up. */
  end(): void {
    if (this.out) this.parts.say({ type: "sfu-leave" });
    this.drop();
  }

  /** Let go of both ways, and say nothing. */
  drop(): void {
    for (const slot of this.heard) this.parts.gone(slot);
    for (const peer of [this.out, this.into]) peer?.close();
    this.out = this.into = this.sender = null;
    this.slots = [];
    this.isTaken = false;
  }

  private answered({ sdp }: { sdp: string }): () => Promise<void> {
    return async () => {
      await this.out?.setRemoteDescription({ type: "answer", sdp });
      this.isTaken = true;
      this.ask();
    };
  }

  private offered({ sdp, slots }: { sdp: string; slots: readonly number[] }) {
    return async () => {
      const isFirst = !this.into;
      this.into ??= this.parts.openPeer();
      const peer = this.into;
      await peer.setRemoteDescription({ type: "offer", sdp });
      await peer.setLocalDescription();
      if (isFirst) await gathered(peer);
      const answer = peer.localDescription?.sdp;
      if (!answer || this.into !== peer) return;
      this.parts.say({ type: "sfu-answer", sdp: answer });
      this.sort(peer, slots);
    };
  }

  /** Whose voice each stream is now; a stream may have been another's. */
  private sort(peer: RTCPeerConnection, slots: readonly number[]): void {
    const before = this.slots;
    this.slots = slots;
    for (const slot of before) if (slot >= 0 && !slots.includes(slot)) this.parts.gone(slot);
    for (const [i, transceiver] of peer.getTransceivers().entries()) {
      const slot = slots[i] ?? -1;
      if (slot < 0 || before[i] === slot) continue;
      this.parts.heard(slot, new MediaStream([transceiver.receiver.track]));
    }
  }

  private ask(): void {
    if (this.isTaken) this.parts.say({ type: "sfu-hear", slots: this.wanted });
  }
}

/** Until our own addresses are known, or it takes too long. */
function gathered(peer: RTCPeerConnection): Promise<void> {
  if (peer.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((then) => {
    setTimeout(then, GATHER_MS);
    peer.addEventListener("icegatheringstatechange", () => {
      if (peer.iceGatheringState === "complete") then();
    });
  });
}
