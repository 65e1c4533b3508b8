import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, describe, expect, test } from "vitest";
import { language } from "../../src/kit/text";
import { ImportPanel as Import } from "../../src/records/ImportPanel";
import { tidy } from "../../src/records/import";
import { zone } from "../../src/records/sheets";
import { subject } from "../../src/records/subject";
import { fakeHouse, outcome } from "../house/house";

const BASE = "/api/records/patients/mei/sheets";
const MEASURES = [
  { key: "heart-rate", names: ["heart rate", "pulse", "心率"], units: ["/min"] },
  { key: "weight", names: ["body weight", "体重"], units: ["kg", "[lb_av]"] },
];
const PREVIEW = {
  header: ["Date", "Pulse", "Weight", "Mood"],
  samples: [["01/02/2026", "72", "61.5", "fine"]],
  mapping: {
    columns: [
      { role: "date", unit: "" },
      { role: "heart-rate", unit: "" },
      { role: "weight", unit: "stone" },
      { role: "", unit: "" },
    ],
    order: "",
    zone: "+08:00",
  },
  rows: 3,
  understood: 4,
  problems: [{ row: 4, reason: "column 2 is no number; column 3 is beyond what can be" }],
  problem_count: 1,
  first: "2026-01-03",
  last: "2026-01-05",
};
const DONE = {
  ...{ kind: "done", file: "", entry: 0, reference: "batch-1", reason: "", accepted: 4 },
  ...{ new: 4, changed: 0, unchanged: 0, refused: 1, noted: 0, by_type: {} },
};

async function bring(): Promise<void> {
  const input = screen.getByLabelText(/Drop files or a folder here|将文件或文件夹拖到这里/);
  await userEvent.upload(input, new File(["a,b\n"], "pulse.csv", { type: "text/csv" }));
}

beforeEach(() => {
  tidy();
  language.set("en");
  subject.set({ patient: "mei", purpose: "PATRQT", visit: null });
});

describe("a table", () => {
  test("is shown first, corrected, kept, and taken back", async () => {
    const asked = fakeHouse({
      "GET /api/records/sheets/measures": MEASURES,
      [`POST ${BASE}/preview`]: PREVIEW,
      [`POST ${BASE}`]: () => new Response(`${JSON.stringify(DONE)}\n`),
      [`DELETE ${BASE}/batch-1`]: { deleted: 4 },
    });
    render(<Import />);
    await bring();

    expect(await screen.findByText("4 measurements understood")).toBeTruthy();
    expect(screen.getByText(/whether the day or the month comes first/)).toBeTruthy();
    fireEvent.change(screen.getByLabelText("How dates are written"), { target: { value: "dmy" } });
    await waitFor(() => {
      const last = asked.findLast(({ path }) => path.includes("/preview"));
      expect(decodeURIComponent(last?.path ?? "")).toContain('"order":"dmy"');
    });
    fireEvent.change(screen.getByLabelText("Unit of Weight"), { target: { value: "[lb_av]" } });
    const keep = await screen.findByRole("button", { name: "Keep 4 measurements" });
    await waitFor(() => expect(keep).toHaveProperty("disabled", false));
    await userEvent.click(keep);

    expect(await screen.findByText("Added to your record")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Take it back" }));
    expect(await screen.findByText("4 measurements were removed from your record.")).toBeTruthy();
  });

  test("says in the reader's words what would be left out", async () => {
    language.set("zh-CN");
    fakeHouse({
      "GET /api/records/sheets/measures": MEASURES,
      [`POST ${BASE}/preview`]: PREVIEW,
    });
    render(<Import />);
    await bring();

    expect(await screen.findByText("第 2 列不是数字。 第 3 列超出可能的范围。")).toBeTruthy();
    expect(screen.getAllByText("心率").length).toBeGreaterThan(0);
  });

  test("that cannot be read says so", async () => {
    const words = "The table cannot be taken: it is no table.";
    fakeHouse({
      "GET /api/records/sheets/measures": MEASURES,
      [`POST ${BASE}/preview`]: outcome(400, "invalid", words),
    });
    render(<Import />);
    await bring();

    expect(await screen.findByText(words)).toBeTruthy();
  });

  test("that is too long says so in the reader's words", async () => {
    language.set("zh-CN");
    const words = "The table cannot be taken: it has more than 100000 rows.";
    fakeHouse({
      "GET /api/records/sheets/measures": MEASURES,
      [`POST ${BASE}/preview`]: outcome(400, "invalid", words),
    });
    render(<Import />);
    await bring();

    expect(await screen.findByText("表格超过 100,000 行，请拆分成较小的文件。")).toBeTruthy();
  });

  test("knows how far this browser is from UTC", () => {
    expect([zone(480), zone(-210), zone(0)]).toEqual(["+08:00", "-03:30", "+00:00"]);
  });
});
