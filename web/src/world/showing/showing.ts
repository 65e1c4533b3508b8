import { Store } from "../../kit/store";
import { readNote } from "../talk/notes";
import { stopAll } from "../talk/streams";

/** Who shows tells those who watch, and they answer; handed on unread but for the first word. */
interface Words {
  readonly description?: RTCSessionDescriptionInit;
  readonly candidate?: RTCIceCandidateInit | null;
  readonly bye?: true;
  /** A host wants it ended. */
  readonly stop?: true;
}
type Note = { readonly showing: Words } | { readonly watching: Words };

export interface Shown {
  readonly slot: number;
  readonly stream: MediaStream;
}

export interface ShowingState {
  /** What we show. "denied": the person or the browser says no; "absent": it cannot be done here. */
  readonly state: "off" | "asking" | "on" | "denied" | "absent";
  /** Slots that our picture has reached. */
  readonly viewers: readonly number[];
  /** What is to be seen, another's or our own. */
  readonly shown: Shown | null;
}

/** What showing needs of its surroundings; a test hands in others. */
export interface ShowingSurroundings {
  signal(to: number, data: string): void;
  openScreen(): Promise<MediaStream>;
  openPeer(): RTCPeerConnection;
  /** Whether somebody here is a host. */
  isHost(slot: number): boolean;
  /** Do that after a while, unless the answer is called. */
  after(ms: number, then: () => void): () => void;
}

export const MOST_VIEWERS = 8; // each costs whoever shows an upload
const REACH_MS = 10_000; // whom it has not reached by then gives up their seat
const OFF: ShowingState = { state: "off", viewers: [], shown: null };

/**
 * A window or screen of one, for the people near them; from browser to browser.
 *
 * Only who shows makes offers, so the two never begin at once. The house refuses the words of one
 * who may not show; we take a picture from nobody without them.
 */
export class Showing {
  readonly store = new Store<ShowingState>(OFF);
  private readonly out = new Map<number, RTCPeerConnection>();
  private readonly declined = new Set<number>();
  private readonly missed = new Set<number>(); // it did not reach them: they come after the others
  private watched: { slot: number; peer: RTCPeerConnection } | null = null;
  private screen: MediaStream | null = null;
  private me = -1;
  private near: readonly number[] = [];

  constructor(private readonly around: ShowingSurroundings) {}

  /**
   * People came, went, or walked.
   *
   * @param near whom we would show something, the nearest.
   * @param here everybody in this place whom it may reach.
   */
  meet(me: number, near: readonly number[], here: readonly number[]): void {
    if (me !== this.me) this.leave();
    this.me = me;
    this.near = near;
    for (const slot of [...this.out.keys()].filter((one) => !near.includes(one))) {
      if (here.includes(slot)) this.tell(slot, { showing: { bye: true } });
      this.drop(slot);
    }
    for (const set of [this.declined, this.missed]) {
      for (const slot of set) if (!here.includes(slot)) set.delete(slot);
    }
    if (this.watched && !here.includes(this.watched.slot)) this.unwatch();
    this.offerAround();
  }

  /** Choose a window or screen, and show it. */
  async start(): Promise<void> {
    const { state, shown } = this.store.get();
    if (state === "on" || state === "asking" || shown) return;
    this.change({ state: "asking" });
    const { me } = this;
    try {
      const screen = await this.around.openScreen();
      if (me !== this.me || this.store.get().state !== "asking") return stopAll(screen);
      this.screen = screen;
    } catch (error) {
      const isRefusal = error instanceof DOMException && error.name === "NotAllowedError";
      return this.change({ state: isRefusal ? "denied" : "absent" });
    }
    for (const track of this.screen.getTracks()) track.onended = () => this.stop();
    this.unwatch();
    this.change({ state: "on", shown: { slot: this.me, stream: this.screen } });
    this.offerAround();
  }

  /** Show no more. */
  stop(): void {
    for (const slot of [...this.out.keys()]) {
      this.tell(slot, { showing: { bye: true } });
      this.drop(slot);
    }
    this.declined.clear();
    this.missed.clear();
    if (this.screen) stopAll(this.screen);
    const isOurs = this.store.get().shown?.slot === this.me;
    this.screen = null;
    this.change({ state: "off", ...(isOurs ? { shown: null } : {}) });
  }

  /** Watch no more what another shows. */
  lookAway(): void {
    if (this.watched) this.tell(this.watched.slot, { watching: { bye: true } });
    this.unwatch();
  }

  /** As a host: have it ended. */
  end(): void {
    if (this.watched) this.tell(this.watched.slot, { watching: { stop: true } });
  }

  /** Nothing goes through a door. */
  leave(): void {
    if (this.store.get().state !== "off") this.stop();
    this.unwatch();
  }

  /** Take in a note; false where it is about something else. */
  hear(from: number, data: string): boolean {
    const note = read(data);
    if (!note) return false;
    if ("showing" in note) void this.hearShown(from, note.showing).catch(() => this.unwatch());
    else void this.hearViewer(from, note.watching).catch(() => this.drop(from));
    return true;
  }

  private async hearShown(from: number, words: Words): Promise<void> {
    const { description, candidate, bye } = words;
    if (bye) {
      if (this.watched?.slot === from) this.unwatch();
    } else if (description?.type === "offer") {
      if (this.screen) return this.tell(from, { watching: { bye: true } });
      const peer = this.watch(from);
      await peer.setRemoteDescription(description);
      await peer.setLocalDescription();
      const answer = peer.localDescription?.toJSON();
      if (answer) this.tell(from, { watching: { description: answer } });
    } else if (candidate && this.watched?.slot === from) {
      await this.watched.peer.addIceCandidate(candidate).catch(() => {}); // others remain
    }
  }

  private async hearViewer(from: number, words: Words): Promise<void> {
    const { description, candidate, bye, stop } = words;
    if (stop && this.around.isHost(from)) return this.stop();
    if (bye) {
      this.declined.add(from);
      return this.drop(from);
    }
    const peer = this.out.get(from);
    if (description?.type === "answer") await peer?.setRemoteDescription(description);
    else if (candidate) await peer?.addIceCandidate(candidate).catch(() => {});
  }

  private offerAround(): void {
    const isMissed = (slot: number) => this.missed.has(slot);
    const fresh = this.near.filter((slot) => !isMissed(slot));
    for (const slot of [...fresh, ...this.near.filter(isMissed)]) {
      if (!this.screen || this.out.size >= MOST_VIEWERS) return;
      if (!this.out.has(slot) && !this.declined.has(slot)) this.offer(slot, this.screen);
    }
  }

  private offer(slot: number, screen: MediaStream): void {
    const peer = this.around.openPeer();
    this.out.set(slot, peer);
    peer.onicecandidate = ({ candidate }) =>
      this.tell(slot, { showing: { candidate: candidate?.toJSON() ?? null } });
    peer.onconnectionstatechange = () => {
      if (peer.connectionState === "failed") this.miss(slot, peer);
      else this.count();
    };
    this.around.after(REACH_MS, () => {
      if (peer.connectionState !== "connected") this.miss(slot, peer);
    });
    peer.onnegotiationneeded = async () => {
      await peer.setLocalDescription();
      const description = peer.localDescription?.toJSON();
      if (description) this.tell(slot, { showing: { description } });
    };
    for (const track of screen.getVideoTracks()) peer.addTrack(track, screen);
  }

  private watch(slot: number): RTCPeerConnection {
    if (this.watched?.slot === slot)
      this.unwatch(); // they begin anew
    else this.lookAway();
    const peer = this.around.openPeer();
    this.watched = { slot, peer };
    peer.onicecandidate = ({ candidate }) =>
      this.tell(slot, { watching: { candidate: candidate?.toJSON() ?? null } });
    peer.ontrack = ({ streams, track }) =>
      this.change({ shown: { slot, stream: streams[0] ?? new MediaStream([track]) } });
    peer.onconnectionstatechange = () => {
      if (peer.connectionState === "failed" && this.watched?.peer === peer) this.unwatch();
    };
    return peer;
  }

  private unwatch(): void {
    if (!this.watched) return;
    close(this.watched.peer);
    this.watched = null;
    this.change({ shown: null });
  }

  private miss(slot: number, peer: RTCPeerConnection): void {
    if (this.out.get(slot) !== peer) return;
    this.missed.add(slot);
    this.tell(slot, { showing: { bye: true } });
    this.drop(slot);
  }

  private drop(slot: number): void {
    const peer = this.out.get(slot);
    if (!peer) return;
    close(peer);
    this.out.delete(slot);
    this.count();
  }

  private count(): void {
    const viewers = [...this.out].filter(([, peer]) => peer.connectionState === "connected");
    this.change({ viewers: viewers.map(([slot]) => slot) });
  }

  private change(part: Partial<ShowingState>): void {
    this.store.update((state) => ({ ...state, ...part }));
  }

  private tell(to: number, note: Note): void {
    this.around.signal(to, JSON.stringify(note));
  }
}

function close(peer: RTCPeerConnection): void {
  peer.onconnectionstatechange = null;
  peer.close();
}

function read(data: string): Note | null {
  const note = readNote(data);
  if (!note) return null;
  const words = "showing" in note ? note.showing : "watching" in note ? note.watching : null;
  return typeof words === "object" && words !== null ? (note as Note) : null;
}
