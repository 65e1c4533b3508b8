import { render, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { describe, expect, test } from "vitest";
import { DevicesPanel as Devices } from "../../src/devices/DevicesPanel";
import { addressOf } from "../../src/devices/model";
import { setLanguage } from "../../src/kit/text";
import { fakeHouse, Reply } from "../house/house";

const CUFF = {
  id: "d1",
  name: "Cuff in the kitchen",
  kinds: ["blood-pressure", "heart-rate"],
  registered_at: "2026-03-01T12:00:00Z",
  last_reading_at: new Date(Date.now() - 120_000).toISOString(),
  last_sync_at: new Date(Date.now() - 60_000).toISOString(),
  battery: 0.12,
  missing: ["heart-rate"],
  refused_count: 2,
  refused_why: "clock",
};

describe("a home device", () => {
  test("says how it fares", async () => {
    fakeHouse({ "GET /api/devices": [CUFF] });
    render(<Devices />);

    const line = (await screen.findByText("Cuff in the kitchen")).closest("li") as HTMLElement;

    expect(within(line).getByText("Measured 2 minutes ago")).toBeTruthy();
    expect(within(line).getByText("Battery 12 %")).toBeTruthy();
    expect(within(line).getByText(/Heart rate · nothing yet/)).toBeTruthy();
    expect(within(line).getByText(/2 readings were not taken in\..*clock/)).toBeTruthy();
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
