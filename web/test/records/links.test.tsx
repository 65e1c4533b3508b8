import { render, screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, describe, expect, test } from "vitest";
import { LinksPanel } from "../../src/records/LinksPanel";
import { newPasscode } from "../../src/records/links";
import { subject } from "../../src/records/subject";
import { fakeHouse, outcome, Reply } from "../house/house";

const PATH = "/api/records/patients/p1/links";
const link = (more: object = {}) => ({
  id: "l1",
  label: "For the dentist",
  state: "open",
  made_at: "2026-03-01T12:00:00Z",
  until: "2026-03-08T12:00:00Z",
  opens_most: 3,
  opens: 1,
  has_passcode: true,
  kinds: ["summary", "pdf"],
  openings: [
    { at: "2026-03-02T12:00:00Z", recipient: "Dr Ruiz", is_opened: true },
    { at: "2026-03-02T11:00:00Z", recipient: "Somebody", is_opened: false },
  ],
  ...more,
});

beforeEach(() => subject.set({ patient: "p1", purpose: "PATRQT", visit: null }));

describe("sharing my record", () => {
  test("takes three steps and shows the code once", async () => {
    const given = {
      link: link(),
      shlink: "shlink:/x",
      url: "http://h/share#shlink:/x",
      qr: "<svg/>",
    };
    const asked = fakeHouse({ [`GET ${PATH}`]: [], [`POST ${PATH}`]: new Reply(201, given) });
    render(<LinksPanel />);
    expect(await screen.findByText("You have shared nothing yet")).toBeTruthy();

    await userEvent.click(screen.getByRole("button", { name: "Make a link" }));
    await userEvent.click(screen.getByRole("switch", { name: /PDF to keep/ }));
    await userEvent.click(screen.getByRole("button", { name: "Next" }));
    await userEvent.selectOptions(screen.getByLabelText("May be opened"), "1");
    await userEvent.click(screen.getByRole("button", { name: "Next" }));
    await userEvent.type(screen.getByLabelText("For whom or what for"), "For the dentist");
    await userEvent.click(screen.getByRole("button", { name: "Make the link" }));

    expect(await screen.findByAltText("The link as a code to be scanned")).toBeTruthy();
    const body = asked.find(({ method }) => method === "POST")?.body as Record<string, unknown>;
    expect(body).toMatchObject({ files: ["summary"], opens_most: 1, label: "For the dentist" });
    expect(body.passcode).toMatch(/^\d{6}$/);
    expect(screen.getByText(String(body.passcode))).toBeTruthy();
  });

  test("shares nothing where nothing is chosen", async () => {
    fakeHouse({ [`GET ${PATH}`]: [] });
    render(<LinksPanel />);

    await userEvent.click(await screen.findByRole("button", { name: "Make a link" }));
    await userEvent.click(screen.getByRole("switch", { name: /PDF to keep/ }));
    await userEvent.click(screen.getByRole("switch", { name: /^Summary/ }));

    expect(screen.getByRole("button", { name: "Next" })).toHaveProperty("disabled", true);
  });

  test("lists who opened a link and who only tried, and ends it with one press", async () => {
    let held = [link()];
    fakeHouse({
      [`GET ${PATH}`]: () => held,
      [`DELETE ${PATH}/l1`]: () => {
        held = [link({ state: "revoked" })];
        return new Reply(204);
      },
    });
    render(<LinksPanel />);

    expect(await screen.findByText("opened 1 of 3 times")).toBeTruthy();
    expect(screen.getByText("Dr Ruiz")).toBeTruthy();
    expect(screen.getByText(/wrong passcode/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Take back now" }));

    await waitFor(() => expect(screen.getByText("taken back")).toBeTruthy());
    expect(screen.queryByRole("button", { name: "Take back now" })).toBeNull();
  });

  test("says what went wrong", async () => {
    fakeHouse({ [`GET ${PATH}`]: outcome(503, "transient", "Too busy.") });
    render(<LinksPanel />);

    expect(await screen.findByText("Too busy.")).toBeTruthy();
  });

  test("is not there for whoever looks at another's record", () => {
    subject.set({ patient: "p1", purpose: "TREAT", visit: "v" });
    const { container } = render(<LinksPanel />);

    expect(container.innerHTML).toBe("");
  });
});

test("a passcode is six digits, another each time", () => {
  const drawn = new Set(Array.from({ length: 20 }, newPasscode));

  expect([...drawn].every((it) => /^\d{6}$/.test(it))).toBe(true);
  expect(drawn.size).toBeGreaterThan(15);
});
