import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { session } from "../../src/kit/session";
import { Store } from "../../src/kit/store";
import { setLanguage } from "../../src/kit/text";
import { subject } from "../../src/records/subject";
import { scenes } from "../../src/twin/chosen";
import { chooseGlucose } from "../../src/twin/glucose";
import { Showing } from "../../src/twin/hologram/Showing";
import { simulated } from "../../src/twin/simulated";
import { indexAt, Player, ratesAt, valueAt } from "../../src/twin/simulation/Player";
import { FIRST, WHATS, wishOf, withWhat } from "../../src/twin/simulation/plans";
import { SimulationPanel } from "../../src/twin/simulation/SimulationPanel";
import type { Simulation } from "../../src/wire/twin";
import { type Asked, fakeHouse, fakeStreams, outcome } from "../house/house";

const PATH = "POST /api/twin/1/simulation";

function curve(key: string, unit: string, values: readonly (number | null)[]) {
  return { key, label_key: `twin.simulation.curve.${key}`, unit, digits: 0, values };
}

function run(change: Partial<Simulation> = {}): Simulation {
  return {
    kind: "circulation",
    state: "computed",
    label: { key: "twin.simulation.label", params: {} },
    calibrated: { key: "twin.simulation.calibrated", params: { n: 8 } },
    pulse: { key: "twin.simulation.pulse.low", params: { n: 10, days: 3 } },
    times: [-30, 0, 30, 60],
    curves: [
      curve("heart_rate", "/min", [70, 70, 88, 110]),
      curve("sbp", "mm[Hg]", [120, 120, 110, 92]),
      curve("dbp", "mm[Hg]", [76, 76, 74, 66]),
      curve("etco2", "mm[Hg]", [40, 40, null, null]),
      curve("respiratory_rate", "/min", [14, 14, 15, 16]),
    ],
    before: [80, 120, 90],
    after: [66, 92, 70],
    stopped_at: null,
    fit: [{ key: "sbp", label_key: "twin.input.sbp", measured: 121, simulated: 120.8 }],
    inputs: [
      {
        key: "heart_rate",
        label_key: "twin.input.heart_rate",
        value: 70,
        value_key: "",
        unit: "/min",
        at: null,
        reference: null,
        missing: false,
        points: null,
      },
    ],
    missing: [],
    limits: [{ key: "twin.simulation.limit.mechanistic", params: {} }],
    sources: [{ citation: "Ursino 1998", url: "https://x.test" }],
    as_of: null,
    ...change,
  };
}

const cannot = run({
  state: "cannot",
  curves: [],
  times: [],
  missing: [
    {
      key: "weight",
      label_key: "twin.input.weight",
      why_key: "twin.input.why.missing",
      low: null,
      high: null,
      unit: "",
    },
  ],
});

let asked: Asked[] = [];

function house(answer: unknown): void {
  asked = fakeHouse({
    "GET /api/twin/1/body": outcome(404, "not-found", "no"),
    "GET /api/twin/1/vitals": [],
    [PATH]: answer,
  });
}

const sent = () => asked.filter(({ method }) => method === "POST").map(({ body }) => body);

beforeEach(() => {
  // Chromium answers with a promise, which an effect must not hand on as its clean-up.
  vi.spyOn(Element.prototype, "scrollIntoView").mockReturnValue(Promise.resolve() as never);
  scenes.set(1); // a scene draws the body; no panel has to
  fakeStreams();
  subject.set({ patient: "1", purpose: "TREAT", visit: null });
});

afterEach(async () => {
  chooseGlucose("mmol/L");
  scenes.set(0);
  subject.set(null);
  await setLanguage("en");
});

describe("a simulation's time", () => {
  test("goes on while it plays, and rests at its end", () => {
    const player = Player.for([run()]);
    player.toggle();
    player.update(15);

    expect(player.now).toBeCloseTo(15);
    player.update(60);
    expect([player.now, player.isPlaying]).toEqual([60, false]);
    player.toggle();
    expect(player.now).toBe(-30);
  });

  test("has a value for each moment, and none where a monitor shows a dash", () => {
    expect(indexAt([-30, 0, 30, 60], 45)).toBe(2);
    expect(valueAt(run(), "heart_rate", 45)).toBe(88);
    expect(valueAt(run(), "etco2", 45)).toBeNull();
    expect(ratesAt(run(), 60)).toEqual({ heart: 110, breaths: 16 });
    expect(ratesAt(run({ kind: "glucose" }), 60)).toBeNull();
  });
});

test("whatever one may choose, something happens within the time that is asked for", () => {
  for (const what of WHATS) {
    const wish = wishOf({ ...FIRST, what });
    const events = wish.events as { at: number }[];

    expect(events.length).toBeGreaterThan(0);
    for (const { at } of events) expect(at).toBeLessThan(wish.length);
  }
});

test("what is sent is what is shown, also after something else is let happen", () => {
  const lost = { ...FIRST, what: "bleed", ml: 2000 } as const;

  expect(withWhat(lost, "fluid").ml).toBe(1000);
  expect(withWhat({ ...lost, ml: 500 }, "fluid").ml).toBe(500);
  expect(withWhat(lost, "stand").ml).toBe(2000);
});

test("the hologram beats and breathes as in the simulation while one is played", () => {
  const played = new Store<{ heart: number; breaths: number } | null>(null);
  const showing = new Showing({
    body: new Store({ value: undefined, error: undefined }),
    vitals: new Store({ value: undefined, error: undefined }),
    simulated: played,
    chosen: new Store<string | null>(null),
    hovered: new Store<string | null>(null),
    turns: new Store({ by: 0 }),
    now: () => 0,
    nameOf: (key) => key,
    fetchBody: async () => new ArrayBuffer(0),
  });
  const heard = vi.spyOn(showing.hologram, "hear");

  played.set({ heart: 110, breaths: 16 });
  played.set(null);

  expect(heard).toHaveBeenNthCalledWith(1, { type: "rates", heart: 110, breaths: 16 });
  expect(heard).toHaveBeenNthCalledWith(2, { type: "rates", heart: null, breaths: null });
  showing.dispose();
});

test("one chooses, sees it move, compares, and reads that it is no forecast", async () => {
  house(run());
  const user = userEvent.setup();
  render(<SimulationPanel />);

  await user.click(await screen.findByRole("radio", { name: "Exercises" }));
  await user.click(screen.getByRole("button", { name: "Simulate" }));
  expect(await screen.findByRole("slider", { name: "Time in the simulation" })).toBeTruthy();
  expect(screen.getAllByText("A simulation, not a forecast").length).toBe(2);
  expect(simulated.get()).toEqual({ heart: 70, breaths: 14 });
  await user.click(screen.getByRole("button", { name: "Another, to compare" }));
  await waitFor(() => expect(screen.getByText("Second")).toBeTruthy());

  expect(sent()[0]).toMatchObject({
    kind: "circulation",
    events: [{ at: 0, kind: "exercise", values: { watts: 50 } }, { at: 300 }],
  });
  expect(sent()[1]).toMatchObject({ told: { heart_rate: 70 } }); // from the same rest
  const pulse = screen.getByRole("figure", { name: /^Heart rate/ });
  expect(within(pulse).getAllByText("70", { selector: "strong" }).length).toBe(2);
});

test("a patient is offered only what she may let happen, a clinician everything", async () => {
  house(run());
  const { unmount } = render(<SimulationPanel />);
  await screen.findByRole("button", { name: "Simulate" });
  const offered = screen.getAllByRole("radio").length;
  unmount();
  const me = { account: "a", name: "Tao", person: null, language: "en" } as const;
  session.set({ state: "known", me: { ...me, roles: ["clinician"] } });
  render(<SimulationPanel />);
  await screen.findByRole("button", { name: "Simulate" });

  expect([offered, screen.getAllByRole("radio").length]).toEqual([4, WHATS.length]);
  session.set({ state: "stranger", me: null });
});

test("what is missing is named, can be told, and is sent along", async () => {
  let isFirst = true;
  house(() => {
    const answer = isFirst ? cannot : run();
    isFirst = false;
    return answer;
  });
  const user = userEvent.setup();
  render(<SimulationPanel />);

  await user.click(await screen.findByRole("button", { name: "Simulate" }));
  await user.type(await screen.findByLabelText("Weight (kg)"), "68");
  const [, again] = screen.getAllByRole("button", { name: "Simulate" });
  await user.click(again as HTMLElement);
  await screen.findByRole("slider");

  expect(sent()[1]).toMatchObject({ told: { weight: 68 } });
});

test("blood that was lost may be replaced, in the same run", () => {
  const wish = wishOf({ ...FIRST, refill: "blood", refillMl: 500 });

  expect(wish.length).toBe(1500);
  expect(wish.events).toEqual([
    { at: 0, kind: "bleed", values: { ml_min: 100, seconds: 600 } },
    { at: 600, kind: "blood", values: { ml: 500, seconds: 600 } },
  ]);
});

test("glucose is told and shown in the unit that one chooses", async () => {
  let isFirst = true;
  const glucose = run({ kind: "glucose", curves: [curve("glucose", "mg/dL", [90, 90, 180, 144])] });
  const [need] = cannot.missing;
  const limits = {
    key: "glucose",
    label_key: "twin.input.glucose",
    low: 54,
    high: 400,
    unit: "mg/dL",
  };
  house(() => {
    const answer = isFirst ? { ...cannot, missing: [{ ...need, ...limits }] } : glucose;
    isFirst = false;
    return answer;
  });
  const user = userEvent.setup();
  render(<SimulationPanel />);
  await user.click(await screen.findByRole("radio", { name: "Eats a meal" }));
  await user.click(screen.getByRole("button", { name: "Simulate" }));

  expect(await screen.findByText(/\(3.0–22.2 mmol\/L\)/)).toBeTruthy();
  await user.type(screen.getByLabelText("Blood sugar (mmol/L)"), "5,3");
  const [, again] = screen.getAllByRole("button", { name: "Simulate" });
  await user.click(again as HTMLElement);

  expect(sent()[1]).toMatchObject({ told: { glucose: [5.3, "mmol/L"] } });
  expect(await screen.findByRole("figure", { name: "Glucose: 5.0 mmol/L" })).toBeTruthy();
  await user.selectOptions(screen.getByLabelText("Glucose in"), "mg/dL");
  expect(screen.getByRole("figure", { name: "Glucose: 90 mg/dL" })).toBeTruthy();
});

test("nothing of a run stays when the record closes", async () => {
  house(run());
  const user = userEvent.setup();
  render(<SimulationPanel />);
  await user.click(await screen.findByRole("button", { name: "Simulate" }));
  await screen.findByRole("slider");

  subject.set(null);

  await waitFor(() => expect(screen.queryByRole("slider")).toBeNull());
  expect(simulated.get()).toBeNull();
});

test("it speaks Chinese", async () => {
  house(run({ stopped_at: 45 }));
  await setLanguage("zh-CN");
  const user = userEvent.setup();
  render(<SimulationPanel />);

  await user.click(await screen.findByRole("button", { name: "开始模拟" }));

  expect(await screen.findByText("在此模拟中，0:45（分:秒） 后心脏停搏。")).toBeTruthy();
});

test("says what the pulse at rest rests on", async () => {
  house(run());
  render(<SimulationPanel />);

  await userEvent.click(await screen.findByRole("button", { name: "Simulate" }));

  await screen.findByText(/a low one of 10 readings on 3 days of the last month/u);
});
