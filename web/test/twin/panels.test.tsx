import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Role, session } from "../../src/kit/session";
import { setLanguage } from "../../src/kit/text";
import { subject } from "../../src/records/subject";
import { BodyPanel } from "../../src/twin/BodyPanel";
import { chosen, scenes } from "../../src/twin/chosen";
import { RisksPanel } from "../../src/twin/RisksPanel";
import { TimelinePanel } from "../../src/twin/TimelinePanel";
import { VitalsPanel } from "../../src/twin/VitalsPanel";
import { body, cannot, computed, entry, vitals } from "./made";

const answers: Record<string, unknown> = {};
const asked: string[] = [];
let streams: EventSource[] = [];

class FakeStream {
  onmessage: ((event: { data: string }) => void) | null = null;
  constructor(readonly url: string) {
    streams.push(this as unknown as EventSource);
  }
  close(): void {
    streams = streams.filter((one) => one !== (this as unknown as EventSource));
  }
}

function tell(item: object): void {
  const event = new MessageEvent("message", { data: JSON.stringify(item) });
  act(() => {
    for (const stream of [...streams]) stream.onmessage?.(event);
  });
}

beforeEach(() => {
  Object.assign(answers, {
    body,
    vitals,
    cards: [cannot, computed],
    timeline: { entries: [], before: null, is_whole: true },
  });
  asked.length = 0;
  streams = [];
  vi.stubGlobal("EventSource", FakeStream);
  vi.stubGlobal("fetch", async (path: string) => {
    asked.push(path);
    const url = new URL(path, "http://house.test");
    const before = url.searchParams.get("before") ?? "";
    const answer = answers[`${url.pathname.split("/").at(-1)}${before}`];
    return answer === undefined
      ? new Response("{}", { status: 404 })
      : new Response(JSON.stringify(answer), { status: 200 });
  });
  scenes.set(1);
  subject.set({ patient: "1", purpose: "TREAT", visit: "v1" });
});
afterEach(() => {
  act(() => subject.set(null));
  scenes.set(0);
  vi.unstubAllGlobals();
});

function visible(): string {
  return document.body.textContent ?? "";
}

describe("every panel", () => {
  const panels = [
    ["vitals", VitalsPanel, "Heart rate"],
    ["body", BodyPanel, "Kidneys"],
    ["risks", RisksPanel, "Kidney filtration (eGFR)"],
    ["timeline", TimelinePanel, "Visit first"],
  ] as const;

  test.each(panels)("%s empties at once when consent ends", async (_, Panel, words) => {
    answers.timeline = { entries: [entry("first")], before: null, is_whole: true };
    render(<Panel />);
    await screen.findByText(words);

    act(() => subject.set(null));

    expect(visible()).not.toContain(words);
    expect(visible()).toContain("No record is open here");
  });

  test.each(panels)("%s empties at once when the stream says so", async (_, Panel, words) => {
    answers.timeline = { entries: [entry("first")], before: null, is_whole: true };
    render(<Panel />);
    await screen.findByText(words);

    tell({ kind: "ended", why: "revoked" });

    expect(visible()).not.toContain(words);
  });

  test.each(panels)("%s speaks Chinese", async (_, Panel) => {
    setLanguage("zh-CN");
    render(<Panel />);
    await waitFor(() => expect(visible()).not.toContain("正在读取"));

    expect(visible()).not.toMatch(/twin\.\w+/);
    expect(visible()).toMatch(/[一-鿿]{2}/);
  });
});

describe("vital signs", () => {
  test("show each number with its unit, a pressure as one, and what is worth watching in words", async () => {
    render(<VitalsPanel />);

    const pressure = (await screen.findByText("Blood pressure")).closest("li");
    expect(pressure?.textContent).toContain("128/82 mmHg");
    expect(pressure?.textContent).toContain("Worth watching");
    expect(screen.getAllByRole("listitem")).toHaveLength(2);
  });

  test("move with what a device sends", async () => {
    render(<VitalsPanel />);
    await screen.findByText("71");

    tell({
      kind: "resource",
      resource: {
        resourceType: "Observation",
        id: "new",
        code: { coding: [{ code: "8867-4" }] },
        effectiveDateTime: new Date().toISOString(),
        valueQuantity: { value: 84, code: "/min" },
      },
    });

    expect(screen.getByText("84")).toBeTruthy();
    expect(screen.getByText("live")).toBeTruthy();
  });
});

describe("the body", () => {
  test("is a list that names every organ, gravest first, and says what one may do", async () => {
    render(<BodyPanel />);
    const list = await screen.findByRole("list", { name: /Organs/ });

    const names = within(list)
      .getAllByRole("button")
      .map((one) => one.textContent);
    expect(names[0]).toContain("KidneysNeeds attention");
    expect(names.at(-1)).toContain("Brain and nervesNothing on record");
  });

  test("is walked through with the keyboard alone", async () => {
    const user = userEvent.setup();
    render(<BodyPanel />);
    const list = await screen.findByRole("list", { name: /Organs/ });
    act(() => within(list).getAllByRole("button")[0]?.focus());

    await user.keyboard("{ArrowDown}{Enter}");
    expect(chosen.get()).toBe("heart");
    const card = screen.getByRole("region", { name: "Heart" });
    expect(card.textContent).toContain("71\u00a0per minute");
    expect(card.textContent).toContain("Expected: 51 to 90 per minute");

    await user.keyboard("{Escape}");
    expect(chosen.get()).toBeNull();
  });

  test("forgets the organ that was open with the person", async () => {
    render(<BodyPanel />);
    await screen.findByText("Kidneys");
    act(() => chosen.set("kidneys"));

    act(() => subject.set({ patient: "2", purpose: "TREAT", visit: "v2" }));

    expect(chosen.get()).toBeNull();
  });
});

describe("a risk", () => {
  test("stands with its interval, horizon, limits and source, never alone", async () => {
    render(<RisksPanel />);
    const card = (await screen.findByText("Kidney filtration (eGFR)")).closest("section");

    for (const words of [
      "77 mL/min/1.73 m²",
      "between 59 and 110 mL/min/1.73 m²",
      "The day the blood was drawn",
      "Creatinine0.93\u00a0mg/dL",
      "One low value is no kidney disease yet",
      "Inker LA",
      "does not promise",
    ])
      expect(card?.textContent).toContain(words);
  });

  test("that cannot be computed says what it needs, and no number", async () => {
    render(<RisksPanel />);
    const card = (await screen.findByText("How ill now (NEWS2)")).closest("section");

    expect(card?.textContent).toContain("Cannot be computed. It needs:");
    expect(card?.textContent).toContain("Consciousness: not known");
    expect(card?.querySelector(".risk-value")).toBeNull();
  });

  test("is asked again with what one sees at the bedside", async () => {
    const user = userEvent.setup();
    render(<RisksPanel />);

    await user.click(await screen.findByRole("radio", { name: "alert" }));

    await waitFor(() => expect(asked.at(-1)).toBe("/api/twin/1/cards?visit=v1&acvpu=A"));
    expect(screen.getByText("Kidney filtration (eGFR)")).toBeTruthy();
  });
});

describe("the scale for oxygen", () => {
  function signedIn(role: Role): void {
    const me = { account: "a", name: "Tao", roles: [role], person: null, language: "en" } as const;
    session.set({ state: "known", me });
  }
  afterEach(() => act(() => session.set({ state: "unknown", me: null })));

  test.each([
    ["en", "second: target 88 to 92 %"],
    ["zh-CN", "第二标尺：目标 88% 至 92%"],
  ] as const)("is a clinician's to choose (%s)", async (language, words) => {
    const user = userEvent.setup();
    setLanguage(language);
    signedIn("clinician");
    render(<RisksPanel />);

    await user.click(await screen.findByRole("radio", { name: words }));

    await waitFor(() => expect(asked.at(-1)).toBe("/api/twin/1/cards?visit=v1&spo2_scale=2"));
  });

  test.each([
    ["en", "Lactate", "raises it"],
    ["zh-CN", "乳酸", "使其升高"],
  ] as const)("a learned model tells clinicians why (%s)", async (language, why, how) => {
    setLanguage(language);
    signedIn("clinician");
    const reasons = [
      { key: "average", label_key: "twin.input.average", adds: -2 },
      { key: "lactate", label_key: "twin.input.lactate", adds: 0.7 },
      { key: "age", label_key: "twin.input.age", adds: -0.2 },
    ];
    answers.predictions = [{ ...computed, id: "icu_death", unit: "%", reasons }];
    render(<RisksPanel />);

    const reason = (await screen.findByText(why)).closest("li");

    expect(reason && within(reason).getByText(how)).toBeTruthy();
    delete answers.predictions;
  });

  test("what learned models say is asked for by nobody but a clinician", async () => {
    signedIn("patient");
    render(<RisksPanel />);
    await screen.findByRole("radio", { name: "alert" });

    expect(asked.some((path) => path.includes("predictions"))).toBe(false);
  });

  test("is offered to nobody else", async () => {
    signedIn("patient");
    render(<RisksPanel />);
    await screen.findByRole("radio", { name: "alert" });

    expect(screen.queryByRole("radiogroup", { name: "Scale for oxygen" })).toBeNull();
  });
});

describe("the timeline", () => {
  test("names what was measured in the record's own words, and in Chinese as we do", async () => {
    const values = [
      {
        text: "Creatinine [Mass/volume]",
        label_key: "twin.input.creatinine",
        value: 1.9,
        unit: "mg/dL",
      },
      { text: "Something rare", label_key: "", value: 4, unit: "1" },
    ];
    answers.timeline = { entries: [{ ...entry("first"), values }], before: null, is_whole: true };
    const { unmount } = render(<TimelinePanel />);
    await screen.findByText("Creatinine [Mass/volume]");
    unmount();
    setLanguage("zh-CN");

    render(<TimelinePanel />);

    await screen.findByText("肌酐");
    expect(screen.queryByText("Creatinine [Mass/volume]")).toBeNull();
    await screen.findByText("Something rare");
  });

  test.each([
    ["en", "Written by Dr. Tao Chen"],
    ["zh-CN", "记录者：Dr. Tao Chen"],
  ] as const)("names who wrote a note, and shows all of it (%s)", async (language, words) => {
    setLanguage(language);
    const long = `${"She slept badly. ".repeat(1200)}The end.`;
    const note = entry("n", { kind: "note", note: long, author: "Dr. Tao Chen" });
    answers.timeline = { entries: [note, entry("first")], before: null, is_whole: true };
    render(<TimelinePanel />);

    expect(await screen.findByText(words)).toBeTruthy();
    expect(visible()).toContain("The end.");
  });

  test("says so where the record is too long to be shown whole", async () => {
    answers.timeline = { entries: [entry("first")], before: null, is_whole: false };
    answers.body = { ...body, is_whole: false };
    subject.set({ patient: "2", purpose: "TREAT", visit: "v1" });
    render(
      <>
        <TimelinePanel />
        <BodyPanel />
      </>,
    );

    await waitFor(() => expect(screen.getAllByText(/This record is very long/)).toHaveLength(2));
  });

  test("brings earlier pages, and keeps each entry once", async () => {
    const user = userEvent.setup();
    const [first, second] = [entry("first"), entry("second", { at: "2019-01-01T00:00:00Z" })];
    answers.timeline = { entries: [first], before: "2025", is_whole: true };
    answers.timeline2025 = { entries: [first, second], before: null, is_whole: true };
    render(<TimelinePanel />);

    await user.click(await screen.findByRole("button", { name: "Load earlier" }));

    expect(await screen.findByText("Visit second")).toBeTruthy();
    expect(screen.getAllByText("Visit first")).toHaveLength(1);
    expect(screen.queryByRole("button", { name: "Load earlier" })).toBeNull();
  });

  test("shows one kind only, and what fits the words", async () => {
    const user = userEvent.setup();
    const note = entry("note", { kind: "note", kind_key: "twin.kind.note", text: "Slept badly" });
    answers.timeline = { entries: [entry("first"), note], before: null, is_whole: true };
    render(<TimelinePanel />);

    await user.click(await screen.findByRole("button", { name: /^Note/ }));
    expect(visible()).not.toContain("Visit first");

    await user.type(screen.getByRole("searchbox"), "nothing like it");
    expect(visible()).toContain("Nothing here fits");
  });
});
