import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { describe, expect, test } from "vitest";
import { PatientVisit } from "../../src/clinic/PatientVisit";
import { fakeHouse, outcome } from "../house/house";
import { granted, visit } from "./visits";

describe("what the doctor asks for", () => {
  test("is told in plain words, with why", () => {
    const ask = { categories: ["vitals"], minutes: 30, reason: "Your knee." } as const;
    render(<PatientVisit visit={visit({ ask })} />);

    expect(screen.getByRole("heading", { name: "Dr Amara Okafor asks to see" })).toBeTruthy();
    expect(screen.getByText("Your knee.")).toBeTruthy();
    expect(screen.getByRole("switch", { name: /Vital signs/ }).textContent).toMatch(/Heart rate/);
  });

  test("is allowed in part, until a moment she chooses", async () => {
    const asked = fakeHouse({ "POST /api/clinic/visits/v1/grant": { visit: granted() } });
    render(<PatientVisit visit={visit()} />);

    await userEvent.click(screen.getByRole("switch", { name: /Laboratory/ }));
    await userEvent.selectOptions(screen.getByLabelText("Until when"), "15");
    await userEvent.click(screen.getByRole("button", { name: "Allow" }));

    const body = asked[0]?.body as { categories: string[]; until: string };
    expect(body.categories).toEqual(["vitals"]);
    const minutes = (Date.parse(body.until) - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(14.5);
    expect(minutes).toBeLessThanOrEqual(15);
  });

  test("cannot be allowed with nothing chosen", async () => {
    render(<PatientVisit visit={visit()} />);

    await userEvent.click(screen.getByRole("switch", { name: /Vital signs/ }));
    await userEvent.click(screen.getByRole("switch", { name: /Laboratory/ }));

    expect(screen.getByRole("button", { name: "Allow" })).toHaveProperty("disabled", true);
  });

  test("can be refused", async () => {
    const asked = fakeHouse({
      "POST /api/clinic/visits/v1/refuse": { visit: visit({ answer: "refused" }) },
    });
    render(<PatientVisit visit={visit()} />);

    await userEvent.click(screen.getByRole("button", { name: "Not now" }));

    expect(asked[0]?.path).toBe("/api/clinic/visits/v1/refuse");
  });

  test("that is asked anew does not inherit what was chosen before", async () => {
    const { rerender } = render(<PatientVisit visit={visit()} />);
    await userEvent.click(screen.getByRole("switch", { name: /Laboratory/ }));

    const ask = { categories: ["laboratory", "notes"], minutes: 60, reason: "" } as const;
    rerender(<PatientVisit visit={visit({ ask })} />);

    expect(screen.getByRole("switch", { name: /Laboratory/ }).getAttribute("aria-checked")).toBe(
      "true",
    );
    expect(screen.queryByRole("switch", { name: /Vital signs/ })).toBeNull();
  });
});

describe("what stands", () => {
  test("is shown with its end and taken back with one press", async () => {
    const asked = fakeHouse({
      "POST /api/clinic/visits/v1/revoke": { visit: visit({ answer: "ended" }) },
    });
    render(<PatientVisit visit={granted()} />);
    expect(screen.getByRole("heading", { name: "Dr Amara Okafor may see" })).toBeTruthy();
    expect(screen.getByText("Vital signs")).toBeTruthy();

    await userEvent.click(screen.getByRole("button", { name: "Take back now" }));

    expect(asked.map(({ path }) => path)).toEqual(["/api/clinic/visits/v1/revoke"]);
  });

  test("that cannot be taken back says so and can be tried again", async () => {
    fakeHouse({ "POST /api/clinic/visits/v1/revoke": outcome(503, "transient", "Busy.", "Wait.") });
    render(<PatientVisit visit={granted()} />);

    await userEvent.click(screen.getByRole("button", { name: "Take back now" }));

    expect((await screen.findByRole("alert")).textContent).toContain("Busy.");
    expect(screen.getByRole("button", { name: "Take back now" })).toHaveProperty("disabled", false);
  });

  test("is over when its time is, without a word from the house", () => {
    render(<PatientVisit visit={granted({ until: "2020-01-01T00:00:00Z" })} />);

    expect(screen.getByRole("heading", { name: /sees nothing of yours/ })).toBeTruthy();
  });

  test("stays to be ended while something new is asked", () => {
    render(<PatientVisit visit={granted({ answer: "open" })} />);

    expect(screen.getByRole("button", { name: "Take back now" })).toBeTruthy();
    expect(screen.getByRole("button", { name: "Allow" })).toBeTruthy();
  });
});

test("while no doctor is there nothing is asked", () => {
  render(<PatientVisit visit={visit({ clinician_name: null })} />);

  expect(screen.getByRole("heading", { name: "Please take a seat" })).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Allow" })).toBeNull();
});
