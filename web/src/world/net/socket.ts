import { ApiError, api } from "../../kit/api";
import {
  Close,
  type Code,
  type FromVisitor,
  type LineOffer,
  type LineWish,
} from "../../wire/world";
import { controlFrame, type Heard, readFrame } from "./frames";

const PATIENCE_MS = [300, 1000, 2000, 4000, 8000, 15000]; // waits longer after each failure
const STILL_MS = 8000; // the house speaks every second; after so long the line is dead
const WATCH_MS = 2000;
const GOODBYE = 1000; // any other end of a line leaves our body waiting for us
const MOST_WAITING_BYTES = 16 * 1024; // poses that cannot leave are not worth keeping

/** What happens on a line. */
export interface LineEvents {
  opened(): void;
  heard(frame: ArrayBuffer): void;
  closed(code: number): void;
}

/** A WebSocket, as far as it is used here: a test hands in its own. */
export interface Line {
  /** Bytes that have not left yet. */
  readonly waiting: number;
  send(frame: Uint8Array<ArrayBuffer>): void;
  close(code: number): void;
}

/** Time and chance, handed in. */
export interface Timing {
  now(): number;
  after(ms: number, then: () => void): () => void;
  random(): number;
}

export const realTiming: Timing = {
  now: () => performance.now(),
  after(ms, then) {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};

/** "ended" does not come back by itself: another window took over, or nobody is signed in. */
export type LineState = "closed" | "connecting" | "open" | "waiting" | "ended";

export interface SocketParts {
  /** Open a line to where a place lives; with the key of the last Welcome one goes on there. */
  readonly open: (events: LineEvents, key: string, wish: LineWish) => Line;
  readonly hear: (message: Heard) => void;
  readonly change: (state: LineState, why: Code | "") => void;
  readonly timing?: Timing;
}

/** The line to the world: comes back by itself, and goes back to where it was. */
export class WorldSocket {
  private readonly timing: Timing;
  private line: Line | null = null;
  private isOpen = false;
  private failures = 0;
  private heardAt = 0;
  private here = "";
  private wanted = "";
  private left = ""; // the place that we left for one that lives in another worker
  private isAsking = false;
  private key = "";
  private cancelTimer: () => void = () => {};

  constructor(private readonly parts: SocketParts) {
    this.timing = parts.timing ?? realTiming;
  }

  /** The place that we are in; "" while in none. */
  get place(): string {
    return this.here;
  }

  /** Go to a place, opening the line if there is none; Welcome or Refused is heard. */
  enter(place: string): void {
    this.wanted = place;
    if (this.isOpen) this.ask();
    else if (!this.line) this.connect();
  }

  /** Send a message; false where there is no line. */
  say(message: FromVisitor): boolean {
    return this.send(controlFrame(message));
  }

  /** Send a frame that is worth nothing later, such as a pose; false where it did not leave. */
  show(frame: Uint8Array<ArrayBuffer>): boolean {
    if (!this.here || (this.line?.waiting ?? 0) > MOST_WAITING_BYTES) return false;
    return this.send(frame);
  }

  /** Try again now: the network is back, or somebody looks at the page again. */
  wake(): void {
    if (this.line || !this.wanted) return;
    this.failures = 0;
    this.connect();
  }

  /** Hang up for good. */
  close(): void {
    this.wanted = "";
    this.key = "";
    this.hangUp(GOODBYE);
    this.parts.change("closed", "");
  }

  private send(frame: Uint8Array<ArrayBuffer>): boolean {
    if (!this.line || !this.isOpen) return false;
    this.line.send(frame);
    return true;
  }

  private connect(): void {
    this.hangUp();
    this.parts.change("connecting", "");
    const ifMine = (then: () => void) => {
      if (this.line === line) then(); // an old line has nothing more to say
    };
    const events = {
      opened: () => ifMine(() => this.opened()),
      heard: (frame: ArrayBuffer) => ifMine(() => this.take(frame)),
      closed: (code: number) => ifMine(() => this.closed(code)),
    };
    const wish = { place: this.wanted, came_from: this.left };
    const line = this.parts.open(events, this.key, wish);
    this.line = line;
    this.heardAt = this.timing.now();
    this.watch();
  }

  private opened(): void {
    this.isOpen = true;
    this.heardAt = this.timing.now();
    this.parts.change("open", "");
    if (this.wanted) this.ask();
  }

  private ask(): void {
    if (!this.isOwed) this.heardAt = this.timing.now(); // from here on an answer is due
    this.isAsking = true;
    this.say({ type: "enter", place: this.wanted });
  }

  /** Whether the house would speak on a line that lives: in no place it has nothing to say. */
  private get isOwed(): boolean {
    return !this.isOpen || this.isAsking || this.here !== "";
  }

  private take(frame: ArrayBuffer): void {
    this.heardAt = this.timing.now();
    const message = readFrame(frame);
    if (!message) return;
    this.note(message);
    this.parts.hear(message);
  }

  /** Remember where we are: that is where we go back to. */
  private note(message: Heard): void {
    if (message.type === "welcome") {
      this.failures = 0;
      this.isAsking = false;
      this.left = "";
      this.here = message.place;
      this.wanted = message.place;
      this.key = message.key;
    } else if (message.type === "expelled") {
      this.here = "";
      this.key = "";
      this.wanted = "";
    } else if (message.type === "refused" && message.place === this.wanted) {
      this.isAsking = false;
      this.wanted = this.here;
      if (this.left) this.goBack();
    } else if (message.type === "onward") {
      this.goOn(message.place);
    }
  }

  /** The place lives in another worker: that is where our line leads from now on. */
  private goOn(place: string): void {
    this.left = this.here;
    this.key = "";
    this.wanted = place;
    this.hangUp(GOODBYE);
    this.connect();
  }

  /** We were not let in: back to the place that we left for it. */
  private goBack(): void {
    const { left } = this;
    this.left = "";
    this.enter(left);
  }

  private closed(code: number): void {
    this.hangUp();
    const why = ENDINGS[code];
    if (why) {
      this.wanted = "";
      this.parts.change("ended", why);
      return;
    }
    if (!this.wanted) {
      this.parts.change("closed", ""); // nowhere to go back to
      return;
    }
    this.parts.change("waiting", "");
    const patience = PATIENCE_MS[Math.min(this.failures, PATIENCE_MS.length - 1)] ?? 0;
    this.failures += 1;
    const wait = patience * (0.5 + this.timing.random()); // not everybody at the same moment
    this.cancelTimer = this.timing.after(wait, () => this.connect());
  }

  /** A line may be dead without saying so. */
  private watch(): void {
    this.cancelTimer = this.timing.after(WATCH_MS, () => {
      if (this.isOwed && this.timing.now() - this.heardAt > STILL_MS) this.closed(0);
      else this.watch();
    });
  }

  private hangUp(code: number = Close.COMING_BACK): void {
    this.cancelTimer();
    this.isOpen = false;
    this.isAsking = false;
    this.here = "";
    const { line } = this;
    this.line = null;
    line?.close(code);
  }
}

const ENDINGS: Readonly<Record<number, Code>> = {
  [Close.STRANGER]: "stranger",
  [Close.ELSEWHERE]: "elsewhere",
};

/** The house's own socket, or that of its gateway or of a worker, if it sends us there. */
export function openWorld(events: LineEvents, key: string, wish: LineWish): Line {
  let socket: WebSocket | null = null;
  let isClosed = false;
  const open = ({ url, ticket }: LineOffer) => {
    if (isClosed) return;
    const asked = new URLSearchParams({ back: key, ...(ticket && { ticket }) });
    const own = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}`;
    socket = new WebSocket(`${url || own}/world?${asked}`);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => events.opened();
    socket.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) events.heard(data);
    };
    socket.onclose = ({ code }) => events.closed(code);
  };
  api.post<LineOffer>("/api/world/line", wish).then(open, (error: unknown) => {
    const isStranger = error instanceof ApiError && error.status === 401;
    if (!isClosed) events.closed(isStranger ? Close.STRANGER : 0);
  });
  return {
    get waiting() {
      return socket?.bufferedAmount ?? 0;
    },
    send: (frame) => socket?.send(frame),
    close: (code) => {
      isClosed = true;
      socket?.close(code);
    },
  };
}
