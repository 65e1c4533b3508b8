import { act, render, screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { ImagingPanel } from "../../src/records/imaging/ImagingPanel";
import { subject } from "../../src/records/subject";
import { fakeHouse, outcome } from "../house/house";

const LIST = "GET /api/records/patients/p1/images";
const STUDY = "GET /api/records/images/s1";
const listed = {
  id: "s1",
  started: "2026-03-01",
  text: "Chest",
  modalities: ["CT"],
  series: 1,
  count: 24,
  image: "i1",
};
const report = {
  ...listed,
  series: [{ uid: "1.2", number: 1, modality: "SR", text: "", images: [] }],
};

beforeEach(() => {
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe() {}
      disconnect() {}
    },
  );
  subject.set({ patient: "p1", purpose: "PATRQT", visit: null });
});

describe("the images of a record", () => {
  test("are listed with what, when and how many", async () => {
    fakeHouse({ [LIST]: [listed] });
    render(<ImagingPanel />);

    const button = await screen.findByRole("button", { name: /Chest.*2026.*CT.*24 pictures/ });
    expect(button.querySelector("img")?.getAttribute("src")).toBe(
      "/api/records/images/s1/i1/thumbnail",
    );
  });

  test("may be none, and then it says how to bring some", async () => {
    fakeHouse({ [LIST]: [] });
    render(<ImagingPanel />);

    expect(await screen.findByText("No images yet")).toBeTruthy();
  });

  test("say so where a study holds no picture", async () => {
    fakeHouse({ [LIST]: [listed], [STUDY]: report });
    render(<ImagingPanel />);
    await userEvent.click(await screen.findByRole("button", { name: /Chest/ }));

    expect(await screen.findByText("There is no picture in this study")).toBeTruthy();
  });

  test("are gone with the record, whatever stands open", async () => {
    fakeHouse({ [LIST]: [listed], [STUDY]: report });
    render(<ImagingPanel />);
    await userEvent.click(await screen.findByRole("button", { name: /Chest/ }));
    await screen.findByText("There is no picture in this study");

    act(() => subject.set(null));

    await waitFor(() => expect(screen.queryByText(/Chest/)).toBeNull());
  });

  test("tell what went wrong", async () => {
    fakeHouse({ [LIST]: outcome(404, "not-found", "There is no such Patient.") });
    render(<ImagingPanel />);

    expect(await screen.findByText(/There is no such Patient/)).toBeTruthy();
  });
});
