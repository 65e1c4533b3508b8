import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent, { type UserEvent } from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Role, session } from "../../src/kit/session";
import { setLanguage } from "../../src/kit/text";
import { subject } from "../../src/records/subject";
import { scenes } from "../../src/twin/chosen";
import { RisksPanel } from "../../src/twin/RisksPanel";
import { ScoreSheet } from "../../src/twin/scores/ScoreSheet";
import { hasWords, isFollowing, toldOf } from "../../src/twin/scores/told";
import type { Missing, Scored, ScoreInput } from "../../src/wire/twin";
import { type Asked, fakeHouse, fakeStreams, outcome } from "../house/house";

function input(key: string, change: Partial<ScoreInput> = {}): ScoreInput {
  return {
    key,
    label_key: `twin.input.${key}`,
    kind: "answer",
    needed: false,
    unit: "",
    low: null,
    high: null,
    whole: false,
    options: [],
    of: [],
    origin: "none",
    value: null,
    value_key: "",
    at: null,
    reference: null,
    why_key: "twin.input.why.missing",
    ...change,
  };
}

const found = { origin: "record", why_key: "", at: "2026-02-08T12:00:00Z" } as const;
const number = { kind: "number", needed: true, low: 1, high: 500 } as const;

function missing(key: string, why: string): Missing {
  const why_key = `twin.input.why.${why}`;
  return { key, label_key: `twin.input.${key}`, why_key, low: null, high: null, unit: "" };
}

function score(name: string, slug: string, change: Partial<Scored> = {}): Scored {
  return {
    name,
    title_key: `twin.score.${slug}.title`,
    about_key: `twin.score.${slug}.about`,
    range_key: `twin.score.${slug}.range`,
    organ: "heart",
    organ_key: "twin.organ.heart",
    horizon: { key: "twin.score.horizon.1_year", params: {} },
    state: "cannot",
    result: null,
    inputs: [],
    missing: [],
    sources: [{ citation: "Lip GYH. Chest 2010;137:263-272.", url: "https://x.test" }],
    limits: [{ key: "twin.limit.judgement", params: {} }],
    as_of: null,
    ...change,
  };
}

const stroke = score("CHA2DS2-VASc", "cha2ds2vasc", {
  inputs: [
    input("hypertension", { ...found, value: true, reference: "Condition/1" }),
    input("stroke"),
    input("diabetes", { why_key: "twin.input.why.not_allowed" }),
  ],
  missing: [missing("stroke", "missing"), missing("diabetes", "not_allowed")],
});
const fibrosis = score("FIB-4", "fib4", {
  organ: "liver",
  organ_key: "twin.organ.liver",
  state: "computed",
  result: {
    value: 3.22,
    unit: "",
    digits: 2,
    interval: {
      low: 2.1,
      high: 4.9,
      meaning_key: "twin.card.interval.measurement_error",
      params: {},
    },
    band: { key: "twin.score.fib4.band.indeterminate", params: {} },
    risk: null,
  },
  inputs: [
    input("ast", { ...found, ...number, unit: "U/L", value: 50, reference: "Observation/ast" }),
    input("platelets", {
      ...number,
      unit: "10*9/L",
      value: 150,
      at: "2020-02-08T12:00:00Z",
      why_key: "twin.input.why.too_old",
    }),
  ],
});
const asksFirst = score("PCE", "pce", { state: "asked_first" });
const computed: Scored = {
  ...stroke,
  state: "computed",
  missing: [],
  result: {
    value: 3,
    unit: "{score}",
    digits: 0,
    interval: null,
    band: null,
    risk: { key: "twin.score.risk", params: { share: 14.5 } },
  },
  inputs: [
    input("hypertension", { ...found, value: true }),
    input("stroke", { origin: "assumed", value: false, why_key: "" }),
    input("diabetes", { origin: "told", value: false, why_key: "" }),
  ],
};

let asked: Asked[] = [];

function signedIn(role: Role): void {
  const me = { account: "a", name: "Tao", roles: [role], person: null, language: "en" } as const;
  session.set({ state: "known", me });
}

beforeEach(() => {
  asked = fakeHouse({
    "GET /api/twin/1/body": outcome(404, "not-found", "no"),
    "GET /api/twin/1/vitals": [],
    "GET /api/twin/1/cards": [],
    "GET /api/twin/1/predictions": [],
    "GET /api/twin/1/scores": [stroke, fibrosis],
    "POST /api/twin/1/scores/CHA2DS2-VASc": computed,
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

async function openList(user: UserEvent, words = "Open the scores"): Promise<void> {
  render(<RisksPanel />);
  await user.click(await screen.findByText(words));
  await screen.findByRole("searchbox");
}

async function openScore(user: UserEvent, name: RegExp): Promise<HTMLElement> {
  await openList(user);
  await user.click(screen.getByRole("button", { name }));
  return screen.findByRole("dialog");
}

const posted = (): unknown[] => asked.filter((a) => a.method === "POST").map((a) => a.body);

describe("the list of scores", () => {
  test("is not asked for before it is opened, and by nobody but a clinician", async () => {
    render(<RisksPanel />);
    await screen.findByText("Open the scores");
    expect(asked.some(({ path }) => path.includes("scores"))).toBe(false);

    act(() => signedIn("patient"));
    expect(screen.queryByText("Open the scores")).toBeNull();
  });

  test("groups them by organ and says of each what stands in its way", async () => {
    await openList(userEvent.setup());

    expect(screen.getAllByRole("heading", { level: 3 }).map((h) => h.textContent)).toEqual([
      "Heart",
      "Liver",
    ]);
    const [first, second] = screen.getAllByRole("listitem").map((row) => row.textContent);
    expect(first).toBe("CHA₂DS₂-VAScStroke in atrial fibrillation1 missing, 1 not shared");
    expect(second).toBe("FIB-4Fibrosis of the liverCan be computed");
  });

  test("says that one's own estimate comes first where a result would answer it", async () => {
    asked = fakeHouse({
      "GET /api/twin/1/body": outcome(404, "not-found", "no"),
      "GET /api/twin/1/vitals": [],
      "GET /api/twin/1/cards": [],
      "GET /api/twin/1/predictions": [],
      "GET /api/twin/1/scores": [asksFirst],
    });
    const dialog = await openScore(userEvent.setup(), /Give your own estimate first/);

    expect(within(dialog).getByText("Give your own estimate first")).toBeTruthy();
    expect(within(dialog).getByText(/^Say first what you think/)).toBeTruthy();
  });

  test.each([
    ["chads", 0],
    ["cha2ds2 vasc", 1],
    ["LIVER", 1],
    ["fib4", 1],
    ["", 2],
  ])("is searched by name, title and organ: %s", async (words, count) => {
    const user = userEvent.setup();
    await openList(user);

    if (words) await user.type(screen.getByRole("searchbox"), words);

    expect(screen.queryAllByRole("listitem")).toHaveLength(count);
    if (!count) expect(screen.getByText("No score has these words.")).toBeTruthy();
  });

  test("speaks Chinese, and brings the words of a language chosen meanwhile", async () => {
    await openList(userEvent.setup());

    await act(() => setLanguage("zh-CN"));

    expect(await screen.findByText("心房颤动的脑卒中风险")).toBeTruthy();
    expect(screen.getByText("缺 1 项，1 项未授权")).toBeTruthy();
    expect(document.body.textContent).not.toMatch(/twin\.\w+/);
  });

  test("is gone at once with the record, and the score that is open with it", async () => {
    await openScore(userEvent.setup(), /FIB-4/);

    act(() => subject.set(null));

    expect(screen.queryByRole("dialog")).toBeNull();
    expect(document.body.textContent).not.toContain("FIB-4");
  });
});

describe("a score", () => {
  test("stands with its interval, class, people, horizon, limits and paper", async () => {
    const sheet = await openScore(userEvent.setup(), /FIB-4/);

    for (const words of [
      "3.22",
      "between 2.10 and 4.90",
      "Undecided (1.45 to 3.25)",
      "Made for: Adults with chronic liver disease",
      "From the record, Feb 8, 2026",
      "Lip GYH",
      "is not kept",
    ])
      expect(sheet.textContent).toContain(words);
  });

  test("is filled from the record, and shows what is too old there without counting it", async () => {
    const user = userEvent.setup();
    const sheet = await openScore(user, /FIB-4/);
    const count = within(sheet).getByLabelText<HTMLInputElement>("Platelets");

    expect(within(sheet).getByLabelText<HTMLInputElement>("Liver enzyme AST").value).toBe("50");
    expect(count.value).toBe("");
    expect(sheet.textContent).toContain("measured too long ago (150\u00a010⁹/L, Feb 8, 2020)");

    await user.click(within(sheet).getByRole("button", { name: "Use this value" }));
    expect(count.value).toBe("150");
  });

  test("no longer shows a result once a field says something else", async () => {
    const user = userEvent.setup();
    const sheet = await openScore(user, /FIB-4/);
    const ast = within(sheet).getByLabelText("Liver enzyme AST");

    await user.type(ast, "0");
    expect(sheet.textContent).not.toContain("3.22");

    await user.type(ast, "{Backspace}");
    expect(sheet.textContent).toContain("3.22");
  });

  test("is computed with the keyboard alone, and says what was taken for a no", async () => {
    const user = userEvent.setup();
    const sheet = await openScore(user, /VASc/);
    const diabetes = within(sheet).getByRole("radiogroup", { name: "Diabetes" });
    expect(diabetes.textContent).toContain("Diabetes");
    expect(sheet.textContent).toContain("not shared with you");

    act(() => within(diabetes).getByRole<HTMLInputElement>("radio", { name: "no" }).focus());
    await user.keyboard(" {Enter}");

    await waitFor(() => expect(posted()).toEqual([{ diabetes: false }]));
    const told = await within(sheet).findByText(/Counted as “no”/);
    expect(told.textContent).toBe("Counted as “no”, since nobody told: Earlier ischaemic stroke.");
    expect(sheet.querySelector(".risk-value")?.textContent).toBe("3 points");
    expect(sheet.textContent).toContain("about 14.5 of 100");
  });

  test("names at once what no field can mend", async () => {
    const missed = [missing("prior_cvd", "not_allowed"), missing("stroke", "missing")];
    fakeHouse({
      "GET /api/twin/1/vitals": [],
      "GET /api/twin/1/cards": [],
      "GET /api/twin/1/scores": [{ ...stroke, missing: missed }],
    });
    const sheet = await openScore(userEvent.setup(), /VASc/);

    expect(sheet.querySelector(".cannot")?.textContent).toBe(
      "For you to make sure of:Earlier heart disease or stroke: not shared with you",
    );
  });

  test("that cannot be computed after all says what it needs", async () => {
    const user = userEvent.setup();
    const need = { ...stroke, missing: [missing("diabetes", "not_allowed")] };
    fakeHouse({
      "GET /api/twin/1/vitals": [],
      "GET /api/twin/1/cards": [],
      "GET /api/twin/1/scores": [stroke],
      "POST /api/twin/1/scores/CHA2DS2-VASc": need,
    });
    const sheet = await openScore(user, /VASc/);

    await user.click(within(sheet).getByRole("button", { name: "Compute" }));

    expect(await within(sheet).findByText("Cannot be computed. It needs:")).toBeTruthy();
    expect(sheet.querySelector(".cannot")?.textContent).toContain("Diabetes: not shared with you");
    expect(sheet.querySelector(".risk-value")).toBeNull();
  });
});

describe("an answer", () => {
  test("stays while a device speaks of something else, and goes when the record says otherwise", async () => {
    const user = userEvent.setup();
    const need = { ...stroke, missing: [missing("diabetes", "not_allowed")] };
    fakeHouse({ "POST /api/twin/1/scores/CHA2DS2-VASc": need });
    const sheetOf = (scored: Scored) => (
      <ScoreSheet
        who={{ patient: "1", purpose: "PATRQT", visit: null }}
        scored={scored}
        onClose={() => {}}
      />
    );
    const { rerender } = render(sheetOf(stroke));
    const words = "Cannot be computed. It needs:";
    await user.click(screen.getByRole("button", { name: "Compute" }));
    await screen.findByText(words);

    rerender(sheetOf(structuredClone(stroke)));
    expect(screen.getByText(words)).toBeTruthy();

    rerender(sheetOf({ ...stroke, inputs: [...stroke.inputs, input("age")] }));
    expect(screen.queryByText(words)).toBeNull();
  });
});

describe("what is told", () => {
  const creatinine = input("creatinine", { ...found, ...number, value: 0.9712345 });
  const above = input("creatinine_above_2", { of: ["creatinine"] });

  test("is only what differs from the record", () => {
    expect(toldOf([creatinine], { creatinine: "0.971" })).toEqual({});
    expect(toldOf([creatinine], { creatinine: "1.2" })).toEqual({ creatinine: 1.2 });
    expect(toldOf([creatinine], { creatinine: "" })).toEqual({ creatinine: null });
    expect(toldOf([above], { creatinine_above_2: null })).toEqual({});
  });

  test("is asked as a yes or no only where the number is not known", () => {
    expect(isFollowing(above, [creatinine, above], {})).toBe(true);
    expect(isFollowing(above, [creatinine, above], { creatinine: "" })).toBe(false);
    expect(toldOf([creatinine, above], { creatinine_above_2: true })).toEqual({});
  });

  test("is found by a name written in any way", () => {
    expect(hasWords("cha₂ds₂", ["CHA2DS2-VASc"])).toBe(true);
    expect(hasWords("卒中", ["心房颤动的脑卒中风险"])).toBe(true);
    expect(hasWords("liver", ["Heart"])).toBe(false);
  });
});

describe("the words of scores", () => {
  const read = (language: string): Record<string, string> =>
    JSON.parse(
      readFileSync(
        resolve(import.meta.dirname, `../../src/twin/scores/words.${language}.json`),
        "utf8",
      ),
    );
  const [en, zh] = [read("en"), read("zh-CN")];
  const kept = /^(INR|PREVENT|FIB|g|dL|mg|mmol|mol|L|mmHg)$/;

  test("are there in both languages, with the same parameters", () => {
    expect(Object.keys(zh)).toEqual(Object.keys(en));
    for (const [key, words] of Object.entries(en))
      expect(zh[key]?.match(/\{\w+\}/g), key).toEqual(words.match(/\{\w+\}/g));
  });

  test("leave no English in the Chinese", () => {
    const left = Object.values(zh)
      .flatMap((words) => words.replace(/\{\w+\}/g, "").match(/[A-Za-z]+/g) ?? [])
      .filter((word) => !kept.test(word));

    expect(left).toEqual([]);
  });
});
