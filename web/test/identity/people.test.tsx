import { render, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, test } from "vitest";
import { peoplePanel } from "../../src/identity/People";
import { fakeHouse, outcome } from "../house/house";

const { Component: People } = peoplePanel;
const AMARA = {
  id: "2",
  email: "amara@x.example",
  name: "Dr Amara Okafor",
  roles: ["clinician"],
  person: "Practitioner/1",
  language: "en",
};

test("an operator sees who may come in, as what, and with which record", async () => {
  fakeHouse({ "GET /api/identity/accounts": [AMARA] });
  render(<People place="home" />);

  const line = (await screen.findByText("Dr Amara Okafor")).closest("li") as HTMLElement;

  expect(within(line).getByText("Clinician")).toBeTruthy();
  expect(within(line).getByText("has a record")).toBeTruthy();
});

test("an operator lets somebody in", async () => {
  const asked = fakeHouse({
    "GET /api/identity/accounts": [AMARA],
    "POST /api/identity/accounts": AMARA,
  });
  render(<People place="home" />);

  await userEvent.click(screen.getByRole("button", { name: "Add a person" }));
  const dialog = screen.getByRole("dialog");
  await userEvent.type(within(dialog).getByLabelText(/Name/), "Jonas");
  await userEvent.type(within(dialog).getByLabelText("E-mail"), "jonas@x.example");
  await userEvent.click(within(dialog).getByRole("switch", { name: /Invite by a link/ }));
  await userEvent.type(within(dialog).getByLabelText(/First password/), "a long sentence");
  await userEvent.click(within(dialog).getByRole("button", { name: "Add a person" }));

  expect(asked.find(({ method }) => method === "POST")?.body).toEqual({
    name: "Jonas",
    email: "jonas@x.example",
    password: "a long sentence",
    roles: ["patient"],
    person: null,
    language: "en",
  });
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("what the house refuses stays to be mended", async () => {
  fakeHouse({
    "GET /api/identity/accounts": [],
    "POST /api/identity/accounts": outcome(
      409,
      "conflict",
      "This e-mail is taken.",
      "Use another.",
    ),
  });
  render(<People place="home" />);

  await userEvent.click(screen.getByRole("button", { name: "Add a person" }));
  const dialog = screen.getByRole("dialog");
  await userEvent.type(within(dialog).getByLabelText(/Name/), "Jonas");
  await userEvent.type(within(dialog).getByLabelText("E-mail"), "jonas@x.example");
  await userEvent.click(within(dialog).getByRole("switch", { name: /Invite by a link/ }));
  await userEvent.type(within(dialog).getByLabelText(/First password/), "a long sentence");
  await userEvent.click(within(dialog).getByRole("button", { name: "Add a person" }));

  expect((await within(dialog).findByRole("alert")).textContent).toContain("This e-mail is taken.");
  expect(within(dialog).getByLabelText(/Name/)).toHaveProperty("value", "Jonas");
});
