import { render, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { describe, expect, test } from "vitest";
import { devicesPanel } from "../../src/devices/DevicesPanel";
import { fakeHouse, Reply } from "../house/house";

const { Component: Devices } = devicesPanel;
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
    render(<Devices place="home" />);

    const line = (await screen.findByText("Cuff in the kitchen")).closest("li") as HTMLElement;

    expect(within(line).getByText("Measured 2 minutes ago")).toBeTruthy();
    expect(within(line).getByText("Battery 12 %")).toBeTruthy();
    expect(within(line).getByText(/Heart rate · nothing yet/)).toBeTruthy();
    expect(within(line).getByText(/2 readings were not taken in\..*clock/)).toBeTruthy();
  });

  test("is registered, and its secret shown this once", async () => {
    const asked = fakeHouse({
      "GET /api/devices": [],
      "POST /api/devices": new Reply(201, {
        id: "d2",
        secret: "only-once",
        port: 1883,
        topic: "devices/d2/<kind>",
      }),
    });
    render(<Devices place="home" />);
    expect(await screen.findByText("No device yet")).toBeTruthy();

    await userEvent.click(screen.getByRole("button", { name: "Add a device" }));
    const dialog = screen.getByRole("dialog");
    await userEvent.type(within(dialog).getByLabelText("What you call it"), "Watch");
    await userEvent.click(within(dialog).getByRole("switch", { name: "Oxygen" }));
    await userEvent.click(within(dialog).getByRole("button", { name: "Add a device" }));

    expect(await screen.findByText("only-once")).toBeTruthy();
    expect(asked.find(({ method }) => method === "POST")?.body).toEqual({
      name: "Watch",
      kinds: ["heart-rate", "spo2"],
    });
    await userEvent.click(screen.getByRole("button", { name: "I have kept the secret" }));
    expect(screen.queryByText("only-once")).toBeNull();
  });

  test("is removed only after a second word", async () => {
    const asked = fakeHouse({
      "GET /api/devices": [CUFF],
      "DELETE /api/devices/d1": new Reply(204),
    });
    render(<Devices place="home" />);

    await userEvent.click(await screen.findByRole("button", { name: /^Remove Cuff/ }));
    expect(asked.some(({ method }) => method === "DELETE")).toBe(false);
    await userEvent.click(screen.getByRole("button", { name: "Remove" }));

    expect(asked.some(({ method }) => method === "DELETE")).toBe(true);
  });
});
