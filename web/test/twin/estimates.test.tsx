import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Role, session } from "../../src/kit/session";
import { subject } from "../../src/records/subject";
import { scenes } from "../../src/twin/chosen";
import { RisksPanel } from "../../src/twin/RisksPanel";
import type { Card } from "../../src/wire/twin";
import { type Asked, fakeHouse, fakeStreams } from "../house/house";
import { computed } from "./made";

const told: Card = { ...computed, id: "prevent10", unit: "%", value: 14.2, digits: 1 };
const held: Card = {
  ...told,
  state: "asked_first",
  value: null,
  interval: null,
  band: null,
  parts: [],
  would_change: [],
};

function signedIn(role: Role): void {
  const me = { account: "a", name: "Tao", roles: [role], person: null, language: "en" } as const;
  session.set({ state: "known", me });
}

let card: Card = held;
let asked: Asked[] = [];

beforeEach(() => {
  card = held;
  asked = fakeHouse({
    "GET /api/twin/1/body": () => ({ organs: [] }),
    "GET /api/twin/1/vitals": () => [],
    "GET /api/twin/1/cards": () => [card],
    "POST /api/twin/1/estimates": (request: Asked) => {
      const { share } = request.body as { share: number | null };
      card = { ...told, estimate: { id: "e1", share, at: "2026-03-01T12:00:00Z" } };
      return card;
    },
  });
  fakeStreams();
  scenes.set(1);
  signedIn("clinician");
  subject.set({ patient: "1", purpose: "TREAT", visit: "v1" });
});
afterEach(() => {
  act(() => {
    subject.set(null);
    session.set({ state: "unknown", me: null });
  });
  scenes.set(0);
});

describe("a clinician", () => {
  test("sees a number only after her own, and then both side by side", async () => {
    render(<RisksPanel />);
    await screen.findByText("What do you think?");
    expect(document.body.textContent).not.toContain("14.2");
    const give = screen.getByRole("button", { name: "Compare with the model" });
    expect((give as HTMLButtonElement).disabled).toBe(true);

    await userEvent.type(screen.getByRole("spinbutton"), "12");
    await userEvent.click(give);

    await screen.findByText("You");
    expect(document.body.textContent).toContain("14.2");
    expect(document.body.textContent).toContain("12.0 %");
    expect(asked.find(({ method }) => method === "POST")?.body).toEqual({
      card: "prevent10",
      share: 12,
    });
  });

  test("may rather not say, which is told as such", async () => {
    render(<RisksPanel />);
    await userEvent.click(await screen.findByRole("button", { name: "I’d rather not say" }));

    await waitFor(() => screen.getByText("You did not say what you think."));
    expect(document.body.textContent).toContain("14.2");
  });
});
