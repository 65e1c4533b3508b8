/** What two browsers tell each other to find a way for their voices; handed on unread. */
export interface Note {
  readonly hello?: true; // I can hear you now, if you want to talk
  readonly bye?: true;
  readonly description?: RTCSessionDescriptionInit;
  readonly candidate?: RTCIceCandidateInit | null;
}

export interface LinkListener {
  send(note: Note): void;
  heard(stream: MediaStream): void;
  changed(): void;
  failed(): void;
}

/** The way to one other person. */
export class Link {
  private readonly senders: readonly RTCRtpSender[];
  private isOffering = false;
  private isIgnoring = false;

  constructor(
    private readonly peer: RTCPeerConnection,
    private readonly isPolite: boolean,
    own: MediaStream,
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
    this.senders = own.getAudioTracks().map((track) => peer.addTrack(track, own));
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

  /** Send another track from now on; the other side notices nothing but the sound. */
  send(own: MediaStream): void {
    const track = own.getAudioTracks()[0] ?? null;
    for (const sender of this.senders) void sender.replaceTrack(track).catch(() => {}); // closed
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
