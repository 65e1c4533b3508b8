import { render, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, test } from "vitest";
import { subject } from "../../src/records/subject";
import { FuturesPanel } from "../../src/twin/futures/FuturesPanel";
import { Levers } from "../../src/twin/prevention/Levers";
import type { Amount, Effect, Future, Futures, Outlook } from "../../src/wire/twin";
import { fakeHouse, fakeStreams, outcome } from "../house/house";

const SOURCE = { citation: "Somebody 2024", url: "https://x.test" };
const MEANING = "twin.card.interval.trial";
const years = (n: number) => ({ key: "twin.future.horizon.years", params: { years: n } });

function amount(value: number, low: number, high: number): Amount {
  return { value, interval: { low, high, meaning_key: MEANING, params: {} } };
}

const effect: Effect = {
  treatment: "statin_moderate",
  title_key: "twin.future.treatment.statin_moderate",
  outcome: "ascvd",
  outcome_key: "twin.future.outcome.ascvd",
  state: "computed",
  horizon: years(5),
  ratio: null,
  baseline: amount(12, 10, 14),
  // biome-ignore lint/suspicious/noThenProperty: the house calls it so
  then: amount(9, 8, 11),
  less: amount(3, 2, 4),
  treated: null,
  harms: [],
  missing: [],
  limits: [],
  source: SOURCE,
};

function future(trials: readonly Effect[]): Future {
  return {
    association: [
      {
        outcome: "total_cvd",
        label_key: "twin.future.outcome.total_cvd",
        amount: amount(8, 7, 9),
        less: amount(2, 1, 3),
      },
    ],
    trials,
  } as unknown as Future;
}

function told(change: Partial<Futures> = {}): Futures {
  return {
    patient: "1",
    state: "computed",
    ask: "",
    horizon: years(10),
    a: future([]),
    b: future([effect]),
    offers: [],
    missing: [],
    limits: [],
    source: SOURCE,
    as_of: null,
    ...change,
  };
}

function house(answer: Futures): void {
  fakeHouse({
    "GET /api/twin/1/body": outcome(404, "not-found", "no"),
    "GET /api/twin/1/vitals": [],
    "POST /api/twin/1/futures": answer,
  });
}

beforeEach(() => {
  fakeStreams();
  subject.set({ patient: "1", purpose: "TREAT", visit: null });
});

afterEach(() => subject.set(null));

test("an association says over how long, and never that somebody is spared", async () => {
  house(told());
  const { container } = render(<FuturesPanel />);

  expect(await screen.findByText("The next 10 years")).toBeTruthy();
  const tier = within(container.querySelector(".tier-a") as HTMLElement);
  expect(tier.getByText("would have it less often")).toBeTruthy();
  expect(tier.getAllByRole("img", { name: /2 would have it less often/ })).toHaveLength(2);
  expect(container.querySelector(".tier-a")?.textContent).not.toMatch(/spared/i);
});

test("each effect in brief says over how long", async () => {
  house(told());
  const { container } = render(<FuturesPanel />);
  await screen.findByText("The next 10 years");

  expect(container.querySelector(".brief")?.textContent).toContain("The next 5 years");
});

test("what the equation lacks is named", async () => {
  const lack = { key: "sbp", label_key: "twin.input.sbp", why_key: "twin.input.why.missing" };
  house(told({ missing: [{ ...lack, low: null, high: null, unit: "" }] }));
  render(<FuturesPanel />);

  expect(await screen.findByText(/^Systolic blood pressure:/)).toBeTruthy();
});

test("levers say first that they are an association, and how sure the whole of them is", () => {
  const lever = (key: string) => ({
    key,
    label_key: `twin.input.${key}`,
    from: 160,
    to: 120,
    unit: "mm[Hg]",
    less: amount(2, 1, 3),
    say: { key: "twin.prevention.say.sbp", params: { now: 8, years: 10 } },
  });
  const outlook = {
    value: 8,
    levers: [lever("sbp"), lever("bmi")],
    together: amount(5, 4, 6),
  } as unknown as Outlook;
  const { container } = render(<Levers outlook={outlook} />);

  expect(container.querySelector("h3 + p")?.textContent).toContain("It is no promise");
  expect(container.querySelector(".together")?.textContent).toContain("(4.0 to 6.0)");
});
