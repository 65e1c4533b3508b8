import type { Timing } from "../net/socket";
import { Link, type LinkNote } from "./link";
import { readNote } from "./notes";

/** What two browsers tell each other to find a way for their voices; handed on unread. */
interface Note extends LinkNote {
  /** We can hear each other, if you want to talk; on this way I go by this name. */
  readonly hello?: string;
  /** Who went by this name is gone. */
  readonly bye?: string;
  /** By which names the two go between whom this is. */
  readonly of?: string;
  readonly to?: string;
}

export interface WaysParts {
  me(): number;
  /** What we send; null: we do not talk. */
  own(): MediaStream | null;
  openPeer(): RTCPeerConnection;
  signal(to: number, data: string): void;
  after: Timing["after"];
  /** Somebody's voice comes in. */
  heard(slot: number, stream: MediaStream): void;
  /** No voice comes from somebody any more, or not yet. */
  lost(slot: number): void;
  changed(): void;
}

interface Way {
  readonly mine: string;
  theirs: string; // "": they have not greeted us
  former: string; // and what they went by when the last try came to nothing
  link: Link | null;
  tries: number; // in vain, before this one
  stop(): void;
}

const WAIT_MS = 10_000; // so long a way may take to open, and twice as long each time …
const PATIENCE = 2; // … so many times: lines are slow where a way is hard to find
const CALLED = 1.5; // who is called waits so much longer: most often the caller begins anew
const PAUSE_MS = 1000; // before the next try, and twice as long each time …
const LONGEST_MS = 30_000; // … up to this
const STUCK = 2; // so many tries in vain are said

/**
 * The ways of voices to the others in a place.
 *
 * Each end gives itself a name whenever it begins, and tells it in its hello. Once two know each
 * other's, the one in the higher slot calls. What was meant for a former name is passed over, so
 * that nothing which was still under way can be taken for an answer to what came after it; and
 * two offers never meet, for Chromium may find no way after it took an offer back.
 */
export class Ways {
  private readonly ways = new Map<number, Way>();

  constructor(private readonly parts: WaysParts) {}

  /** With whom there is a link, open or not. */
  get linked(): number[] {
    return this.those(({ link }) => link !== null);
  }

  get open(): number[] {
    return this.those(({ link }) => link?.isOpen ?? false);
  }

  /** Who wants to talk with us too, and there is no way yet. */
  get calling(): number[] {
    return this.those(({ theirs, link, tries }) => !link?.isOpen && (theirs !== "" || tries > 0));
  }

  /** With whom no way was found for a while. */
  get stuck(): number[] {
    return this.those(({ link, tries }) => !link?.isOpen && tries >= STUCK);
  }

  /** Begin, or begin anew. */
  greet(slot: number): void {
    this.tell(slot, { hello: this.begin(slot, 0).mine });
  }

  /** Take in a note; one that cannot be read is passed over. */
  async hear(slot: number, data: string): Promise<void> {
    const note = read(data);
    if (note?.hello) this.welcome(slot, note.hello, note.to);
    const way = this.ways.get(slot);
    if (!note || !way) return;
    if (note.bye) {
      if ([way.theirs, way.former].includes(note.bye)) this.begin(slot, 0, way.mine);
    } else if (note.of === way.theirs && note.to === way.mine) await way.link?.hear(note);
  }

  /** Let go of somebody. */
  part(slot: number, isTold = false): void {
    const way = this.ways.get(slot);
    if (!way) return;
    if (isTold) this.tell(slot, { bye: way.mine });
    this.end(slot, way);
    this.parts.changed();
  }

  partAll(isTold = false): void {
    for (const slot of [...this.ways.keys()]) this.part(slot, isTold);
  }

  /** Send this from now on. */
  send(own: MediaStream): void {
    for (const { link } of this.ways.values()) link?.send(own);
  }

  private begin(slot: number, tries: number, mine = nameAnew()): Way {
    const before = this.ways.get(slot);
    if (before) this.end(slot, before);
    const way: Way = { mine, theirs: "", former: "", link: null, tries, stop: () => {} };
    this.ways.set(slot, way);
    this.parts.changed();
    return way;
  }

  private welcome(slot: number, theirs: string, known?: string): void {
    let way = this.ways.get(slot) ?? this.begin(slot, 0);
    const isNew = way.theirs !== theirs;
    if (isNew && way.link) way = this.begin(slot, way.tries, way.mine);
    way.theirs = theirs;
    if (known !== way.mine) this.tell(slot, { hello: way.mine, to: theirs });
    if (isNew) this.call(slot, way);
  }

  private call(slot: number, way: Way): void {
    const own = this.parts.own();
    if (!own) return;
    const isCaller = this.parts.me() > slot;
    const { mine, theirs } = way;
    const link = new Link(this.parts.openPeer(), isCaller, own, {
      send: (note) => this.tell(slot, { of: mine, to: theirs, ...note }),
      heard: (stream) => this.parts.heard(slot, stream),
      changed: () => {
        if (link.isOpen) way.tries = 0;
        this.parts.changed();
      },
      failed: () => this.retry(slot, way),
    });
    way.link = link;
    way.stop();
    const wait = WAIT_MS * 2 ** Math.min(way.tries, PATIENCE) * (isCaller ? 1 : CALLED);
    way.stop = this.parts.after(wait, () => {
      if (!link.isOpen) this.retry(slot, way);
    });
    void link.call();
    this.parts.changed();
  }

  private retry(slot: number, way: Way): void {
    if (this.ways.get(slot) !== way) return;
    const next = this.begin(slot, way.tries + 1);
    next.former = way.theirs;
    next.stop = this.parts.after(Math.min(LONGEST_MS, PAUSE_MS * 2 ** way.tries), () =>
      this.tell(slot, { hello: next.mine }),
    );
  }

  private end(slot: number, way: Way): void {
    way.stop();
    way.link?.close();
    this.ways.delete(slot);
    this.parts.lost(slot);
  }

  private those(are: (way: Way) => boolean): number[] {
    return [...this.ways].filter(([, way]) => are(way)).map(([slot]) => slot);
  }

  private tell(to: number, note: Note): void {
    this.parts.signal(to, JSON.stringify(note));
  }
}

let count = 0;

/** A name that no earlier way of ours had; the house vouches for who sends it. */
function nameAnew(): string {
  count += 1;
  return `${count}-${Math.random().toString(36).slice(2, 8)}`;
}

function read(data: string): Note | null {
  const note: Record<string, unknown> | null = { ...readNote(data) };
  const names = ["hello", "bye", "of", "to"].map((key) => note[key]);
  return names.every((name) => name === undefined || typeof name === "string") ? note : null;
}
