import { act, render, screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, describe, expect, test } from "vitest";
import { consentsPanel } from "../../src/records/ConsentsPanel";
import { consentsChanged, subject } from "../../src/records/subject";
import { fakeHouse, outcome, Reply } from "../house/house";

const { Component: Consents } = consentsPanel;
const PATH = "/api/records/patients/p1/consents";
const AMARA = { name: [{ prefix: ["Dr"], given: ["Amara"], family: "Okafor" }] };
const permit = () => ({
  consent: "c1",
  actor: "Practitioner/1",
  categories: ["vitals", "care-plans"],
  until: new Date(Date.now() + 3_600_000).toISOString(),
  visit: "v1",
});

beforeEach(() => subject.set({ patient: "p1", purpose: "PATRQT", visit: null }));

describe("what I allow", () => {
  test("names who may see what, until when", async () => {
    fakeHouse({ [`GET ${PATH}`]: [permit()], "GET /fhir/R4/Practitioner/1": AMARA });
    render(<Consents place="home" />);

    expect(await screen.findByText("Dr Amara Okafor")).toBeTruthy();
    expect(screen.getByText("Care plans")).toBeTruthy();
    expect(screen.getByText(/until .* · 59:5\d|until .* · 1:00:00/)).toBeTruthy();
  });

  test("ends with one press", async () => {
    let given = [permit()];
    const asked = fakeHouse({
      [`GET ${PATH}`]: () => given,
      "GET /fhir/R4/Practitioner/1": AMARA,
      "DELETE /api/records/consents/c1": () => {
        given = [];
        return new Reply(204);
      },
    });
    render(<Consents place="home" />);

    await userEvent.click(await screen.findByRole("button", { name: "Take back now" }));

    await waitFor(() => expect(screen.getByText("Nobody may see your record")).toBeTruthy());
    expect(asked.filter(({ method }) => method === "DELETE")).toHaveLength(1);
  });

  test("is read again when something ended elsewhere on the page", async () => {
    let given = [permit()];
    fakeHouse({ [`GET ${PATH}`]: () => given, "GET /fhir/R4/Practitioner/1": AMARA });
    render(<Consents place="home" />);
    await screen.findByText("Dr Amara Okafor");

    given = [];
    act(() => consentsChanged.update((n) => n + 1));

    expect(await screen.findByText("Nobody may see your record")).toBeTruthy();
  });

  test("that cannot be taken back says so and can be tried again", async () => {
    fakeHouse({
      [`GET ${PATH}`]: [permit()],
      "DELETE /api/records/consents/c1": outcome(503, "transient", "Busy.", "Wait."),
    });
    render(<Consents place="home" />);

    await userEvent.click(await screen.findByRole("button", { name: "Take back now" }));

    expect((await screen.findByRole("alert")).textContent).toContain("Busy.");
    expect(screen.getByText("A clinician")).toBeTruthy();
  });

  test("is no longer shown once its time is over", async () => {
    const over = { ...permit(), until: "2020-01-01T00:00:00Z" };
    fakeHouse({ [`GET ${PATH}`]: [over] });
    render(<Consents place="home" />);

    expect(await screen.findByText("Nobody may see your record")).toBeTruthy();
  });
});
