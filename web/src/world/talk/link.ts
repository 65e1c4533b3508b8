/** What the two ends of a link tell each other. */
export interface LinkNote {
  readonly description?: RTCSessionDescriptionInit;
  readonly candidate?: RTCIceCandidateInit;
}

export interface LinkListener {
  send(note: LinkNote): void;
  heard(stream: MediaStream): void;
  /** It opened, or wavers. */
  changed(): void;
  /** It will not open any more. */
  failed(): void;
}

/** One connection to one other person: the caller offers, once, and the other answers. */
export class Link {
  private readonly senders: readonly RTCRtpSender[];

  constructor(
    private readonly peer: RTCPeerConnection,
    private readonly isCaller: boolean,
    own: MediaStream,
    private readonly listener: LinkListener,
  ) {
    peer.onicecandidate = ({ candidate }) => {
      if (candidate) listener.send({ candidate: candidate.toJSON() });
    };
    peer.ontrack = ({ streams, track }) => listener.heard(streams[0] ?? new MediaStream([track]));
    peer.onconnectionstatechange = () => {
      if (peer.connectionState === "failed") listener.failed();
      else listener.changed();
    };
    this.senders = own.getAudioTracks().map((track) => peer.addTrack(track, own));
  }

  get isOpen(): boolean {
    return this.peer.connectionState === "connected";
  }

  /** Offer, where it is on us to do so. */
  async call(): Promise<void> {
    if (this.isCaller) await this.carefully(() => this.describe());
  }

  async hear({ description, candidate }: LinkNote): Promise<void> {
    if (candidate) await this.peer.addIceCandidate(candidate).catch(() => {}); // others remain
    if (!description || (description.type === "offer") === this.isCaller) return;
    await this.carefully(async () => {
      await this.peer.setRemoteDescription(description);
      if (!this.isCaller) await this.describe();
    });
  }

  /** Send another track from now on; the other side notices nothing but the sound. */
  send(own: MediaStream): void {
    const track = own.getAudioTracks()[0] ?? null;
    for (const sender of this.senders) void sender.replaceTrack(track).catch(() => {}); // closed
  }

  close(): void {
    this.peer.onconnectionstatechange = null;
    this.peer.onicecandidate = null;
    this.peer.ontrack = null;
    this.peer.close();
  }

  private async describe(): Promise<void> {
    await this.peer.setLocalDescription();
    const description = this.peer.localDescription;
    if (description) this.listener.send({ description: description.toJSON() });
  }

  private async carefully(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch {
      if (this.peer.signalingState !== "closed") this.listener.failed();
    }
  }
}
