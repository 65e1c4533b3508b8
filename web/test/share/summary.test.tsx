import { render, screen } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { ageOf } from "../../src/share/days";
import { Narrative } from "../../src/share/Narrative";
import { readSummary } from "../../src/share/summary";

function entry(resource: Record<string, unknown>) {
  return { fullUrl: `https://h/fhir/R4/${resource.resourceType}/${resource.id}`, resource };
}

function glucose(id: string, value: number, at: string) {
  return entry({
    resourceType: "Observation",
    id,
    code: { coding: [{ code: "2345-7", display: "Glucose" }] },
    valueQuantity: { value, unit: "mg/dL" },
    effectiveDateTime: at,
    referenceRange: [{ low: { value: 70 }, high: { value: 100 } }],
  });
}

const SUMMARY = {
  resourceType: "Bundle",
  type: "document",
  entry: [
    entry({
      resourceType: "Composition",
      id: "c",
      date: "2026-03-01T12:00:00Z",
      author: [{ display: "Asklepion" }],
      subject: { reference: "Patient/p" },
      section: [
        {
          title: "Results",
          code: { coding: [{ code: "30954-2" }] },
          entry: [{ reference: "Observation/new" }, { reference: "Observation/old" }],
        },
        {
          title: "Medicines",
          code: { coding: [{ code: "10160-0" }] },
          entry: [{ reference: "https://h/fhir/R4/MedicationRequest/m" }],
        },
        { title: "Allergies", code: { coding: [{ code: "48765-2" }] }, text: { div: "<div/>" } },
      ],
    }),
    entry({ resourceType: "Patient", id: "p", name: [{ given: ["Mei"], family: "Lin" }] }),
    glucose("new", 134.456, "2026-02-01"),
    glucose("old", 120, "2025-02-01"),
    entry({
      resourceType: "MedicationRequest",
      id: "m",
      status: "on-hold",
      medicationReference: { reference: "Medication/x" },
      dosageInstruction: [{ text: "one a day" }],
      authoredOn: "2024-01-02",
    }),
    entry({ resourceType: "Medication", id: "x", code: { text: "Metformin" } }),
  ],
};

describe("a summary", () => {
  const read = readSummary(SUMMARY);
  const [results, medicines, allergies] = read.sections;

  test("says whose it is, and by whom", () => {
    expect(read).toMatchObject({ name: "Mei Lin", by: "Asklepion", born: "", sex: "" });
  });

  test("shows values of one kind as one course, oldest first", () => {
    expect(results?.courses).toMatchObject([
      { what: "Glucose", latest: "134.5 mg/dL", range: "70 – 100", when: "2026-02-01" },
    ]);
    expect(results?.courses[0]?.points.map(({ value }) => value)).toEqual([120, 134.456]);
    expect(results?.lines).toEqual([]);
  });

  test("follows what its entries point to", () => {
    expect(medicines?.lines).toEqual([
      {
        id: "MedicationRequest/m",
        what: "Metformin",
        details: "one a day",
        when: "2024-01-02",
        marks: ["on-hold"],
      },
    ]);
  });

  test("keeps the narrative where there is nothing else", () => {
    expect(allergies).toMatchObject({ lines: [], courses: [], narrative: "<div/>" });
  });

  test("that is empty or broken is no reason to fail", () => {
    for (const bundle of [{}, { entry: [] }, { entry: [{ resource: { section: "x" } }] }])
      expect(readSummary(bundle).sections).toEqual([]);
  });
});

describe("somebody else's narrative", () => {
  test("is drawn without anything that acts", () => {
    const bad = `<div onclick="x()"><script>alert(1)</script><img src="https://spy/x.png" onerror="x"/>
      <a href="javascript:x">Penicillin</a><table><tr><td style="position:fixed">rash</td></tr></table></div>`;
    const { container } = render(<Narrative xhtml={bad} />);

    expect(screen.getByText("Penicillin")).toBeTruthy();
    expect(screen.getByText("rash")).toBeTruthy();
    expect(container.innerHTML).not.toMatch(/script|img|href|onclick|style|alert/);
  });
});

test("an age counts birthdays, and is unknown without a day", () => {
  const now = new Date(2026, 3, 17);

  expect(ageOf("1967-04-18", now)).toBe(58);
  expect(ageOf("1967-04-17", now)).toBe(59);
  expect(ageOf("1967", now)).toBeNull();
});
