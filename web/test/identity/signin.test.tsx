import { render, screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, describe, expect, test } from "vitest";
import { Opening } from "../../src/identity/Opening";
import { SignIn } from "../../src/identity/SignIn";
import { session } from "../../src/kit/session";
import { fakeHouse, outcome } from "../house/house";

const MEI = { account: "1", name: "Mei Lin", roles: ["patient"], person: null, language: "en" };
const DEMO = [{ email: "mei@x.example", password: "olive", name: "Mei Lin", role: "patient" }];

beforeEach(() => session.set({ state: "stranger", me: null }));

describe("signing in", () => {
  test("with e-mail and password by keyboard alone lets in", async () => {
    const asked = fakeHouse({ "POST /api/identity/session": MEI });
    render(<SignIn />);

    await userEvent.click(screen.getByLabelText("E-mail"));
    await userEvent.keyboard("mei@x.example{Tab}olive{Enter}");

    await waitFor(() => expect(session.get().me?.name).toBe("Mei Lin"));
    expect(asked.at(-1)?.body).toEqual({ email: "mei@x.example", password: "olive" });
  });

  test("with a wrong password says so at the field and lets try again", async () => {
    fakeHouse({ "POST /api/identity/session": outcome(401, "login", "No.") });
    render(<SignIn />);

    await userEvent.type(screen.getByLabelText("E-mail"), "mei@x.example");
    await userEvent.type(screen.getByLabelText("Password"), "wrong{Enter}");

    expect((await screen.findByRole("alert")).textContent).toMatch(/is not right/);
    expect(screen.getByRole("button", { name: "Come in" })).toHaveProperty("disabled", false);
    expect(session.get().state).toBe("stranger");
  });

  test("too often shows the house's own message and hint", async () => {
    const busy = outcome(503, "transient", "Too many attempts.", "Wait a minute.");
    fakeHouse({ "POST /api/identity/session": busy });
    render(<SignIn />);

    await userEvent.type(screen.getByLabelText("E-mail"), "mei@x.example");
    await userEvent.type(screen.getByLabelText("Password"), "wrong{Enter}");

    const said = await screen.findByText("Too many attempts.");
    expect(said.closest('[role="alert"]')?.textContent).toContain("Wait a minute.");
  });

  test("in a demonstration takes one press", async () => {
    const asked = fakeHouse({ "GET /api/demo": DEMO, "POST /api/identity/session": MEI });
    render(<SignIn />);

    await userEvent.click(await screen.findByRole("button", { name: /Mei Lin/ }));

    await waitFor(() => expect(session.get().state).toBe("known"));
    expect(asked.at(-1)?.body).toEqual({ email: "mei@x.example", password: "olive" });
  });

  test("in a real house offers nobody to be", async () => {
    const asked = fakeHouse({});
    render(<SignIn />);
    await waitFor(() => expect(asked.some(({ path }) => path === "/api/demo")).toBe(true));

    expect(screen.queryByText(/demonstration/)).toBeNull();
  });

  test("after a session ran out says what happened", () => {
    fakeHouse({});
    session.set({ state: "ended", me: null });
    render(<SignIn />);

    expect(screen.getByText(/Sign in again/)).toBeTruthy();
  });
});

describe("the opening link", () => {
  test("creates the operator with its token and signs in", async () => {
    const asked = fakeHouse({
      "POST /api/identity/opening": MEI,
      "POST /api/identity/session": MEI,
    });
    let isDone = false;
    render(<Opening token="once" onDone={() => (isDone = true)} />);

    await userEvent.type(screen.getByLabelText(/Name/), "Iris");
    await userEvent.type(screen.getByLabelText("E-mail"), "iris@x.example");
    await userEvent.type(screen.getByLabelText("Password"), "a long sentence{Enter}");

    await waitFor(() => expect(isDone).toBe(true));
    expect(asked[0]?.body).toMatchObject({
      token: "once",
      name: "Iris",
      password: "a long sentence",
    });
  });

  test("takes no short password", async () => {
    fakeHouse({});
    render(<Opening token="once" onDone={() => {}} />);

    await userEvent.type(screen.getByLabelText(/Name/), "Iris");
    await userEvent.type(screen.getByLabelText("E-mail"), "iris@x.example");
    await userEvent.type(screen.getByLabelText("Password"), "short");

    expect(screen.getByRole("button", { name: /Open/ })).toHaveProperty("disabled", true);
    expect(screen.getByRole("alert").textContent).toContain("10");
  });
});
