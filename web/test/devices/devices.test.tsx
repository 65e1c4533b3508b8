import { act, fireEvent, render, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { afterEach, describe, expect, test, vi } from "vitest";
import { DevicesPanel as Devices } from "../../src/devices/DevicesPanel";
import { addressOf } from "../../src/devices/model";
import { setLanguage } from "../../src/kit/text";
import { Toasts } from "../../src/kit/ui";
import { fakeHouse, outcome, Reply } from "../house/house";

const CUFF = {
  id: "d1",
  name: "Cuff in the kitchen",
  kinds: ["blood-pressure", "heart-rate"],
  registered_at: "2026-03-01T12:00:00Z",
  last_reading_at: new Date(Date.now() - 120_000).toISOString(),
  last_sync_at: new Date(Date.now() - 60_000).toISOString(),
  battery: 0.12,
  missing: ["heart-rate"],
  refused_count: 4,
  refused_why: "unit",
  refusals: [
    {
      why: "unit",
      kind: "blood-pressure",
      count: 3,
      at: new Date(Date.now() - 300_000).toISOString(),
      units: ["mm[Hg]"],
    },
    { why: "clock", kind: "", count: 1, at: "2026-03-01T12:00:00Z", units: [] },
  ],
};

const SILENT = {
  ...CUFF,
  last_reading_at: new Date(Date.now() - 3 * 86_400_000).toISOString(),
  last_sync_at: new Date(Date.now() - 3 * 86_400_000).toISOString(),
  refused_count: 0,
  refusals: [],
};

afterEach(() => {
  vi.useRealTimers();
});

describe("a home device", () => {
  test("says how it fares", async () => {
    fakeHouse({ "GET /api/devices": [CUFF] });
    render(<Devices />);

    const line = (await screen.findByText("Cuff in the kitchen")).closest("li") as HTMLElement;

    expect(within(line).getByText("Measured 2 minutes ago")).toBeTruthy();
    expect(within(line).getByText("Battery 12 %")).toBeTruthy();
    expect(within(line).getByText(/Heart rate · nothing yet/)).toBeTruthy();
    expect(within(line).getByText("Last in touch 1 minute ago")).toBeTruthy();
    const told = within(line).getByText(/Blood pressure: 3 messages were not taken in/);
    expect(told.closest("p")?.textContent).toMatch(
      /the last one 5 minutes ago\. It names a unit, .* Values are taken in mmHg\./,
    );
    const other = within(line)
      .getByText(/^1 message was not taken in/)
      .closest("p");
    expect(other?.textContent).toMatch(/clock/);
    expect(other?.textContent).not.toMatch(/taken in mmHg/);
  });

  test("of an older house tells the last reason alone", async () => {
    const older = { ...CUFF, refused_count: 2, refused_why: "clock", refusals: [] };
    fakeHouse({ "GET /api/devices": [older] });
    render(<Devices />);

    expect(await screen.findByText(/2 readings were not taken in\..*clock/)).toBeTruthy();
  });

  test.each([
    ["en", /^Before that, 50 messages were not taken in/],
    ["zh-CN", /^此前另有 50 条消息未被接收/],
  ] as const)("also tells what was counted before reasons were (%s)", async (language, words) => {
    setLanguage(language);
    fakeHouse({ "GET /api/devices": [{ ...CUFF, refused_count: 54 }] });
    render(<Devices />);

    expect(await screen.findByText(words)).toBeTruthy();
  });

  test("tells of nothing before where each has its reason", async () => {
    fakeHouse({ "GET /api/devices": [CUFF] });
    render(<Devices />);

    expect(await screen.findByText(/Blood pressure: 3 messages/)).toBeTruthy();
    expect(screen.queryByText(/Before that/)).toBeNull();
  });

  test("counts what is refused anew once she has seen to it", async () => {
    const asked = fakeHouse({
      "GET /api/devices": [CUFF],
      "DELETE /api/devices/d1/refusals": new Reply(204),
    });
    render(<Devices />);

    await userEvent.click(await screen.findByRole("button", { name: "I have seen to it" }));

    const deleted = asked.filter(({ method }) => method === "DELETE");
    expect(deleted.map(({ path }) => path)).toEqual(["/api/devices/d1/refusals"]);
  });

  test("says so where what is refused could not be counted anew", async () => {
    const asked = fakeHouse({
      "GET /api/devices": [CUFF],
      "DELETE /api/devices/d1/refusals": outcome(503, "transient", "The house is busy."),
    });
    render(
      <>
        <Devices />
        <Toasts />
      </>,
    );

    await userEvent.click(await screen.findByRole("button", { name: "I have seen to it" }));

    expect(await screen.findByText(/could not be noted/)).toBeTruthy();
    expect(asked.filter(({ path }) => path === "/api/devices")).toHaveLength(1);
  });

  test.each([
    ["en", /Nothing has come for longer than usual/],
    ["zh-CN", /已有较长时间没有数据/],
  ] as const)("that is silent says so, and what to do (%s)", async (language, words) => {
    setLanguage(language);
    fakeHouse({ "GET /api/devices": [SILENT] });
    render(<Devices />);

    expect(await screen.findByText(words)).toBeTruthy();
  });

  test("that was just registered is not called silent", async () => {
    const fresh = { ...SILENT, registered_at: new Date().toISOString() };
    fakeHouse({ "GET /api/devices": [{ ...fresh, last_reading_at: null, last_sync_at: null }] });
    render(<Devices />);

    expect(await screen.findByText("Never in touch yet")).toBeTruthy();
    expect(screen.getByText("Nothing measured yet")).toBeTruthy();
    expect(screen.queryByText(/· nothing yet/)).toBeNull(); // said once is enough
    expect(screen.queryByText(/Nothing has come for longer/)).toBeNull();
  });

  test("that connects by itself is tried by waiting for what it says next", async () => {
    const house: { "GET /api/devices": unknown[] } = { "GET /api/devices": [SILENT] };
    fakeHouse(house);
    vi.useFakeTimers({ shouldAdvanceTime: true });
    render(<Devices />);
    fireEvent.click(await screen.findByRole("button", { name: "Try now" }));
    expect(screen.getByText(/Please measure now/)).toBeTruthy();

    house["GET /api/devices"] = [{ ...SILENT, last_sync_at: new Date().toISOString() }];
    await act(() => vi.advanceTimersByTimeAsync(6000));

    expect(screen.queryByText(/Please measure now/)).toBeNull();
    expect(screen.getByRole("button", { name: "Try now" })).toBeTruthy();
  });

  test("of which nothing comes is not waited for for ever", async () => {
    fakeHouse({ "GET /api/devices": [SILENT] });
    vi.useFakeTimers({ shouldAdvanceTime: true });
    render(<Devices />);
    fireEvent.click(await screen.findByRole("button", { name: "Try now" }));

    await act(() => vi.advanceTimersByTimeAsync(122_000));

    expect(screen.getByText(/Nothing came within two minutes/)).toBeTruthy();
  });

  test("is registered, and its secret shown this once", async () => {
    const asked = fakeHouse({
      "GET /api/devices": [],
      "GET /api/devices/broker": { host: "192.168.1.20", port: 1883, is_loopback: false },
      "POST /api/devices": new Reply(201, {
        id: "d2",
        secret: "only-once",
        host: "192.168.1.20",
        port: 1883,
        is_loopback: false,
        topic: "devices/d2/<kind>",
      }),
    });
    render(<Devices />);
    expect(await screen.findByText("No device yet")).toBeTruthy();

    await userEvent.click(screen.getByRole("button", { name: "Add a device" }));
    const dialog = screen.getByRole("dialog");
    await userEvent.type(within(dialog).getByLabelText("What you call it"), "Watch");
    await userEvent.click(within(dialog).getByRole("switch", { name: "Oxygen" }));
    await userEvent.click(within(dialog).getByRole("button", { name: "Add a device" }));

    expect(await screen.findByText("only-once")).toBeTruthy();
    expect(screen.getByText("192.168.1.20:1883")).toBeTruthy();
    expect(screen.queryByText(/Only devices on the computer/)).toBeNull();
    expect(asked.find(({ method }) => method === "POST")?.body).toEqual({
      name: "Watch",
      kinds: ["heart-rate", "spo2"],
    });
    await userEvent.click(screen.getByRole("button", { name: "I have kept the secret" }));
    expect(screen.queryByText("only-once")).toBeNull();
  });

  test.each([
    ["en", "Add a device", "What you call it", /Only devices on the computer/],
    ["zh-CN", "添加设备", "设备名称", /只有.*这台电脑上/],
  ] as const)(
    "is told where nothing else can reach the house (%s)",
    async (language, add, name, words) => {
      setLanguage(language);
      const reach = { host: "127.0.0.1", port: 1883, is_loopback: true };
      fakeHouse({
        "GET /api/devices": [],
        "GET /api/devices/broker": reach,
        "POST /api/devices": new Reply(201, { id: "d2", secret: "s", topic: "t", ...reach }),
      });
      render(<Devices />);

      await userEvent.click(await screen.findByRole("button", { name: add }));
      expect(await screen.findByText(words)).toBeTruthy();
      const dialog = screen.getByRole("dialog");
      await userEvent.type(within(dialog).getByLabelText(name), "Watch");
      await userEvent.click(within(dialog).getByRole("button", { name: add }));

      expect(await screen.findByText("127.0.0.1:1883")).toBeTruthy();
      expect(screen.getByText(words)).toBeTruthy();
    },
  );

  test.each([
    [null, "house.lan", "house.lan:1883"],
    [null, "localhost", "your house's address:1883"],
    [null, "[fd00::2]", "[fd00::2]:1883"],
    ["fd00::2", "localhost", "[fd00::2]:1883"],
  ])("connects at an address it can reach (%s, %s)", (host, page, address) => {
    const reach = { host, port: 1883, is_loopback: false };

    expect(addressOf(reach, page, "your house's address")).toBe(address);
  });

  test("is removed only after a second word", async () => {
    const asked = fakeHouse({
      "GET /api/devices": [CUFF],
      "DELETE /api/devices/d1": new Reply(204),
    });
    render(<Devices />);

    await userEvent.click(await screen.findByRole("button", { name: /^Remove Cuff/ }));
    expect(asked.some(({ method }) => method === "DELETE")).toBe(false);
    await userEvent.click(screen.getByRole("button", { name: "Remove" }));

    expect(asked.some(({ method }) => method === "DELETE")).toBe(true);
  });
});
