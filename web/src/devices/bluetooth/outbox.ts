import { ApiError, api } from "../../kit/api";
import { session } from "../../kit/session";
import type { Packet } from "./packets";

/** What became of one packet in the record. */
export interface Answer {
  readonly state: "kept" | "refused";
  readonly why?: string;
  readonly was_here?: boolean;
  readonly clock?: string;
  /** Where a packet held several records: why those were refused that are not kept. */
  readonly missed?: readonly string[];
}

export interface Waiting {
  readonly device: string;
  readonly packet: Packet;
}

/** Told after each packet was answered, and whenever the number of those that wait changes. */
export interface OutboxListener {
  answered?(packet: Packet, answer: Answer): void;
  waiting?(count: number): void;
}

interface Options {
  readonly store?: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  readonly post?: (device: string, packets: readonly Packet[]) => Promise<readonly Answer[]>;
  readonly later?: (work: () => void, ms: number) => unknown;
}

const MOST = 100; // in one batch
const MOST_KEPT = 5000;
const SOON_MS = 300; // so that a meal travels with its glucose
const FIRST_WAIT_MS = 5000;
const LONGEST_WAIT_MS = 60_000;
const START = "2aaa"; // when a glucose sensor began, by which its values are timed
const COURSE = "2aa7";
const GONE = [403, 404]; // the device was removed, or is not hers any more

/**
 * Packets on their way to the record. They stay on this machine until the house has answered for
 * each, through a broken line and a closed page; the house keeps each once. They go only while the
 * account is signed in whose they are.
 */
export class Outbox {
  private isSending = false;
  private isPlanned = false;
  private wait = FIRST_WAIT_MS;
  private readonly key: string;
  private readonly startsKey: string;
  private readonly store: NonNullable<Options["store"]>;
  private readonly post: NonNullable<Options["post"]>;
  private readonly later: NonNullable<Options["later"]>;

  constructor(
    private readonly account: string,
    private readonly listener: OutboxListener = {},
    options: Options = {},
  ) {
    this.key = `asklepion.bluetooth.${account}`;
    this.startsKey = `asklepion.bluetooth.starts.${account}`;
    this.store = options.store ?? localStorage;
    this.post = options.post ?? send;
    this.later = options.later ?? ((work, ms) => setTimeout(work, ms));
  }

  add(device: string, packet: Packet): void {
    const all = [...this.held(), { device, packet }];
    this.rememberStarts(all.slice(0, -MOST_KEPT));
    this.keep(all.slice(-MOST_KEPT));
    this.plan(SOON_MS);
  }

  get count(): number {
    return this.held().length;
  }

  /** Send what waits, device by device; what fails now is tried again later. */
  async flush(): Promise<void> {
    if (this.isSending) return;
    this.isSending = true;
    try {
      while (await this.sendSome());
      this.wait = FIRST_WAIT_MS;
    } catch {
      this.plan(this.wait);
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
    } finally {
      this.isSending = false;
    }
  }

  private async sendSome(): Promise<boolean> {
    const [first] = this.held();
    if (!first || !this.isHers()) return false;
    const batch = this.held()
      .filter(({ device }) => device === first.device)
      .slice(0, MOST);
    const packets = batch.map(({ packet }) => packet);
    const answers = await this.answersTo(first.device, packets);
    this.rememberStarts(batch);
    const sent = new Set(packets.map((packet) => JSON.stringify(packet)));
    this.keep(this.held().filter((one) => !(one.device === first.device && sent.has(same(one)))));
    for (const [n, packet] of packets.entries()) {
      const answer = answers[n];
      if (answer) this.listener.answered?.(packet, answer);
    }
    return true;
  }

  private async answersTo(device: string, packets: readonly Packet[]): Promise<readonly Answer[]> {
    const start = this.startBefore(device, packets);
    try {
      const answers = await this.post(device, [...start, ...packets]);
      return answers.slice(start.length);
    } catch (error) {
      const isGone = error instanceof ApiError && GONE.includes(error.status);
      if (!isGone || !this.isHers()) throw error; // to somebody else it is not hers, not gone
      return packets.map(() => ({ state: "refused", why: "gone" }));
    }
  }

  private isHers(): boolean {
    return session.get().me?.account === this.account;
  }

  /** The house forgets a sensor's start with the batch: told again where values come without it. */
  private startBefore(device: string, packets: readonly Packet[]): readonly Packet[] {
    const course = packets.findIndex(({ characteristic }) => characteristic === COURSE);
    const own = packets.findIndex(({ characteristic }) => characteristic === START);
    const start = this.starts()[device];
    return start && course >= 0 && (own < 0 || own > course) ? [start] : [];
  }

  private rememberStarts(gone: readonly Waiting[]): void {
    const fresh = gone.filter(({ packet }) => packet.characteristic === START);
    if (!fresh.length) return;
    const told = Object.fromEntries(fresh.map(({ device, packet }) => [device, packet]));
    this.store.setItem(this.startsKey, JSON.stringify({ ...this.starts(), ...told }));
  }

  private starts(): Readonly<Record<string, Packet>> {
    try {
      return JSON.parse(this.store.getItem(this.startsKey) ?? "{}") as Record<string, Packet>;
    } catch {
      return {};
    }
  }

  private plan(ms: number): void {
    if (this.isPlanned) return;
    this.isPlanned = true;
    this.later(() => {
      this.isPlanned = false;
      void this.flush();
    }, ms);
  }

  private held(): readonly Waiting[] {
    try {
      return JSON.parse(this.store.getItem(this.key) ?? "[]") as Waiting[];
    } catch {
      return [];
    }
  }

  private keep(all: readonly Waiting[]): void {
    if (all.length) this.store.setItem(this.key, JSON.stringify(all));
    else this.store.removeItem(this.key);
    this.listener.waiting?.(all.length);
  }
}

function same({ packet }: Waiting): string {
  return JSON.stringify(packet);
}

async function send(device: string, packets: readonly Packet[]): Promise<readonly Answer[]> {
  const path = `/api/devices/${device}/gatt`;
  return (await api.post<{ packets: Answer[] }>(path, packets)).packets;
}
