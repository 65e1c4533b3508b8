import { ApiError, api } from "../../kit/api";
import { Store } from "../../kit/store";
import { t } from "../../kit/text";
import type { Kind, Registration } from "../model";
import { Line, type LineState } from "./line";
import { type Answer, Outbox } from "./outbox";
import { BESIDE, type Heard, type Packet, SERVICES, type Shown, userOf } from "./packets";
import { type Pairing, pair, pairings } from "./pairings";
import { type Radio, type RadioDevice, uuid } from "./radio";

/** What became of a value: shown as it comes, on its way, in the record, or refused. */
export type Fate = "live" | "waiting" | "kept" | "refused";

export interface Live {
  readonly shown: Shown;
  readonly characteristic: string;
  readonly at: string;
  /** When it was measured, which may be long before it came. */
  readonly taken: string;
  readonly fate: Fate;
  readonly why?: string | undefined;
  readonly clock?: string | undefined;
  readonly marks: readonly string[];
}

export interface View {
  readonly state: LineState | "idle" | "searching";
  readonly name: string;
  /** The last of each kind. */
  readonly values: readonly Live[];
  /** What the device said instead of measuring. */
  readonly said: readonly string[];
  readonly waiting: number;
  /** People that the device keeps apart, where she has not said which of them she is. */
  readonly people: readonly number[];
  readonly error: unknown;
}

const IDLE: View = {
  state: "idle",
  name: "",
  values: [],
  said: [],
  waiting: 0,
  people: [],
  error: null,
};

/** One device while it is connected: found, registered once, heard, and its packets kept. */
export class Session {
  readonly view = new Store<View>(IDLE);
  private readonly outbox: Outbox;
  private line: Line | null = null;
  private radioDevice: RadioDevice | null = null;
  private pairing: Pairing | null = null;
  private kinds: readonly Kind[] = [];
  private held: Packet[] = [];

  constructor(
    private readonly radio: Radio,
    private readonly account: string,
    /** Devices of the house that are still there. */
    private readonly known: readonly string[],
    private readonly onRegistered: () => void = () => {},
  ) {
    this.outbox = new Outbox(account, {
      answered: (packet, answer) => this.answered(packet, answer),
      waiting: (waiting) => this.show({ waiting }),
    });
  }

  /** Let her choose a device, and connect to it. Has to follow from a press. */
  async search(): Promise<void> {
    this.show({ ...IDLE, state: "searching", waiting: this.outbox.count });
    void this.outbox.flush();
    try {
      const device = await this.radio.requestDevice({
        filters: Object.keys(SERVICES).map((service) => ({ services: [uuid(service)] })),
        optionalServices: [...Object.keys(SERVICES), ...BESIDE].map(uuid),
      });
      await this.connect(device);
    } catch (error) {
      const isNone = error instanceof DOMException && error.name === "NotFoundError";
      this.show({ state: "idle", error: isNone ? null : inWords(error) }); // she chose none
    }
  }

  /** She is this one of the people that the device keeps apart. */
  choose(user: number): void {
    if (this.pairing) this.remember({ ...this.pairing, user, held: [] });
    this.line?.setUser(user);
    const waiting = this.held;
    this.held = [];
    this.show({ people: [] });
    for (const packet of waiting) this.send({ ...packet, user });
  }

  close(): void {
    if (this.pairing) this.remember({ ...this.pairing, held: this.held });
    this.line?.close();
    this.line = null;
  }

  private async connect(device: RadioDevice): Promise<void> {
    const name = device.name ?? "";
    this.radioDevice = device;
    const before = pairings(this.account)[device.id];
    this.pairing = before && this.known.includes(before.device) ? before : null;
    this.held = [...(this.pairing?.held ?? [])];
    this.show({ name });
    const { user, since } = this.pairing ?? {};
    this.line = new Line(
      device,
      {
        state: (state) => this.show({ state }),
        services: (services) => {
          this.kinds = [...new Set(services.flatMap((each) => SERVICES[each] ?? []))];
        },
        heard: (characteristic, heard, taken) => this.heard(characteristic, heard, taken),
        packet: (packet) => this.packet(packet),
      },
      { user, since },
    );
    try {
      await this.line.open();
      await this.register();
    } catch (error) {
      this.line.close();
      this.show({ state: "idle", error: inWords(error) });
    }
  }

  /** Make it a device of the house, once; what it said meanwhile follows. */
  private async register(): Promise<void> {
    if (!this.pairing && this.radioDevice) {
      const name = (this.radioDevice.name ?? "Bluetooth").slice(0, 80);
      const made = await api.post<Registration>("/api/devices", { name, kinds: this.kinds });
      this.remember({ device: made.id, name });
      this.onRegistered();
    }
    const early = this.held;
    this.held = [];
    for (const packet of early) this.packet(packet);
  }

  private remember(pairing: Pairing): void {
    this.pairing = pairing;
    if (this.radioDevice) pair(this.account, this.radioDevice.id, pairing);
  }

  private heard(characteristic: string, heard: Heard, taken: Date): void {
    const { values, marks, refused, record } = heard;
    const sequence = record?.numbers.sequence;
    if (characteristic === "2a18" && sequence !== undefined && this.pairing)
      this.remember({ ...this.pairing, since: Math.max(sequence, this.pairing.since ?? 0) });
    const at = new Date().toISOString();
    const { values: before } = this.view.get();
    const fresh = values.map(
      (shown, n): Live => ({
        shown,
        characteristic,
        at,
        taken: taken.toISOString(),
        fate: "live",
        marks: n === 0 ? marks : [], // of the packet, so told once
      }),
    );
    const kinds = fresh.map(({ shown }) => shown.kind);
    const others = before.filter(({ shown }) => !kinds.includes(shown.kind));
    this.show({ values: [...fresh, ...others], said: refused });
  }

  private packet(packet: Packet): void {
    this.fate(packet.characteristic, { fate: "waiting", at: packet.at });
    const user = userOf(packet);
    if (!this.pairing) this.held.push(packet);
    else if (user !== undefined && this.pairing.user === undefined) {
      this.held.push(packet);
      const { people } = this.view.get();
      this.show({ people: [...new Set([...people, user])].sort((a, b) => a - b) });
    } else this.send(packet);
  }

  private send(packet: Packet): void {
    if (this.pairing) this.outbox.add(this.pairing.device, packet);
  }

  private answered(packet: Packet, { state, why, clock }: Answer): void {
    this.fate(packet.characteristic, { fate: state, why, clock }, packet.at);
  }

  private fate(characteristic: string, change: Partial<Live>, at?: string): void {
    const values = this.view
      .get()
      .values.map((one) =>
        one.characteristic === characteristic && (at === undefined || one.at === at)
          ? { ...one, ...change }
          : one,
      );
    this.show({ values });
  }

  private show(change: Partial<View>): void {
    this.view.update((view) => ({ ...view, ...change }));
  }
}

/** What the radio reports is English and for programmers; the house's own answers are told as they are. */
function inWords(error: unknown): unknown {
  return error instanceof ApiError
    ? error
    : new ApiError(
        0,
        t("devices.bluetooth.failed"),
        t("devices.bluetooth.failed.hint"),
        "bluetooth",
      );
}
