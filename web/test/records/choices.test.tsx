import { act, render, screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, describe, expect, test } from "vitest";
import { ChoicesPanel } from "../../src/records/choices/ChoicesPanel";
import {
  endOf,
  fromChoice,
  isAnswered,
  ofKind,
  withEveryone,
  withMode,
} from "../../src/records/choices/draft";
import { NOTHING_SAID, type Said } from "../../src/records/choices/model";
import { building, hideFact } from "../../src/records/choices/start";
import { consentsChanged, subject } from "../../src/records/subject";
import { fakeHouse, outcome, Reply } from "../house/house";

const PATH = "/api/records/patients/p1/choices";
const AMARA = {
  resourceType: "Practitioner",
  id: "amara",
  name: [{ prefix: ["Dr"], given: ["Amara"], family: "Okafor" }],
};
const TOMAS = { resourceType: "Practitioner", id: "tomas", name: [{ text: "Tomas Reyes" }] };
const bundle = (...resources: object[]) => ({ entry: resources.map((resource) => ({ resource })) });
const HOUSE = {
  "GET /fhir/R4/Practitioner/amara": AMARA,
  "GET /fhir/R4/Practitioner/tomas": TOMAS,
  "GET /fhir/R4/Practitioner": bundle(AMARA, TOMAS),
  "GET /fhir/R4/Organization": bundle(),
  "GET /fhir/R4/PractitionerRole": bundle(),
  "GET /api/records/patients/p1/preview": {
    vitals: { seen: 2, of: 4 },
    "care-plans": { seen: 0, of: 1 },
    notes: { seen: 0, of: 0 },
  },
};

function said(more: Partial<Said> = {}): Said {
  const until = new Date(Date.now() + 3_600_000).toISOString();
  return {
    consent: "c1",
    version: 1,
    at: "2026-03-01T12:00:00Z",
    stands: true,
    choice: {
      ...NOTHING_SAID,
      actors: ["Practitioner/amara"],
      categories: ["vitals"],
      purposes: ["TREAT"],
      until,
    },
    ...more,
  };
}

beforeEach(() => {
  subject.set({ patient: "p1", purpose: "PATRQT", visit: null });
  building.set(null);
});

describe("who may see what", () => {
  test("is said in a sentence, with how long it still stands", async () => {
    fakeHouse({ ...HOUSE, [`GET ${PATH}`]: [said()] });
    render(<ChoicesPanel />);

    expect(
      await screen.findByText(/^Dr Amara Okafor may see vital signs, for treatment, until/),
    ).toBeTruthy();
    expect(screen.getByText(/59:5\d left|1:00:00 left/)).toBeTruthy();
  });

  test("ends with one press, and with another holds again", async () => {
    let held = [said()];
    const asked = fakeHouse({
      ...HOUSE,
      [`GET ${PATH}`]: () => held,
      "DELETE /api/records/consents/c1": () => {
        held = [said({ stands: false })];
        return new Reply(204);
      },
      [`POST ${PATH}`]: () => {
        held = [said({ consent: "c2" }), said({ stands: false })];
        return new Reply(201, { consent: "c2" });
      },
    });
    render(<ChoicesPanel />);

    await userEvent.click(await screen.findByRole("button", { name: "Take it back now" }));
    expect(await screen.findByText("Nobody else may see this record")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Undo" }));

    expect(await screen.findByRole("button", { name: "Take it back now" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Undo" })).toBeNull();
    const again = asked.find(({ method }) => method === "POST")?.body;
    expect(again).toMatchObject({ actors: ["Practitioner/amara"], categories: ["vitals"] });
    expect(again).not.toHaveProperty("visit");
  });

  test("that cannot be taken back says so and can be tried again", async () => {
    fakeHouse({
      ...HOUSE,
      [`GET ${PATH}`]: [said()],
      "DELETE /api/records/consents/c1": outcome(503, "transient", "Busy.", "Wait."),
    });
    render(<ChoicesPanel />);

    await userEvent.click(await screen.findByRole("button", { name: "Take it back now" }));

    expect((await screen.findByRole("alert")).textContent).toContain("Busy.");
    expect(screen.getByRole("button", { name: "Take it back now" })).toBeTruthy();
  });

  test("is read again when something ended elsewhere on the page", async () => {
    let held = [said()];
    fakeHouse({ ...HOUSE, [`GET ${PATH}`]: () => held });
    render(<ChoicesPanel />);
    await screen.findByRole("button", { name: "Take it back now" });

    held = [];
    act(() => consentsChanged.update((n) => n + 1));

    expect(await screen.findByText("Nobody else may see this record")).toBeTruthy();
  });

  test("no longer counts as standing once its time is over", async () => {
    const over = said();
    const choice = over.choice && { ...over.choice, until: "2020-01-01T00:00:00Z" };
    fakeHouse({ ...HOUSE, [`GET ${PATH}`]: [{ ...over, choice }] });
    render(<ChoicesPanel />);

    expect(await screen.findByText("Nobody else may see this record")).toBeTruthy();
    expect(screen.getByText("What no longer holds (1)")).toBeTruthy();
  });

  test("that no sentence can say is shown as it is written", async () => {
    fakeHouse({
      ...HOUSE,
      [`GET ${PATH}`]: [said({ choice: null })],
      "GET /fhir/R4/Consent/c1": { resourceType: "Consent", id: "c1" },
    });
    render(<ChoicesPanel />);

    expect(await screen.findByText(/written in FHIR/)).toBeTruthy();
    await userEvent.click(screen.getByText("How it is written"));
    expect(await screen.findByText(/"resourceType": "Consent"/)).toBeTruthy();
    expect(screen.getByRole("button", { name: "Take it back now" })).toBeTruthy();
  });

  test("is nobody's to say who only looks", () => {
    fakeHouse({});
    subject.set({ patient: "p1", purpose: "FAMRQT", visit: null, acts: ["access"] });
    render(<ChoicesPanel />);

    expect(screen.getByText("You may not decide here")).toBeTruthy();
    expect(screen.queryByRole("button")).toBeNull();
  });
});

describe("saying something new", () => {
  async function begin(): Promise<void> {
    render(<ChoicesPanel />);
    await userEvent.click(await screen.findByRole("button", { name: "Say something new" }));
  }
  const press = async (name: string | RegExp): Promise<void> =>
    userEvent.click(await screen.findByRole("button", { name }));

  test("goes from question to question to a sentence and its picture", async () => {
    const asked = fakeHouse({
      ...HOUSE,
      [`GET ${PATH}`]: [],
      [`POST ${PATH}`]: new Reply(201, { consent: "c9" }),
    });
    await begin();

    await press(/^Share something/);
    expect(document.activeElement?.textContent).toBe("With whom?");
    expect(screen.getByRole("button", { name: "Next" }).hasAttribute("disabled")).toBe(true);
    await press(/^Some people, or a place/);
    await press(/^Dr Amara Okafor/);
    await press("Next");
    await press(/^Certain kinds/);
    const kinds = screen.getByRole("group", { name: "Certain kinds" });
    await userEvent.click(within(kinds).getByRole("button", { name: "Care plans" }));
    await press("Next");
    await press("Until I take it back");
    await press("Next");
    expect(
      await screen.findByText(
        "Dr Amara Okafor may see care plans, for treatment, until it is taken back.",
      ),
    ).toBeTruthy();
    expect(await screen.findByText("2 of 5 entries are open.")).toBeTruthy();
    await press("Yes, that is what I say");

    expect(await screen.findByText("It holds now")).toBeTruthy();
    expect(asked.find(({ method }) => method === "POST")?.body).toEqual({
      ...NOTHING_SAID,
      actors: ["Practitioner/amara"],
      categories: ["care-plans"],
      purposes: ["TREAT"],
    });
  });

  test("hides what somebody wrote from everybody but its author", async () => {
    const asked = fakeHouse({
      ...HOUSE,
      [`GET ${PATH}`]: [],
      [`POST ${PATH}`]: new Reply(201, { consent: "c9" }),
    });
    await begin();

    await press(/^Hide something/);
    await press(/^What somebody wrote/);
    await press(/^Tomas Reyes/);
    await press("Next");
    await press(/^From everybody/);
    await userEvent.click(screen.getByRole("switch", { name: /in an emergency/ }));
    await press("Next");
    expect(
      await screen.findByText(
        "Nobody but Tomas Reyes may see notes written by Tomas Reyes — also not in an emergency.",
      ),
    ).toBeTruthy();
    await press("Yes, that is what I say");

    await waitFor(() =>
      expect(asked.find(({ method }) => method === "POST")?.body).toEqual({
        ...NOTHING_SAID,
        effect: "deny",
        categories: ["notes"],
        authors: ["Practitioner/tomas"],
        but: ["Practitioner/tomas"],
      }),
    );
  });

  test("stops at Escape, and nothing was said", async () => {
    const asked = fakeHouse({ ...HOUSE, [`GET ${PATH}`]: [] });
    await begin();
    const dialog = screen.getByRole("dialog", { name: "Who may see what" });

    act(() => void dialog.dispatchEvent(new Event("cancel", { cancelable: true })));

    expect(screen.queryByRole("dialog")).toBeNull();
    expect(asked.every(({ method }) => method === "GET")).toBe(true);
  });

  test("begins with the one entry that somebody stands before", async () => {
    fakeHouse({ ...HOUSE, [`GET ${PATH}`]: [] });
    render(<ChoicesPanel />);

    act(() => hideFact("Condition/1"));

    expect(await screen.findByText("From whom shall it stay hidden?")).toBeTruthy();
    expect(building.get()?.choice?.things).toEqual(["Condition/1"]);
  });
});

describe("a draft", () => {
  const NOW = Date.parse("2026-03-04T09:00:00Z");

  test("drops what was chosen in another way", () => {
    const kinds = withMode(ofKind("share"), "kinds");
    const full = { ...kinds, choice: { ...kinds.choice, categories: ["vitals"] } };

    expect(withMode(full, "delicate").choice.categories).toEqual([]);
    expect(withMode(full, "author").choice.categories).toEqual(["notes"]);
  });

  test("is not to be gone on from before its question is answered", () => {
    const draft = withMode(ofKind("share"), "kinds");

    expect(isAnswered("what", draft)).toBe(false);
    expect(isAnswered("what", withMode(draft, "all"))).toBe(true);
    const wrong = { ...draft.choice, made_from: "2026-02-01", made_until: "2026-01-01" };
    expect(isAnswered("what", { ...draft, mode: "all", choice: wrong })).toBe(false);
    expect(isAnswered("who", draft)).toBe(false);
    expect(isAnswered("who", withEveryone(draft, true))).toBe(true);
    expect(isAnswered("terms", { ...draft, choice: { ...draft.choice, purposes: [] } })).toBe(
      false,
    );
  });

  test("leaves what is hidden open to an emergency until she says otherwise", () => {
    expect(ofKind("hide").choice.but_emergency).toBe(true);
  });

  test("from what has ended asks for an end anew", () => {
    const over = { ...NOTHING_SAID, until: "2026-03-01T09:00:00Z", categories: ["vitals"] };

    expect(fromChoice(over, NOW)).toMatchObject({ kind: "share", mode: "kinds", isEveryone: true });
    expect(fromChoice(over, NOW).choice.until).toBeNull();
  });

  test("ends today, in a week, in a year, or not by itself", () => {
    expect(new Date(endOf("today", NOW) ?? "").toDateString()).toBe(new Date(NOW).toDateString());
    expect(Date.parse(endOf("week", NOW) ?? "") - NOW).toBe(7 * 86_400_000);
    expect(endOf("year", NOW)?.slice(0, 4)).toBe("2027");
    expect(endOf("open", NOW)).toBeNull();
  });
});
