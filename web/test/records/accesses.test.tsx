import { fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, describe, expect, test } from "vitest";
import { session } from "../../src/kit/session";
import { language } from "../../src/kit/text";
import { AccessPanel } from "../../src/records/AccessPanel";
import {
  type AccessEntry,
  type AccessGroup,
  groupSentence,
  reasons,
  sentence,
  things,
} from "../../src/records/access";
import { joined } from "../../src/records/groups";
import { subject } from "../../src/records/subject";
import { fakeHouse, outcome } from "../house/house";
import receipts from "../ledger/receipts.json";

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

function group(changes: Partial<AccessGroup> = {}): AccessGroup {
  return {
    key: "k1",
    day: "2026-03-01",
    count: 40,
    first_at: "2026-03-01T11:00:00Z",
    last_at: "2026-03-01T12:00:00Z",
    what: { Observation: 12 },
    newest: entry(),
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

  test.each(["console", "house"])("calls %s, which has no account, the operator", (actor) => {
    const imported = entry({ actor, actor_name: actor, action: "import" });

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

    expect(sentence(entry(), "a1")).toBe("Dr Amara Okafor查看了您的病历");
    expect(things(entry())).toBe("12 项测量与化验、1 项诊断");
  });
});

describe("a line about somebody whom one helps", () => {
  const lina = { person: "Patient/lina", name: "Lina" };

  test("says whose record it was", () => {
    expect(sentence(entry(), "a1", lina)).toBe("Dr Amara Okafor looked at Lina’s record");
    expect(sentence(entry({ actor: "a1" }), "a1", lina)).toBe("You looked at Lina’s record");
    expect(sentence(entry({ action: "open" }), "a1", lina)).toBe(
      "Dr Amara Okafor opened a link Lina shared",
    );
    const own = entry({ actor: "a9", actor_name: "Lina", actor_person: "Patient/lina" });
    expect(sentence(own, "a1", lina)).toBe("Lina looked at their own record");
  });

  test("says so of a group as well, and in Chinese", () => {
    const newest = entry({ categories: ["vitals", "notes"] });
    expect(groupSentence(group({ newest }), "a1", lina)).toBe(
      "Dr Amara Okafor’s screen re-read Lina’s vital signs, Lina’s notes 40 times for the risk cards",
    );
    language.set("zh-CN");
    expect(sentence(entry(), "a1", lina)).toBe("Dr Amara Okafor查看了Lina的病历");
    expect(groupSentence(group({ newest }), "a1", lina)).toContain("Lina的生命体征");
  });

  test("never says your where it is not", () => {
    for (const action of [
      "read",
      "search",
      "write",
      "delete",
      "other",
      "merge",
      "break-glass",
      "find",
    ])
      for (const outcome of ["permit", "deny"] as const)
        for (const tongue of ["en", "zh-CN"] as const) {
          language.set(tongue);
          const said = sentence(entry({ action, outcome }), "a1", lina);
          expect(said).not.toMatch(/\byou|您/);
          expect(said).not.toContain("{");
        }
  });
});

describe("a group", () => {
  const folded = (changes: Partial<AccessEntry> = {}, count = 40): AccessGroup =>
    group({ count, newest: entry({ categories: ["vitals"], ...changes }) });

  test("says that a screen read the same again and again", () => {
    expect(groupSentence(folded(), "a1")).toBe(
      "Dr Amara Okafor’s screen re-read your vital signs 40 times for the risk cards",
    );
    expect(groupSentence(folded({ actor: "a1", via: "timeline" }), "a1")).toBe(
      "Your screen re-read your vital signs 40 times for the timeline",
    );
  });

  test("says that somebody looked often, by another way", () => {
    expect(groupSentence(folded({ via: "rest", categories: [] }, 3), "a1")).toBe(
      "Dr Amara Okafor looked at your record 3 times through another program",
    );
    expect(groupSentence(folded({ via: "unheard of" }, 3), "a1")).toBe(
      "Dr Amara Okafor looked at your vital signs 3 times",
    );
  });

  test("names three kinds of data at most", () => {
    const categories = ["vitals", "notes", "medicines", "visits"];

    expect(groupSentence(folded({ categories }), "a1")).toContain(
      "your vital signs, your notes, your medicines and more",
    );
  });

  test("is told as done once where it was, or was refused, or was no look", () => {
    for (const one of [folded({}, 1), folded({ outcome: "deny" }), folded({ action: "grant" })])
      expect(groupSentence(one, "a1")).toBe(sentence(one.newest, "a1"));
  });

  test("is Chinese in Chinese", () => {
    language.set("zh-CN");

    expect(groupSentence(folded(), "a1")).toBe(
      "Dr Amara Okafor的屏幕为显示风险卡片重新读取了您的生命体征，共 40 次",
    );
  });

  test("goes on where a page cut its day", () => {
    const [first, second] = joined(
      [group({ count: 3 }), group({ key: "other" })],
      [group({ count: 2, first_at: "2026-03-01T08:00:00Z" }), group({ day: "2026-02-28" })],
    );

    expect([first?.count, first?.first_at]).toEqual([5, "2026-03-01T08:00:00Z"]);
    expect(second?.key).toBe("other");
  });
});

describe("the list", () => {
  const asked = (all: readonly { path: string }[]) =>
    all
      .filter(({ path }) => path.startsWith(`${PATH}/groups`))
      .map(({ path }) => new URLSearchParams(path.split("?")[1]));

  test("is read part by part, newest first", async () => {
    const groups = (...days: string[]) => days.map((day) => group({ day, count: 1 }));
    const all = fakeHouse({
      [`GET ${PATH}/groups`]: ({ path }: { path: string }) =>
        path.includes("before=5")
          ? { groups: groups("2026-02-27"), next: null }
          : { groups: groups("2026-03-01", "2026-02-28"), next: 5 },
    });
    render(<AccessPanel />);
    await waitFor(() => expect(screen.getAllByText(/looked at your record/)).toHaveLength(2));

    await userEvent.click(screen.getByRole("button", { name: "Show earlier ones" }));

    await waitFor(() => expect(screen.getAllByText(/looked at your record/)).toHaveLength(3));
    expect(screen.queryByRole("button", { name: "Show earlier ones" })).toBeNull();
    expect(asked(all).map((query) => query.get("before"))).toEqual([null, "5"]);
  });

  test("of somebody whom one helps says whose data it is about", async () => {
    subject.set({ patient: "lina", purpose: "FAMRQT", visit: null, acts: ["access", "decide"] });
    fakeHouse({
      "GET /api/records/patients/lina/accesses/groups": {
        groups: [group({ count: 1 })],
        next: null,
      },
    });
    render(<AccessPanel />);

    expect(
      await screen.findByText("Who looked at the person with the number Patient/lina’s data"),
    ).toBeTruthy();
    expect(
      await screen.findByText(/looked at the person with the number Patient\/lina’s record/),
    ).toBeTruthy();
  });

  test("leaves out what home devices write until that is wanted", async () => {
    const all = fakeHouse({ [`GET ${PATH}/groups`]: { groups: [group()], next: null } });
    render(<AccessPanel />);
    await screen.findByText(/re-read/);

    await userEvent.click(screen.getByRole("button", { name: "Home devices" }));

    await waitFor(() => expect(asked(all)).toHaveLength(2));
    const [first, second] = asked(all).map((query) => query.get("kinds"));
    expect(first).toBe("looked,changed,allowed,refused");
    expect(second).toBe("looked,changed,allowed,refused,device");
  });

  test("is searched by words, a day and a person", async () => {
    const today = new Date();
    const day = `${today.getFullYear()}-${`${today.getMonth() + 1}`.padStart(2, "0")}-01`;
    const all = fakeHouse({
      [`GET ${PATH}/groups`]: { groups: [group()], next: null },
      [`GET ${PATH}/days`]: {
        days: [{ day, actor: "a2", count: 40 }],
        actors: [{ actor: "a2", name: "Dr Amara Okafor", via: "rest", at: "" }],
      },
    });
    render(<AccessPanel />);

    await userEvent.type(screen.getByRole("searchbox", { name: "Find a line" }), "pulse");
    await waitFor(() => expect(asked(all).at(-1)?.get("text")).toBe("pulse"));
    fireEvent.change(screen.getByLabelText("On one day"), { target: { value: "2026-03-01" } });
    await waitFor(() => expect(asked(all).at(-1)?.get("since")).toBeTruthy());
    await userEvent.click(await screen.findByRole("button", { name: /Dr Amara Okafor ?40/ }));

    await waitFor(() => expect(asked(all).at(-1)?.get("actor")).toBe("a2"));
    expect(asked(all).at(-1)?.get("text")).toBe("pulse");
    const [since, until] = ["since", "until"].map((it) =>
      Date.parse(asked(all).at(-1)?.get(it) ?? ""),
    );
    expect((until ?? 0) - (since ?? 0)).toBe(24 * 3600 * 1000);
  });

  test("opens a group to each of its lines", async () => {
    const lines = (numbers: number[]) =>
      numbers.map((number) => entry({ id: `e${number}`, number }));
    fakeHouse({
      [`GET ${PATH}/groups`]: { groups: [group({ count: 4 })], next: null },
      [`GET ${PATH}/e1/alike`]: ({ path }: { path: string }) =>
        path.includes("before=6")
          ? { entries: lines([5, 4]), next: null }
          : { entries: lines([7, 6]), next: 6 },
    });
    render(<AccessPanel />);
    const line = await screen.findByRole("button", { name: /re-read .* 4 times/ });

    await userEvent.click(line);
    await waitFor(() => expect(screen.getAllByText(/looked at your record/)).toHaveLength(2));
    await userEvent.click(screen.getByRole("button", { name: "Show earlier ones" }));

    await waitFor(() => expect(screen.getAllByText(/looked at your record/)).toHaveLength(4));
  });

  test("tells a refusal as one", async () => {
    const refused = group({ count: 2, newest: entry({ outcome: "deny" }) });
    fakeHouse({ [`GET ${PATH}/groups`]: { groups: [refused], next: null } });
    render(<AccessPanel />);

    expect(await screen.findByText(/tried to look and saw nothing/)).toBeTruthy();
    expect(screen.getByText("2 times")).toBeTruthy();
  });

  test("that is empty says what will stand here", async () => {
    fakeHouse({ [`GET ${PATH}/groups`]: { groups: [], next: null } });
    render(<AccessPanel />);

    expect(await screen.findByText("Nobody has looked yet")).toBeTruthy();
  });

  test("in which nothing fits says so, and shows all again", async () => {
    const all = fakeHouse({ [`GET ${PATH}/groups`]: { groups: [], next: null } });
    render(<AccessPanel />);
    const box = screen.getByRole("searchbox", { name: "Find a line" });
    await userEvent.type(box, "zebra");
    expect(await screen.findByText("Nothing like that")).toBeTruthy();

    await userEvent.click(screen.getByRole("button", { name: "Show everything" }));

    await waitFor(() => expect(asked(all).at(-1)?.get("text")).toBeNull());
    expect(box).toHaveProperty("value", "");
  });

  test("that cannot be read says why", async () => {
    const busy = outcome(503, "transient", "The house is busy.", "Wait.");
    fakeHouse({ [`GET ${PATH}/groups`]: busy });
    render(<AccessPanel />);

    expect((await screen.findByRole("alert")).textContent).toContain("The house is busy.");
  });

  test("is taken along with one press", async () => {
    fakeHouse({ [`GET ${PATH}/groups`]: { groups: [], next: null } });
    render(<AccessPanel />);

    const link = await screen.findByRole("link", { name: "Take the whole list along" });

    expect(link.getAttribute("href")).toBe(`${PATH}/export`);
  });

  test("is nobody's where no record stands open", () => {
    subject.set(null);
    const all = fakeHouse({});
    render(<AccessPanel />);

    expect(all).toEqual([]);
  });
});

describe("the receipt of a line", () => {
  const told = receipt?.event as unknown as AccessEntry;

  async function open(proof: unknown, key: unknown, shown = told): Promise<HTMLElement> {
    fakeHouse({
      [`GET ${PATH}/groups`]: { groups: [group({ count: 1, newest: shown })], next: null },
      [`GET ${PATH}/${shown.id}/receipt`]: proof,
      "GET /api/ledger/key": key,
    });
    render(<AccessPanel />);
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
