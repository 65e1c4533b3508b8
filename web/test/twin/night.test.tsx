import { act, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { session } from "../../src/kit/session";
import { setLanguage } from "../../src/kit/text";
import { subject } from "../../src/records/subject";
import { scenes } from "../../src/twin/chosen";
import { OvernightPanel } from "../../src/twin/night/OvernightPanel";
import { opened } from "../../src/twin/opened";
import { RisksPanel } from "../../src/twin/RisksPanel";
import type { Night, Overnight, Since } from "../../src/wire/twin";
import { type Asked, fakeHouse, fakeStreams } from "../house/house";

const kidneys: Since = {
  now: {
    kind: "card",
    name: "egfr",
    title_key: "twin.card.egfr.title",
    value: 22.6,
    low: 17.4,
    high: 32.3,
    unit: "mL/min/{1.73_m2}",
    digits: 0,
    as_of: "2026-03-01T12:00:00Z",
    version: "CKD-EPI 2021",
  },
  before: 67.7,
  moved_by: [
    {
      key: "creatinine",
      label_key: "twin.input.creatinine",
      before: 0.97,
      before_key: "",
      now: 2.4,
      now_key: "",
      unit: "mg/dL",
      at: "2026-03-01T12:00:00Z",
      reference: "Observation/worse",
      before_reference: "Observation/before",
    },
  ],
  is_beyond: true,
  is_worse: true,
  is_another_version: false,
};
const same: Since = {
  ...kidneys,
  now: { ...kidneys.now, name: "news2", title_key: "twin.card.news2.title", value: 1 },
  before: 1,
  moved_by: [],
  is_beyond: false,
  is_worse: null,
};
const night: Night = {
  patient: "Patient/1",
  at: "2026-03-02T02:00:00Z",
  before_at: "2026-03-01T02:00:00Z",
  found: [kidneys, same],
  held: ["twin.card.prevent10.title"],
};
const list: Overnight = {
  found: [
    {
      patient: "Patient/1",
      name: "Mei Lin",
      at: night.at,
      before_at: "2026-03-01T02:00:00Z",
      most: { ...kidneys, moved_by: [] },
      more: 1,
    },
    {
      patient: "Patient/2",
      name: "",
      at: night.at,
      before_at: "2026-03-01T02:00:00Z",
      most: { ...kidneys, is_worse: false, before: 12, moved_by: [] },
      more: 0,
    },
  ],
  looked_at: 3,
  outdated: 0,
  is_whole: true,
};

let asked: Asked[] = [];
let told: Overnight = list;
let of: Night | null = night;

beforeEach(() => {
  told = list;
  of = night;
  asked = fakeHouse({
    "GET /api/twin/1/body": () => ({ organs: [] }),
    "GET /api/twin/1/vitals": () => [],
    "GET /api/twin/1/cards": () => [],
    "GET /api/twin/1/predictions": () => [],
    "GET /api/twin/1/nightly": () => of,
    "GET /api/twin/overnight": () => told,
  });
  fakeStreams();
  scenes.set(1);
  const me = { account: "a", name: "Tao", person: null, language: "en" } as const;
  session.set({ state: "known", me: { ...me, roles: ["clinician"] } });
  subject.set({ patient: "1", purpose: "TREAT", visit: "v1" });
});

afterEach(async () => {
  act(() => subject.set(null));
  scenes.set(0);
  vi.useRealTimers();
  await setLanguage("en");
});

const looks = () => asked.filter(({ path }) => path === "/api/twin/overnight").length;

async function press(): Promise<void> {
  await userEvent.click(await screen.findByRole("button", { name: "Look now" }));
}

describe("the card of one patient", () => {
  test("says what changed, by how much, between what, and which value moved it", async () => {
    render(<RisksPanel />);

    const card = await screen.findByRole("region", { name: "Since last night" });
    expect(within(card).getByText("Worse")).toBeTruthy();
    expect(card.textContent).toContain("68");
    expect(card.textContent).toMatch(/23.mL\/min\/1\.73.m²/u);
    expect(card.textContent).toContain("What it was lies outside this range.");
    expect(card.textContent).toMatch(/Creatinine0\.97.*2\.40.mg\/dL/u);
    expect(card.textContent).toContain("1 other number is as before.");
  });

  test("is asked for once, not with each reading that comes; again when somebody wishes", async () => {
    const counted = (what: string) => asked.filter(({ path }) => path.includes(what)).length;
    render(<RisksPanel />);
    await screen.findByRole("region", { name: "Since last night" });
    const cards = counted("/cards");

    act(() => opened.revision.update((n) => n + 1));
    await vi.waitFor(() => expect(counted("/cards")).toBe(cards + 1));
    const afterReading = counted("/nightly");
    act(() => opened.refresh());

    await vi.waitFor(() => expect(counted("/nightly")).toBe(2));
    expect(afterReading).toBe(1);
  });

  test("judges nothing that may be no change at all: it says only higher or lower", async () => {
    const near = { ...kidneys, before: 30, is_beyond: false };
    const rise = { ...near, before: 20, is_worse: false, now: { ...near.now, name: "other" } };
    of = { ...night, found: [near, rise] };
    render(<RisksPanel />);

    const card = await screen.findByRole("region", { name: "Since last night" });

    expect(within(card).getByText("Lower")).toBeTruthy();
    expect(within(card).getByText("Higher")).toBeTruthy();
    expect(within(card).queryByText(/Worse|Better/u)).toBeNull();
    expect(card.querySelector("[data-worse]")).toBeNull();
  });

  test("judges what has no range, and what crossed a level of response within its range", async () => {
    const score = { ...kidneys.now, kind: "score", name: "score", low: null, high: null } as const;
    const news = { ...kidneys.now, name: "news2", value: 5, low: 3, high: 7 };
    of = {
      ...night,
      found: [
        { ...kidneys, now: score, is_beyond: false, before: 1 },
        { ...kidneys, now: news, is_beyond: true, before: 4 },
      ],
    };
    render(<RisksPanel />);

    const card = await screen.findByRole("region", { name: "Since last night" });

    expect(within(card).getAllByText("Worse")).toHaveLength(2);
    expect(card.textContent).toContain(
      "It crossed a level at which another response is asked for.",
    );
    expect(card.textContent).not.toContain("outside this range");
  });

  test("compares nothing with another version of a model, and says so", async () => {
    of = { ...night, found: [kidneys, { ...same, before: null, is_another_version: true }] };
    render(<RisksPanel />);

    await screen.findByText(/1 number was computed with another version of the model/u);

    expect(screen.queryByText(/as before/u)).toBeNull();
  });

  test("names what waits for one's own estimate, and shows nothing of it", async () => {
    render(<RisksPanel />);

    const held = await screen.findByText(/Waiting for your own estimate first/u);
    expect(held.textContent).toContain("next 10 years (PREVENT)");
  });

  test("is not there where nothing may be told, nor for a patient", async () => {
    of = null;
    const { unmount } = render(<RisksPanel />);
    await screen.findByRole("region", { name: "Learned from data" });
    expect(screen.queryByText("Since last night")).toBeNull();
    unmount();
    const me = { account: "a", name: "Mei", person: null, language: "en" } as const;
    session.set({ state: "known", me: { ...me, roles: ["patient"] } });
    asked.length = 0;

    render(<RisksPanel />);

    await vi.waitFor(() => expect(asked.some(({ path }) => path.includes("cards"))).toBe(true));
    expect(asked.some(({ path }) => path.includes("nightly"))).toBe(false);
  });

  test("says so where nothing changed, and where there is no night before", async () => {
    of = { ...night, found: [same], held: [] };
    const { unmount } = render(<RisksPanel />);
    await screen.findByText("No number is another than the night before.");
    unmount();
    of = { ...night, before_at: null };

    render(<RisksPanel />);

    await screen.findByText("There is no night before to compare with yet.");
  });
});

describe("the list over all patients", () => {
  test("looks only when it is asked to, and says that everybody's log says so", async () => {
    render(<OvernightPanel />);
    await screen.findByText(/writes a line in the log of each/u);
    expect(looks()).toBe(0);

    await press();

    const first = await screen.findByRole("region", { name: "Mei Lin" });
    expect(first.textContent).toContain("Kidney filtration (eGFR)");
    expect(first.textContent).not.toContain("Which value moved it");
    expect(screen.getByText("What moved it")).toBeTruthy(); // of the one with a single number
    const names = screen.getAllByRole("heading").map(({ textContent }) => textContent);
    expect(names).toEqual(["Overnight", "Mei Lin", "Patient 2"]);
    expect(
      within(screen.getByRole("region", { name: "Patient 2" })).getByText("Better"),
    ).toBeTruthy();
    expect(looks()).toBe(1);
  });

  test("shows everything of one of them when that is opened, and asks for it only then", async () => {
    render(<OvernightPanel />);
    await press();
    const more = await screen.findByText(/All that changed, of this patient/u);
    expect(asked.some(({ path }) => path.includes("nightly"))).toBe(false);

    await userEvent.click(more);

    await vi.waitFor(() => expect(asked.at(-1)?.path).toBe("/api/twin/1/nightly"));
  });

  test("tells apart that nothing changed and that there was nobody to look at", async () => {
    told = { found: [], looked_at: 3, outdated: 0, is_whole: true };
    const { unmount } = render(<OvernightPanel />);
    await press();
    await screen.findByText("Nothing changed overnight");
    await screen.findByText(/Of 3 patients, no number/u);
    unmount();
    told = { found: [], looked_at: 0, outdated: 0, is_whole: true };
    render(<OvernightPanel />);

    await press();

    await screen.findByText("Nobody to look at");
  });

  test("says of how many nothing can be told, and counts them among none unchanged", async () => {
    told = { found: [], looked_at: 3, outdated: 2, is_whole: true };
    const { unmount } = render(<OvernightPanel />);
    await press();
    await screen.findByText(/Of 1 patient, no number/u);
    await screen.findByText(/Of 2 patients nothing can be told/u);
    unmount();
    told = { found: [], looked_at: 3, outdated: 3, is_whole: true };
    render(<OvernightPanel />);

    await press();

    await screen.findByText(/Of 3 patients nothing can be told/u);
    expect(screen.queryByText("Nothing changed overnight")).toBeNull();
  });

  test("says that others are not on it where they are too many", async () => {
    told = { ...list, looked_at: 500, is_whole: false };
    render(<OvernightPanel />);

    await press();

    await screen.findByText(/More than 500 patients/u);
  });

  test("is put away after a while, since nothing tells it of a consent that ended", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    render(<OvernightPanel />);
    await press();
    await screen.findByText("Mei Lin");

    await act(() => vi.advanceTimersByTimeAsync(5 * 60_000));

    expect(screen.queryByText("Mei Lin")).toBeNull();
    await screen.findByText(/The list was put away/u);
  });

  test("speaks Chinese", async () => {
    await setLanguage("zh-CN");
    render(<OvernightPanel />);

    await userEvent.click(await screen.findByRole("button", { name: "现在查看" }));

    await screen.findByText("恶化");
    expect(document.body.textContent).not.toMatch(/twin\.\w+/u);
  });
});
