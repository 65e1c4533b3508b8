import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Role, session } from "../../src/kit/session";
import { subject } from "../../src/records/subject";
import { scenes } from "../../src/twin/chosen";
import { RisksPanel } from "../../src/twin/RisksPanel";
import type { Card, Estimated } from "../../src/wire/twin";
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

const interval = { low: 9.9, high: 20.2, meaning_key: "", params: {} };
const before: Estimated = {
  id: "e0",
  card: "prevent10",
  title_key: "twin.card.prevent10.title",
  by: "Practitioner/1",
  at: "2026-03-01T12:00:00Z",
  share: 12,
  model_share: 14.2,
  model_interval: interval,
  version: "PREVENT 2024 base",
  as_of: "2026-02-08T12:00:00Z",
  until: "2036-02-08T12:00:00Z",
  outcome: null,
};

let given: Estimated = before;
let card: Card = held;
let asked: Asked[] = [];

beforeEach(() => {
  card = held;
  given = before;
  asked = fakeHouse({
    "GET /api/twin/1/body": () => ({ organs: [] }),
    "GET /api/twin/1/vitals": () => [],
    "GET /api/twin/1/cards": () => [card],
    "GET /api/twin/1/estimates": () => [given],
    "POST /api/twin/1/estimates/e0/outcome": (request: Asked) => {
      const { happened, on } = request.body as { happened: boolean; on: string };
      given = { ...given, outcome: { happened, on, reference: null } };
      return given;
    },
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

  test("says what came of it, and the house keeps the day", async () => {
    render(<RisksPanel />);
    await userEvent.click(await screen.findByText("Open the estimates"));
    await screen.findByText("Nobody knows yet.");

    await userEvent.type(screen.getByLabelText("It happened on"), "2026-12-26");
    await userEvent.click(screen.getByRole("button", { name: "Keep" }));

    await screen.findByText(/^It happened on .*26/);
    expect(asked.find(({ path }) => path.includes("outcome"))?.body).toEqual({
      happened: true,
      on: "2026-12-26",
    });
  });

  test("tells of a stay in hospital with the day of discharge that it did not happen", async () => {
    given = { ...before, card: "icu_death", until: "2999-01-01T00:00:00Z" };
    render(<RisksPanel />);
    await userEvent.click(await screen.findByText("Open the estimates"));
    const field = await screen.findByLabelText("It happened, or the stay ended, on");
    const not = screen.getByRole("button", { name: "It did not happen" });
    expect(not).toHaveProperty("disabled", true);
    await userEvent.type(field, "2026-12-26");
    await userEvent.click(not);

    await screen.findByText("It did not happen in that time.");
    expect(asked.find(({ path }) => path.includes("outcome"))?.body).toEqual({
      happened: false,
      on: "2026-12-26",
    });
  });

  test("may rather not say, which is told as such", async () => {
    render(<RisksPanel />);
    await userEvent.click(await screen.findByRole("button", { name: "I’d rather not say" }));

    await waitFor(() => screen.getByText("You did not say what you think."));
    expect(document.body.textContent).toContain("14.2");
  });
});
