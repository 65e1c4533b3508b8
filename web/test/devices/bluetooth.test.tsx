import { render, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { BluetoothDialog } from "../../src/devices/bluetooth/BluetoothDialog";
import { currentTime, offsetFor } from "../../src/devices/bluetooth/clock";
import { Line, type LineState } from "../../src/devices/bluetooth/line";
import { hear, type Packet } from "../../src/devices/bluetooth/packets";
import { pair } from "../../src/devices/bluetooth/pairings";
import { findRadio, uuid } from "../../src/devices/bluetooth/radio";
import { ManualEntry } from "../../src/devices/ManualEntry";
import { silenceMs } from "../../src/devices/model";
import { fakeHouse, Reply } from "../house/house";
import { signIn } from "./sign-in";

beforeEach(() => signIn("mei"));

const CUFF_120_80 = [4, 120, 0, 80, 0, 93, 0, 72, 0];

/** One value of a peripheral, as a browser hands it out. */
class Value extends EventTarget {
  value?: DataView;
  readonly written: number[][] = [];
  constructor(
    readonly uuid: string,
    private held: readonly number[] | null,
    readonly properties = { read: held !== null, write: true, notify: false, indicate: true },
  ) {
    super();
  }
  async readValue(): Promise<DataView> {
    if (this.held === null) throw new DOMException("no", "NotSupportedError");
    return this.push(this.held);
  }
  async writeValueWithResponse(value: BufferSource): Promise<void> {
    this.written.push([...new Uint8Array(value as ArrayBuffer)]);
  }
  async startNotifications(): Promise<this> {
    return this;
  }
  push(bytes: readonly number[]): DataView {
    const view = new DataView(Uint8Array.from(bytes).buffer);
    this.value = view;
    this.dispatchEvent(new Event("characteristicvaluechanged"));
    return view;
  }
}

/** A peripheral: services by their numbers, values by theirs. */
class Peripheral extends EventTarget {
  readonly id = "radio-1";
  readonly name = "Kitchen cuff";
  connects = 0;
  onConnect: () => void = () => {};
  readonly gatt = {
    connected: true,
    connect: async () => {
      this.connects++;
      this.onConnect();
      return {
        getPrimaryServices: async () =>
          Object.entries(this.services).map(([short, values]) => ({
            uuid: uuid(short),
            getCharacteristics: async () => values,
          })),
      };
    },
    disconnect: () => {},
  };
  constructor(public services: Readonly<Record<string, readonly Value[]>>) {
    super();
  }
}

function listener() {
  const packets: Packet[] = [];
  const states: LineState[] = [];
  return {
    packets,
    states,
    state: (state: LineState) => void states.push(state),
    heard: () => {},
    services: () => {},
    packet: (packet: Packet) => void packets.push(packet),
  };
}

describe("a line to a device", () => {
  test("brings what is measured, and the battery", async () => {
    const cuff = new Value(uuid("2a35"), null);
    const device = new Peripheral({
      "1810": [cuff],
      "180f": [new Value(uuid("2a19"), [80])],
    });
    const heard = listener();

    await new Line(device, heard).open();
    cuff.push(CUFF_120_80);

    expect(heard.states).toEqual(["connecting", "listening"]);
    expect(heard.packets.map((packet) => packet.characteristic)).toEqual(["2a19", "2a35"]);
    expect(heard.packets[1]?.value).toBe(btoa(String.fromCharCode(...CUFF_120_80)));
  });

  test("sets a wrong clock, and tells how wrong it was", async () => {
    const now = Date.UTC(2026, 2, 1, 12);
    // 2017-01-01 00:00:00
    const clock = new Value(uuid("2a2b"), [225, 7, 1, 1, 0, 0, 0, 7, 0, 0]);
    const cuff = new Value(uuid("2a35"), null);
    const heard = listener();
    const device = new Peripheral({ "1805": [clock], "1810": [cuff] });

    await new Line(device, heard, { now: () => now }).open();
    cuff.push([2, 120, 0, 80, 0, 93, 0, 225, 7, 1, 1, 0, 0, 0]);

    expect(clock.written).toEqual([[...currentTime(new Date(now))]]);
    const was = Date.UTC(2017, 0, 1) - now;
    expect(heard.packets.at(-1)?.offset_ms).toBe(was);
  });

  test("asks a meter for what it stored, after what is known already", async () => {
    const control = new Value(uuid("2a52"), null);
    const device = new Peripheral({ "1808": [new Value(uuid("2a18"), null), control] });

    await new Line(device, listener()).open();
    await new Line(device, listener(), { since: 300 }).open();

    expect(control.written).toEqual([
      [1, 1],
      [1, 3, 1, 44, 1],
    ]);
  });

  test("keeps one a minute of what comes every second", async () => {
    let now = 0;
    const strap = new Value(uuid("2a37"), null);
    const heard = listener();
    await new Line(new Peripheral({ "180d": [strap] }), heard, { now: () => now }).open();

    for (let second = 0; second < 150; second++) {
      now = second * 1000;
      strap.push([0, 72]);
    }

    expect(heard.packets).toHaveLength(3);
  });

  test("that nobody wears takes no minute from what is measured after it", async () => {
    let now = 0;
    const strap = new Value(uuid("2a37"), null);
    const heard = listener();
    await new Line(new Peripheral({ "180d": [strap] }), heard, { now: () => now }).open();

    for (let second = 0; second < 60; second++) {
      now = second * 1000;
      strap.push([second < 5 ? 4 : 0, 72]);
    }

    const sent = heard.packets.map(({ at, value }) => [
      at.slice(17, 19),
      atob(value).charCodeAt(0),
    ]);
    expect(sent).toEqual([
      ["00", 4],
      ["05", 0],
    ]);
  });

  test("that was lost after its clock was set still knows how wrong that was before", async () => {
    let now = Date.UTC(2026, 2, 1, 12);
    const clock = new Value(uuid("2a2b"), [225, 7, 1, 1, 0, 0, 0, 7, 0, 0]);
    const heard = listener();
    const device = new Peripheral({ "1805": [clock], "1810": [new Value(uuid("2a35"), null)] });
    const line = new Line(device, heard, { now: () => now });
    await line.open();

    now += 60_000;
    const running = new Value(uuid("2a2b"), [...currentTime(new Date(now))]); // as it was set
    const cuff = new Value(uuid("2a35"), null);
    device.services = { "1805": [running], "1810": [cuff] };
    await line.open();
    cuff.push([2, 120, 0, 80, 0, 93, 0, 225, 7, 1, 1, 0, 0, 0]); // stored before that
    cuff.push([2, 120, 0, 80, 0, 93, 0, ...currentTime(new Date(now)).slice(0, 7)]);

    const before = Date.UTC(2017, 0, 1) - Date.UTC(2026, 2, 1, 12);
    const right = -new Date(now).getTimezoneOffset() * 60_000;
    expect(heard.packets.map(({ offset_ms }) => offset_ms)).toEqual([before, right || 0]);
    expect([clock.written.length, running.written.length]).toEqual([1, 0]);
  });

  test("that is lost again while it is opened is looked for once at a time", async () => {
    const device = new Peripheral({ "1810": [new Value(uuid("2a35"), null)] });
    const waits: (() => void)[] = [];
    const wait = () => new Promise<void>((done) => waits.push(done));
    const heard = listener();
    const line = new Line(device, heard, { wait });
    await line.open();
    device.dispatchEvent(new Event("gattserverdisconnected"));
    device.dispatchEvent(new Event("gattserverdisconnected"));
    expect(waits).toHaveLength(1);

    device.onConnect = () => device.dispatchEvent(new Event("gattserverdisconnected"));
    waits.pop()?.();
    await vi.waitFor(() => expect(waits).toHaveLength(1)); // lost on the way: it goes on
    device.onConnect = () => {};
    waits.pop()?.();

    await vi.waitFor(() => expect(heard.states.at(-1)).toBe("listening"));
    expect([device.connects, waits.length]).toEqual([3, 0]);
    device.dispatchEvent(new Event("gattserverdisconnected"));
    expect(waits).toHaveLength(1); // and the next time it is looked for again
    line.close();
  });

  test("is opened again when the device went to sleep", async () => {
    const device = new Peripheral({ "1810": [new Value(uuid("2a35"), null)] });
    const heard = listener();
    const line = new Line(device, heard, { wait: async () => {} });
    await line.open();

    device.dispatchEvent(new Event("gattserverdisconnected"));

    await vi.waitFor(() => expect(device.connects).toBe(2));
    expect(heard.states).toContain("lost");
    line.close();
    device.dispatchEvent(new Event("gattserverdisconnected"));
    expect(device.connects).toBe(2);
  });
});

test("a reading taken since the clock was set goes by the new time, an older one by the old", () => {
  const now = Date.UTC(2026, 2, 1, 12);
  const clocks = { before: -1000, after: { offset_ms: 3_600_000, at: now - 60_000 } };
  const reading = (time: string) => ({ ...blank, time, clock: "set" as const });

  expect(offsetFor(reading("2026-03-01T12:59:30"), clocks, now)).toBe(3_600_000);
  expect(offsetFor(reading("2026-03-01T09:00:00"), clocks, now)).toBe(-1000);
});
const blank = {
  numbers: {},
  absent: {},
  units: {},
  text: "",
  marks: [],
  refuses: [],
};

test("a reading from the device's memory is shown with the time at which it was taken", async () => {
  const now = Date.UTC(2026, 2, 1, 12);
  const clock = new Value(uuid("2a2b"), [225, 7, 1, 1, 0, 10, 0, 7, 0, 0]);
  const cuff = new Value(uuid("2a35"), null);
  const taken: string[] = [];
  const heard = {
    ...listener(),
    heard: (_: string, __: unknown, at: Date) => taken.push(at.toISOString()),
  };
  await new Line(new Peripheral({ "1805": [clock], "1810": [cuff] }), heard, {
    now: () => now,
  }).open();

  cuff.push([2, 120, 0, 80, 0, 93, 0, 225, 7, 1, 1, 0, 5, 0]);

  expect(taken.at(-1)).toBe("2026-03-01T11:55:00.000Z");
});

test("what says that it was no measurement shows no number", () => {
  expect(hear("2a37", Uint8Array.of(4, 72))).toMatchObject({ values: [], refused: ["no-contact"] });
  expect(hear("2a35", Uint8Array.of(0, 120)).refused).toEqual(["truncated"]);
});

describe("the dialog", () => {
  const props = {
    account: "mei",
    known: ["d1"],
    onClose: () => {},
    onChanged: () => {},
    onByHand: () => {},
  };

  function withRadio(device: Peripheral): void {
    vi.stubGlobal("navigator", { ...navigator, bluetooth: { requestDevice: async () => device } });
  }

  test("shows what a new cuff measures at once, registers it and says when it is kept", async () => {
    const cuff = new Value(uuid("2a35"), null);
    withRadio(new Peripheral({ "1810": [cuff] }));
    const asked = fakeHouse({
      "POST /api/devices": new Reply(201, { id: "d2", secret: "s" }),
      "POST /api/devices/d2/gatt": { packets: [{ state: "kept", clock: "none" }] },
    });
    render(<BluetoothDialog {...props} />);

    await userEvent.click(screen.getByRole("button", { name: "Search" }));
    expect(await screen.findByText("Connected")).toBeTruthy();
    cuff.push([20, 120, 0, 80, 0, 93, 0, 72, 0, 4, 0]);

    expect(await screen.findByText(/120 \/ 80/)).toBeTruthy();
    expect(screen.getAllByText(/irregular pulse/)).toHaveLength(1);
    expect((await screen.findAllByText("In your record")).length).toBe(2);
    expect(asked.find(({ path }) => path === "/api/devices")?.body).toEqual({
      name: "Kitchen cuff",
      kinds: ["blood-pressure", "heart-rate"],
    });
  });

  test("asks who she is where a device knows several people, before anything is sent", async () => {
    const cuff = new Value(uuid("2a35"), null);
    withRadio(new Peripheral({ "1810": [cuff] }));
    pair("mei", "radio-1", { device: "d1", name: "Kitchen cuff" });
    const asked = fakeHouse({
      "POST /api/devices/d1/gatt": { packets: [{ state: "kept" }] },
    });
    render(<BluetoothDialog {...props} />);
    await userEvent.click(screen.getByRole("button", { name: "Search" }));
    await screen.findByText("Connected");

    cuff.push([8, 120, 0, 80, 0, 93, 0, 2]);
    await userEvent.click(await screen.findByRole("button", { name: "Person 2" }));

    expect(await screen.findByText("In your record")).toBeTruthy();
    expect(asked[0]?.body).toMatchObject([{ user: 2 }]);
  });

  test("asks as well where the device does not know who it was", async () => {
    const cuff = new Value(uuid("2a35"), null);
    withRadio(new Peripheral({ "1810": [cuff] }));
    pair("mei", "radio-1", { device: "d1", name: "Kitchen cuff" });
    const asked = fakeHouse({
      "POST /api/devices/d1/gatt": { packets: [{ state: "kept" }] },
    });
    render(<BluetoothDialog {...props} />);
    await userEvent.click(screen.getByRole("button", { name: "Search" }));
    await screen.findByText("Connected");

    cuff.push([8, 120, 0, 80, 0, 93, 0, 255]);
    const choice = await screen.findByRole("button", { name: "It does not know me" });
    await new Promise((done) => setTimeout(done, 400)); // longer than the outbox waits
    expect(asked).toHaveLength(0);
    await userEvent.click(choice);

    expect(await screen.findByText("In your record")).toBeTruthy();
    expect(asked[0]?.body).toMatchObject([{ user: 255 }]);
  });

  test("says what to do where the browser cannot", async () => {
    vi.stubGlobal("navigator", { language: "en" });
    const byHand = vi.fn();
    render(<BluetoothDialog {...props} onByHand={byHand} />);

    expect(screen.getByText(/Safari and Firefox cannot/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Enter by hand" }));
    expect(byHand).toHaveBeenCalled();
  });
});

test("a page that is not safe is told so", () => {
  const from = { navigator: {}, isSecureContext: false } as unknown as typeof globalThis;
  expect(findRadio(from)).toBe("insecure");
});

describe("a value written down by hand", () => {
  test("has limits, and is kept with its unit", async () => {
    const asked = fakeHouse({ "POST /api/devices/readings": new Reply(201, {}) });
    const closed = vi.fn();
    render(<ManualEntry onClose={closed} />);
    const dialog = within(screen.getByRole("dialog"));
    await userEvent.selectOptions(dialog.getByLabelText("What you measured"), "Temperature");
    await userEvent.selectOptions(dialog.getByLabelText("Unit"), "°F");

    await userEvent.type(dialog.getByLabelText("Value, °F"), "37");
    await userEvent.click(dialog.getByRole("button", { name: "Save in my record" }));
    expect(dialog.getByText(/from 77 to 113 °F/)).toBeTruthy();
    expect(asked).toHaveLength(0);

    await userEvent.clear(dialog.getByLabelText("Value, °F"));
    await userEvent.type(dialog.getByLabelText("Value, °F"), "98,6");
    await userEvent.click(dialog.getByRole("button", { name: "Save in my record" }));

    await vi.waitFor(() => expect(closed).toHaveBeenCalled());
    expect(asked[0]?.body).toMatchObject({
      readings: [{ kind: "temperature", values: { temperature: 37 } }],
    });
  });

  test("of a pressure may come with the pulse, or without", async () => {
    const asked = fakeHouse({ "POST /api/devices/readings": new Reply(201, {}) });
    render(<ManualEntry onClose={() => {}} />);

    await userEvent.type(screen.getByLabelText(/Upper value/), "121");
    await userEvent.type(screen.getByLabelText(/Lower value/), "79");
    await userEvent.click(screen.getByRole("button", { name: "Save in my record" }));

    await vi.waitFor(() => expect(asked).toHaveLength(1));
    expect(asked[0]?.body).toMatchObject({
      readings: [{ kind: "blood-pressure", values: { systolic: 121, diastolic: 79 } }],
    });
  });
});

test("a cuff may be silent for a day, a monitor only for minutes", () => {
  expect(silenceMs(["blood-pressure", "heart-rate"])).toBeGreaterThan(24 * 3600_000);
  expect(silenceMs(["heart-rate", "respiratory-rate", "blood-pressure"])).toBe(15 * 60_000);
});
