import { render, screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { describe, expect, test } from "vitest";
import { DuplicatesPanel as Duplicates } from "../../src/records/DuplicatesPanel";
import { levelOf, likelySurvivor, type PersonShown } from "../../src/records/duplicates";
import { fakeHouse, outcome, Reply } from "../house/house";

const LIST = "GET /api/records/duplicates";
const ONE = "GET /api/records/duplicates/d1";
const MERGES = "GET /api/records/merges";
const pair = {
  id: "d1",
  grade: "probable" as const,
  levels: { family: "same", given: "close", birth: "differs", gender: "unknown" } as const,
  one: "mei",
  other: "mei-again",
};
const person = (id: string, more: Partial<PersonShown> = {}): PersonShown => ({
  id,
  names: ["Mei Lin"],
  birth_date: "1980-04-02",
  gender: "female",
  addresses: [],
  telecoms: ["+44 20 7946 0958"],
  numbers: ["…4321"],
  entries: 5,
  has_account: false,
  ...more,
});
const two = { ...pair, people: [person("mei"), person("mei-again", { entries: 1 })] };
const merged = {
  id: "m1",
  survivor: "mei",
  merged: "mei-again",
  made_at: "2026-03-01T12:00:00Z",
  undone_at: null,
  left: [],
};

describe("possible duplicates", () => {
  test("are listed without saying who anybody is", async () => {
    fakeHouse({ [LIST]: [pair], [MERGES]: [] });
    render(<Duplicates />);

    expect(await screen.findByText("Probably one person")).toBeTruthy();
    expect(screen.getByText("Name: similar")).toBeTruthy();
    expect(screen.getByText("Born: different")).toBeTruthy();
    expect(screen.queryByText(/Sex/)).toBeNull();
    expect(screen.queryByText("Mei Lin")).toBeNull();
  });

  test("are compared side by side, merged with a reason, and the list is read again", async () => {
    let left = [pair];
    const asked = fakeHouse({
      [LIST]: () => left,
      [ONE]: two,
      [MERGES]: [],
      "POST /api/records/merges": () => {
        left = [];
        return new Reply(201, merged);
      },
    });
    render(<Duplicates />);

    await userEvent.click(await screen.findByRole("button", { name: "Compare" }));
    const dialog = await screen.findByRole("dialog");
    expect(await within(dialog).findAllByText("Mei Lin")).toHaveLength(2);
    expect(within(dialog).getByText(/Both patients will see/)).toBeTruthy();
    const merge = within(dialog).getByRole("button", { name: "Merge" });
    expect((merge as HTMLButtonElement).disabled).toBe(true);
    await userEvent.selectOptions(within(dialog).getByLabelText("How do you know?"), "document");
    await userEvent.click(within(dialog).getAllByRole("radio")[1] as HTMLElement);
    await userEvent.click(merge);

    expect(await screen.findByText("No duplicates found")).toBeTruthy();
    expect(asked.find(({ method }) => method === "POST")?.body).toEqual({
      survivor: "mei-again",
      merged: "mei",
      reason: "document",
      confirm_accounts: false,
    });
  });

  test("where both can sign in it has to be confirmed first", async () => {
    const both = two.people.map((each) => ({ ...each, has_account: true }));
    fakeHouse({ [LIST]: [pair], [ONE]: { ...two, people: both }, [MERGES]: [] });
    render(<Duplicates />);

    await userEvent.click(await screen.findByRole("button", { name: "Compare" }));
    await userEvent.selectOptions(await screen.findByLabelText("How do you know?"), "number");
    const merge = screen.getByRole("button", { name: "Merge" }) as HTMLButtonElement;
    expect(merge.disabled).toBe(true);
    await userEvent.click(screen.getByRole("switch", { name: /both can sign in/ }));

    expect(merge.disabled).toBe(false);
  });

  test("two who are two are kept apart, and an error is shown", async () => {
    let isBroken = true;
    fakeHouse({
      [LIST]: [pair],
      [ONE]: two,
      [MERGES]: [],
      "DELETE /api/records/duplicates/d1": () =>
        isBroken ? outcome(404, "not-found", "There is no such pair.") : new Reply(204),
    });
    render(<Duplicates />);
    await userEvent.click(await screen.findByRole("button", { name: "Compare" }));
    const apart = await screen.findByRole("button", { name: "Two different people" });

    await userEvent.click(apart);
    expect(await screen.findByRole("alert")).toBeTruthy();
    isBroken = false;
    await userEvent.click(apart);

    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  test("a merge is undone after a second thought", async () => {
    let held: object[] = [merged];
    const asked = fakeHouse({
      [LIST]: [],
      [MERGES]: () => held,
      "DELETE /api/records/merges/m1": () => {
        held = [{ ...merged, undone_at: "2026-03-02T12:00:00Z" }];
        return new Reply(200, { ...merged, left: ["Group/a"] });
      },
    });
    render(<Duplicates />);

    await userEvent.click(await screen.findByRole("button", { name: "Separate again" }));
    expect(asked.filter(({ method }) => method === "DELETE")).toHaveLength(0);
    await userEvent.click(screen.getByRole("button", { name: "Yes, separate" }));

    expect(await screen.findByText(/Separated again/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Separate again" })).toBeNull();
  });
});

test("a row agrees as far as its worst part", () => {
  expect(levelOf(pair, ["family", "given"])).toBe("close");
  expect(levelOf(pair, ["gender"])).toBe("unknown");
  expect(levelOf(pair, ["none"])).toBe("unknown");
});

test("who can sign in stays, else of whom more is kept", () => {
  expect(likelySurvivor([person("a"), person("b", { entries: 9 })]).id).toBe("b");
  expect(likelySurvivor([person("a", { has_account: true }), person("b", { entries: 9 })]).id).toBe(
    "a",
  );
});
