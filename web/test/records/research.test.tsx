import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, describe, expect, test } from "vitest";
import { ResearchAnswer } from "../../src/records/ResearchAnswer";
import { ResearchPanel as Research } from "../../src/records/ResearchPanel";
import { barsOf, csvOf, draft, type Finding, fieldOf } from "../../src/records/research";
import { starters } from "../../src/records/research-starters";
import { fakeHouse, outcome } from "../house/house";

const PATH = "POST /api/records/cohorts/query";

function finding(rows: Finding["rows"], more: Partial<Finding> = {}): Finding {
  return {
    columns: [
      { name: "sex", type: "VARCHAR" },
      { name: "patients", type: "BIGINT" },
      { name: "mean", type: "DOUBLE" },
    ],
    rows,
    is_cut: false,
    held_back: 0,
    smallest: 5,
    resources: 40,
    patients: 12,
    ...more,
  };
}

const SOME = finding([
  ["female", 7, 71.5],
  ["male", 5, 68],
]);

beforeEach(() => draft.set(null));

describe("asking about many", () => {
  test("sends tables, SQL and whether rows or counts are wanted, and shows what comes", async () => {
    const asked = fakeHouse({ [PATH]: SOME });
    render(<Research />);

    await userEvent.click(screen.getByRole("switch", { name: /Show single people/ }));
    await userEvent.click(screen.getByRole("button", { name: "Ask" }));

    expect(await screen.findByText("12 people")).toBeTruthy();
    expect(screen.getByRole("columnheader", { name: "mean" })).toBeTruthy();
    expect(asked[0]?.body).toMatchObject({
      level: "rows",
      sql: starters[0]?.sql,
      views: { patients: { resource: "Patient" } },
    });
  });

  test("says it when nobody allows research", async () => {
    fakeHouse({ [PATH]: finding([], { patients: 0 }) });
    render(<Research />);

    await userEvent.click(screen.getByRole("button", { name: "Ask" }));

    expect(await screen.findByText("Nobody allows research yet")).toBeTruthy();
  });

  test("puts a fault beside the field it is about", async () => {
    fakeHouse({ [PATH]: outcome(400, "invalid", "SQL: nope is not there\n\nLINE 1: SELECT nope") });
    render(<Research />);

    await userEvent.click(screen.getByRole("button", { name: "Ask" }));

    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("LINE 1");
    expect(screen.getByLabelText("Your question, in SQL").getAttribute("aria-invalid")).toBe(
      "true",
    );
  });

  test("says where the tables are no JSON, without asking", async () => {
    const asked = fakeHouse({});
    draft.set({ tables: "{", sql: "SELECT 1", level: "counts" });
    render(<Research />);

    await userEvent.click(screen.getByRole("button", { name: "Ask" }));

    expect((await screen.findByRole("alert")).textContent).toContain("not valid JSON");
    expect(asked).toHaveLength(0);
  });

  test("begins with a question that is chosen, and keeps one's own", async () => {
    fakeHouse({});
    render(<Research />);
    const start = screen.getByLabelText("Begin with");

    await userEvent.selectOptions(start, "medicines");
    expect((screen.getByLabelText("Your question, in SQL") as HTMLTextAreaElement).value).toContain(
      "medicine",
    );

    await userEvent.type(screen.getByLabelText("Your question, in SQL"), " ");
    expect((start as HTMLSelectElement).value).toBe("own");
  });
});

describe("an answer", () => {
  test("tells how many rows of few people were held back", () => {
    render(<ResearchAnswer found={finding([], { held_back: 3 })} />);

    expect(screen.getByText("3 rows of fewer than 5 people held back")).toBeTruthy();
    expect(screen.getByText("No rows")).toBeTruthy();
  });

  test("is drawn as bars of its last measure, where that says something", () => {
    expect(barsOf(SOME)).toEqual({
      measure: "mean",
      bars: [
        { label: "female", value: 71.5 },
        { label: "male", value: 68 },
      ],
    });
    expect(
      barsOf(
        finding([
          ["female", 7, -1],
          ["male", 5, 2],
        ]),
      ),
    ).toBeNull();
    expect(barsOf(finding([["female", 7, 1]]))).toBeNull();
    const columns = ["unit", "patients", "mean"].map((name) => ({ name, type: "" }));
    expect(barsOf({ ...SOME, columns })).toBeNull();
  });

  test("becomes a file that no spreadsheet runs", () => {
    const odd = finding([
      ['a "b", c', 1, null],
      ["=cmd()", 2, -3],
    ]);

    expect(csvOf(odd)).toBe('sex,patients,mean\r\n"a ""b"", c",1,\r\n\'=cmd(),2,-3\r\n');
  });
});

test("a fault is about the SQL, the tables, or neither", () => {
  expect(fieldOf("SQL: nope")).toBe("sql");
  expect(fieldOf("views[0].select[0].column[1].path: FHIRPath, character 3")).toBe("tables");
  expect(fieldOf("The house is closing.")).toBeNull();
});
