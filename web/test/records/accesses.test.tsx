import { render, screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, describe, expect, test } from "vitest";
import { session } from "../../src/kit/session";
import { language } from "../../src/kit/text";
import { accessPanel } from "../../src/records/AccessPanel";
import { type AccessEntry, reasons, sentence, things } from "../../src/records/access";
import { subject } from "../../src/records/subject";
import { fakeHouse, outcome } from "../house/house";
import receipts from "../ledger/receipts.json";

const { Component: Accesses } = accessPanel;
const PATH = "/api/records/patients/p1/accesses";
const receipt = receipts.at(-1);

function entry(changes: Partial<AccessEntry> = {}): AccessEntry {
  return {
    id: "e1",
    number: 7,
    at: "2026-03-01T12:00:00Z",
    action: "read",
    outcome: "permit",
    actor: "a2",
    actor_name: "Dr Amara Okafor",
    actor_person: "Practitioner/1",
    purpose: "TREAT",
    visit: "v1",
    via: "risk cards",
    consent: "c1",
    what: { Observation: 12, Condition: 1 },
    categories: ["vitals", "conditions"],
    ...changes,
  };
}

beforeEach(() => {
  subject.set({ patient: "p1", purpose: "PATRQT", visit: null });
  const me = {
    account: "a1",
    name: "Mei",
    roles: [],
    person: "Patient/p1",
    language: "en",
  } as const;
  session.set({ state: "known", me });
});

describe("a line", () => {
  test("says who, what and why in plain words", () => {
    expect(sentence(entry(), "a1")).toBe("Dr Amara Okafor looked at your record");
    expect(things(entry())).toBe("12 measurements, 1 condition");
    expect(reasons(entry())).toBe("for treatment · in a visit · on the risk cards");
  });

  test("calls the reader you", () => {
    expect(sentence(entry({ actor: "a1", action: "revoke" }), "a1")).toBe("You took access back");
  });

  test("calls whoever works at the machine itself the operator", () => {
    const imported = entry({ actor: "console", actor_name: "console", action: "import" });

    expect(sentence(imported, "a1")).toBe("The operator imported records");
  });

  test("says so where somebody was not let", () => {
    expect(sentence(entry({ outcome: "deny" }), "a1")).toMatch(/saw nothing/);
  });

  test("has words also for what nobody foresaw", () => {
    const strange = entry({
      action: "ponder",
      what: { Basic: 2 },
      purpose: "X",
      via: "y",
      visit: null,
    });

    expect(sentence(strange, "a1")).toBe("Dr Amara Okafor used your record");
    expect(things(strange)).toBe("2 other entries");
    expect(reasons(strange)).toBe("");
  });

  test("is Chinese in Chinese", () => {
    language.set("zh-CN");

    expect(sentence(entry(), "a1")).toBe("Dr Amara Okafor查看了病历");
    expect(things(entry())).toBe("12 项测量与化验、1 项诊断");
  });
});

describe("the list", () => {
  /** As many entries as asked for, from a number down; every `n`-th is a person's. */
  function devicesWithPersonEvery(n: number, from: number) {
    return ({ path }: { path: string }): AccessEntry[] => {
      const query = new URLSearchParams(path.split("?")[1]);
      const first = Number(query.get("before") ?? from + 1) - 1;
      const count = Math.min(Number(query.get("count")), Math.max(0, first));
      return Array.from({ length: count }, (_, at) => {
        const number = first - at;
        const changes = number % n ? { via: "device", action: "write", actor_name: "Cuff" } : {};
        return entry({ id: `e${number}`, number, actor: `a${number}`, ...changes });
      });
    };
  }

  test("is read part by part, newest first", async () => {
    const asked = fakeHouse({ [`GET ${PATH}`]: devicesWithPersonEvery(1, 31) });
    render(<Accesses place="home" />);
    await userEvent.click(screen.getByRole("switch", { name: /home devices/ }));
    await waitFor(() => expect(screen.getAllByText(/looked at your record/)).toHaveLength(30));

    await userEvent.click(screen.getByRole("button", { name: "Show earlier ones" }));

    await waitFor(() => expect(screen.getAllByText(/looked at your record/)).toHaveLength(31));
    expect(screen.queryByRole("button", { name: "Show earlier ones" })).toBeNull();
    expect(asked.slice(1).map(({ path }) => path.split("?")[1])).toEqual([
      "count=30",
      "count=30&before=2",
    ]);
  });

  test("leaves out what home devices write, however much it is, until that is wanted", async () => {
    fakeHouse({ [`GET ${PATH}`]: devicesWithPersonEvery(400, 1000) });
    render(<Accesses place="home" />);
    expect(await screen.findAllByText(/looked at your record/)).toHaveLength(2);
    expect(screen.queryByText(/Cuff/)).toBeNull();

    await userEvent.click(screen.getByRole("switch", { name: /home devices/ }));

    expect((await screen.findAllByText(/Cuff added/)).length).toBeGreaterThan(0);
  });

  test("gathers what was done again and again into one line that opens", async () => {
    const four = [7, 6, 5, 4].map((number) => entry({ id: `e${number}`, number }));
    fakeHouse({ [`GET ${PATH}`]: [...four, entry({ id: "e3", number: 3, action: "grant" })] });
    render(<Accesses place="home" />);
    const line = await screen.findByRole("button", { name: /4 times/ });
    expect(screen.getAllByText(/looked at your record/)).toHaveLength(1);

    await userEvent.click(line);

    expect(screen.getAllByText(/looked at your record/)).toHaveLength(5);
  });

  test("that is empty says what will stand here", async () => {
    fakeHouse({ [`GET ${PATH}`]: [] });
    render(<Accesses place="home" />);

    expect(await screen.findByText("Nobody has looked yet")).toBeTruthy();
  });

  test("that cannot be read says why", async () => {
    fakeHouse({ [`GET ${PATH}`]: outcome(503, "transient", "The house is busy.", "Wait.") });
    render(<Accesses place="home" />);

    expect((await screen.findByRole("alert")).textContent).toContain("The house is busy.");
  });

  test("is nobody's where no record stands open", () => {
    subject.set(null);
    const asked = fakeHouse({});
    render(<Accesses place="home" />);

    expect(asked).toEqual([]);
  });
});

describe("the receipt of a line", () => {
  const told = receipt?.event as unknown as AccessEntry;

  async function open(proof: unknown, key: unknown, shown = told): Promise<HTMLElement> {
    fakeHouse({
      [`GET ${PATH}`]: [shown],
      [`GET ${PATH}/${shown.id}/receipt`]: proof,
      "GET /api/ledger/key": key,
    });
    render(<Accesses place="home" />);
    await userEvent.click(await screen.findByRole("button", { name: /your record|saw nothing/ }));
    return screen.getByRole("dialog");
  }

  test("is checked in the browser, and each check is told", async () => {
    const sheet = await open(receipt, { key: receipt?.verifier });

    expect(await within(sheet).findByText("The proof holds")).toBeTruthy();
    expect(within(sheet).getByText("This very entry is number 67 of 100 in the log.")).toBeTruthy();
    expect(within(sheet).getByText(/the key that this house publishes/)).toBeTruthy();
    expect(within(sheet).getByRole("button", { name: "Download the receipt" })).toBeTruthy();
  });

  test("that was altered does not hold", async () => {
    const sheet = await open({ ...receipt, index: 3 }, { key: receipt?.verifier });

    expect(await within(sheet).findByText("The proof does not hold")).toBeTruthy();
  });

  test("of another entry proves nothing", async () => {
    const other = { ...told, outcome: "deny" } as const;
    const sheet = await open(receipt, { key: receipt?.verifier }, other);

    expect(await within(sheet).findByText(/about a different entry/)).toBeTruthy();
    expect(within(sheet).getByText("The proof does not hold")).toBeTruthy();
  });

  test("says what was not checked", async () => {
    const sheet = await open(receipt, outcome(503, "transient", "Busy."));

    expect(await within(sheet).findByText(/published key could not be fetched/)).toBeTruthy();
  });
});
