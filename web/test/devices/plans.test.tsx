import { act, render, screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DevicesPanel } from "../../src/devices/DevicesPanel";
import { dueBanner } from "../../src/devices/plans/DueBanner";
import { PlansPanel } from "../../src/devices/plans/PlansPanel";
import { setLanguage } from "../../src/kit/text";
import { subject } from "../../src/records/subject";
import { fakeHouse, Reply } from "../house/house";

const HOUR_MS = 3_600_000;
const ago = (hours: number): string => new Date(Date.now() - hours * HOUR_MS).toISOString();
const PLAN = {
  id: "p1",
  kind: "weight",
  times: ["08:00"],
  days: [],
  until: null,
  zone: "UTC",
  author: "Practitioner/d-1",
  author_name: "Dr Okafor",
  done: 3,
  missed: 2,
  share: 0.6,
  over_days: 14,
  silent_since: ago(50),
  due_at: ago(1),
  next_at: ago(-23),
};
const SCALE = {
  id: "d1",
  name: "Scale",
  kinds: ["weight"],
  registered_at: ago(500),
  last_reading_at: ago(70),
  last_sync_at: ago(70),
  battery: null,
  missing: [],
  refused_count: 0,
  refused_why: "",
  refusals: [],
};

beforeEach(() => subject.set({ patient: "1", purpose: "PATRQT", visit: null }));
afterEach(() => act(() => subject.set(null)));

test("a plan says when it is due, since when it is silent, and how it was kept", async () => {
  fakeHouse({ "GET /api/devices/plans/1": [PLAN] });
  render(<PlansPanel />);

  expect(await screen.findByText(/every day at 8:00\sAM/)).toBeTruthy();
  expect(screen.getByText(/Was due at/)).toBeTruthy();
  expect(screen.getByText(/No reading since .*, although planned/)).toBeTruthy();
  expect(screen.getByText(/3 of 5 kept \(60 %\) in 14 days/)).toBeTruthy();
  await act(() => setLanguage("zh-CN"));
  expect(document.body.textContent).not.toMatch(/devices\.\w+/);
});

test("a measurement is planned", async () => {
  const asked = fakeHouse({
    "GET /api/devices/plans/1": [],
    "POST /api/devices/plans/1": new Reply(201, { id: "p2" }),
  });
  render(<PlansPanel />);
  await screen.findByText("Nothing is planned");

  await userEvent.click(screen.getByRole("button", { name: "Plan a measurement" }));
  await userEvent.click(screen.getByRole("button", { name: "Another time" }));
  await userEvent.click(screen.getByRole("button", { name: "Plan it" }));

  await waitFor(() =>
    expect(asked.find(({ method }) => method === "POST")?.body).toMatchObject({
      kind: "blood-pressure",
      times: ["08:00", "20:00"],
      days: [],
      until: null,
    }),
  );
});

test("a plan ends only after one was asked", async () => {
  const asked = fakeHouse({
    "GET /api/devices/plans/1": [PLAN],
    "DELETE /api/devices/plans/1/p1": new Reply(204, null),
  });
  render(<PlansPanel />);

  await userEvent.click(await screen.findByRole("button", { name: "End the plan: Weight" }));
  expect(asked.some(({ method }) => method === "DELETE")).toBe(false);
  await userEvent.click(screen.getByRole("button", { name: "End the plan" }));

  await waitFor(() => expect(asked.some(({ method }) => method === "DELETE")).toBe(true));
});

test("a device that is silent although something is planned shows it", async () => {
  fakeHouse({ "GET /api/devices": [SCALE], "GET /api/devices/plans/1": [PLAN] });
  render(<DevicesPanel />);

  expect(await screen.findByText(/No reading since .*, although planned/)).toBeTruthy();
});

test("at home one is told what is to be measured now", async () => {
  fakeHouse({ "GET /api/devices/plans/1": [PLAN] });
  render(<dueBanner.Component place="home" />);

  expect(await screen.findByText("Time to measure.")).toBeTruthy();
  expect(screen.getByRole("button", { name: "Try now" })).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Enter by hand" }));
  expect(await screen.findByRole("textbox", { name: "Value, kg" })).toBeTruthy();
});
