import { ApiError, api } from "../../kit/api";
import type { Packet } from "./packets";

/** What became of one packet in the record. */
export interface Answer {
  readonly state: "kept" | "refused";
  readonly why?: string;
  readonly was_here?: boolean;
  readonly clock?: string;
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
const GONE = [403, 404]; // the device was removed, or is not hers any more

/**
 * Packets on their way to the record. They stay on this machine until the house has answered for
 * each, through a broken line and a closed page; the house keeps each once.
 */
export class Outbox {
  private isSending = false;
  private isPlanned = false;
  private wait = FIRST_WAIT_MS;
  private readonly key: string;
  private readonly store: NonNullable<Options["store"]>;
  private readonly post: NonNullable<Options["post"]>;
  private readonly later: NonNullable<Options["later"]>;

  constructor(
    account: string,
    private readonly listener: OutboxListener = {},
    options: Options = {},
  ) {
    this.key = `asklepion.bluetooth.${account}`;
    this.store = options.store ?? localStorage;
    this.post = options.post ?? send;
    this.later = options.later ?? ((work, ms) => setTimeout(work, ms));
  }

  add(device: string, packet: Packet): void {
    this.keep([...this.held(), { device, packet }].slice(-MOST_KEPT));
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
    if (!first) return false;
    const batch = this.held()
      .filter(({ device }) => device === first.device)
      .slice(0, MOST);
    const packets = batch.map(({ packet }) => packet);
    const answers = await this.answersTo(first.device, packets);
    const sent = new Set(packets.map((packet) => JSON.stringify(packet)));
    this.keep(this.held().filter((one) => !(one.device === first.device && sent.has(same(one)))));
    for (const [n, packet] of packets.entries()) {
      const answer = answers[n];
      if (answer) this.listener.answered?.(packet, answer);
    }
    return true;
  }

  private async answersTo(device: string, packets: readonly Packet[]): Promise<readonly Answer[]> {
    try {
      return await this.post(device, packets);
    } catch (error) {
      if (!(error instanceof ApiError && GONE.includes(error.status))) throw error;
      return packets.map(() => ({ state: "refused", why: "gone" }));
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
