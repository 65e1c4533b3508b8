import { CHARACTERISTICS } from "../../wire/devices";
import { type Clocks, currentTime, offsetFor, takenAt, wallOf, zoneMin } from "./clock";
import { BESIDE, type Heard, hear, type Packet, SERVICES, toBase64 } from "./packets";
import { type RadioCharacteristic, type RadioDevice, shortOf } from "./radio";

export type LineState = "connecting" | "listening" | "lost" | "closed";

/** Whoever listens to a line. */
export interface Listener {
  state(state: LineState): void;
  /** Something was measured at a moment of ours, or said of the device: for the screen. */
  heard(characteristic: string, heard: Heard, taken: Date): void;
  /** A packet to be kept. */
  packet(packet: Packet): void;
  /** Kinds that this device measures, once it is known. */
  services(services: readonly string[]): void;
}

export interface LineOptions {
  readonly now?: () => number;
  /** Whose readings are wanted. */
  readonly user?: number | undefined;
  /** The last stored measurement that is known already. */
  readonly since?: number | undefined;
  readonly wait?: (ms: number) => Promise<void>;
}

const STREAM_MS = 60_000; // of what comes every second, one a minute is kept
const CLOSE_ENOUGH_MS = 5000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
const RACP = "2a52";
const INFORMATION = ["2a29", "2a24", "2a25", "2a26"];
const ALL_STORED = Uint8Array.of(1, 1);

/** One device by Bluetooth: connected, asked, listened to, and connected again when it is lost. */
export class Line {
  private clocks: Clocks = {};
  private readonly keptAt = new Map<string, number>();
  private isClosed = false;
  private isLost = false;
  private isOpening = false;
  private user: number | undefined;
  private readonly now: () => number;
  private readonly wait: (ms: number) => Promise<void>;

  constructor(
    private readonly device: RadioDevice,
    private readonly listener: Listener,
    private readonly options: LineOptions = {},
  ) {
    this.user = options.user;
    this.now = options.now ?? Date.now;
    this.wait = options.wait ?? ((ms) => new Promise((done) => setTimeout(done, ms)));
    device.addEventListener("gattserverdisconnected", this.onLost);
  }

  /** Connect and listen. Throws where the device does not let us. */
  async open(): Promise<void> {
    this.listener.state("connecting");
    const server = await this.device.gatt?.connect();
    if (!server) throw new Error("This device has no services.");
    const found = new Map<string, RadioCharacteristic>();
    const services: string[] = [];
    const serviceOf = new Map<string, string>();
    for (const service of await server.getPrimaryServices()) {
      const short = shortOf(service.uuid);
      if (!(short in SERVICES || BESIDE.some((each) => each === short))) continue;
      services.push(short);
      for (const one of await service.getCharacteristics()) {
        const name = shortOf(one.uuid);
        found.set(`${short}/${name}`, one);
        serviceOf.set(name, short);
      }
    }
    this.listener.services(services.filter((each) => each in SERVICES));
    await this.compareClocks(found.get("1805/2a2b"));
    for (const name of INFORMATION) await this.readOne("180a", name, found.get(`180a/${name}`));
    await this.readOne("180f", "2a19", found.get("180f/2a19"));
    await this.readOne("181f", "2aaa", found.get("181f/2aaa"));
    for (const [key, one] of found) await this.listen(key, one);
    for (const service of services) await this.askForStored(found.get(`${service}/${RACP}`));
    if (!this.isClosed) this.listener.state("listening");
  }

  /** From now on only this person's readings are wanted. */
  setUser(user: number): void {
    this.user = user;
  }

  /** Let the device go. */
  close(): void {
    this.isClosed = true;
    this.device.removeEventListener("gattserverdisconnected", this.onLost);
    this.device.gatt?.disconnect();
    this.listener.state("closed");
  }

  private readonly onLost = (): void => {
    this.isLost = true;
    if (!this.isClosed && !this.isOpening) void this.openAgain();
  };

  /** Devices sleep to save their batteries: they are there again when one measures. */
  private async openAgain(): Promise<void> {
    this.isOpening = true;
    for (let wait = FIRST_WAIT_MS; !this.isClosed; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      this.listener.state("lost");
      await this.wait(wait);
      if (this.isClosed) break;
      this.isLost = false;
      try {
        await this.open();
        if (!this.isLost) break; // else it went to sleep again on the way
      } catch {
        // it is not there yet
      }
    }
    this.isOpening = false;
  }

  /**
   * A clock that still runs as we set it says nothing of what was stored before: that goes by what
   * it showed when we first came.
   */
  private async compareClocks(clock: RadioCharacteristic | undefined): Promise<void> {
    if (!clock) return;
    try {
      const { record } = hear("2a2b", bytes(await clock.readValue()));
      const now = this.now();
      const shows = record?.clock === "set" ? { before: Math.round(wallOf(record) - now) } : {};
      const right = zoneMin(new Date(now)) * 60_000;
      const isRight = shows.before !== undefined && isClose(shows.before, right);
      if (isRight && this.clocks.after && isClose(this.clocks.after.offset_ms, right)) return;
      this.clocks = shows;
      if (isRight) return;
      await clock.writeValueWithResponse(currentTime(new Date(this.now())));
      this.clocks = { ...this.clocks, after: { offset_ms: right, at: this.now() } };
    } catch {
      // it tells no time, or will not be set: its readings say so
    }
  }

  private async readOne(
    service: string,
    name: string,
    one: RadioCharacteristic | undefined,
  ): Promise<void> {
    if (!one?.properties.read) return;
    try {
      this.take(service, name, bytes(await one.readValue()));
    } catch {
      // some are closed to pages, such as serial numbers
    }
  }

  private async listen(key: string, one: RadioCharacteristic): Promise<void> {
    const [service = "", name = ""] = key.split("/");
    const of = CHARACTERISTICS[name];
    if (!of || of.service !== service || !(one.properties.notify || one.properties.indicate))
      return;
    one.addEventListener("characteristicvaluechanged", () => {
      if (one.value) this.take(service, name, bytes(one.value));
    });
    try {
      await one.startNotifications();
    } catch (error) {
      if (service in SERVICES && of.measures.length > 0) throw error;
    }
    if (one.properties.read && service in SERVICES) await one.readValue().catch(() => undefined);
  }

  /** Ask for what was measured while nobody listened. Source: GLS, section 3.4 */
  private async askForStored(control: RadioCharacteristic | undefined): Promise<void> {
    if (!control) return;
    const { since } = this.options;
    const newer = since === undefined ? null : Uint8Array.of(1, 3, 1, since & 0xff, since >> 8);
    try {
      await control.startNotifications();
      await control.writeValueWithResponse(newer ?? ALL_STORED);
    } catch {
      // it keeps nothing, or is busy: what is measured now is heard all the same
    }
  }

  private take(service: string, characteristic: string, data: Uint8Array): void {
    const heard = hear(characteristic, data);
    const now = this.now();
    const offset_ms = heard.record && offsetFor(heard.record, this.clocks, now);
    const taken = takenAt(heard.record, offset_ms ?? zoneMin(new Date(now)) * 60_000, now);
    this.listener.heard(characteristic, heard, new Date(taken));
    const of = CHARACTERISTICS[characteristic];
    const isCuff = of?.is_stream && of.measures.length === 0;
    if (!of || isCuff) return;
    // What says only that nobody wears it has a minute of its own, so as to take none from a value.
    const slot = heard.values.length > 0 ? characteristic : `${characteristic} without`;
    if (of.is_stream && !this.isDue(slot, now)) return;
    const { user } = this;
    this.listener.packet({
      service,
      characteristic,
      value: toBase64(data),
      at: new Date(now).toISOString(),
      zone_min: zoneMin(new Date(now)),
      ...(offset_ms === undefined ? {} : { offset_ms }),
      ...(user === undefined ? {} : { user }),
    });
  }

  private isDue(slot: string, now: number): boolean {
    const last = this.keptAt.get(slot);
    if (last !== undefined && now - last < STREAM_MS) return false;
    this.keptAt.set(slot, now);
    return true;
  }
}

function isClose(one: number, other: number): boolean {
  return Math.abs(one - other) <= CLOSE_ENOUGH_MS;
}

function bytes(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
}
