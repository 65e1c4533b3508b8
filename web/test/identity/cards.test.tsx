import { render, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, test } from "vitest";
import { Cards } from "../../src/identity/cards/CardsPanel";
import { IssuedCards } from "../../src/identity/cards/IssuedPanel";
import { LicenceMark } from "../../src/identity/cards/LicenceMark";
import type { Credential, Issued } from "../../src/identity/cards/model";
import { fakeHouse } from "../house/house";
import told from "./presentations.json";

const PATH = "/api/identity/credentials";

const LICENCE: Credential = {
  id: "c-1",
  kind: "licence",
  vct: "urn:asklepion:credential:licence:1",
  issuer: "did:web:house.example",
  is_here: true,
  claims: {
    languages: ["en", "sw"],
    name: "Dr Amara Okafor",
    region: "KE",
    registration_number: "KE-20417",
    speciality: { system: "http://snomed.info/sct", code: "1", display: "Internal medicine" },
  },
  state: "valid",
  since: "2026-03-01T12:00:00Z",
  until: "2028-03-01T12:00:00Z",
  received_at: "2026-03-01T12:00:00Z",
  has_file: false,
  is_document: false,
  is_trusted: true,
};
const LINE: Issued = {
  id: "i-1",
  kind: "licence",
  account: "a-1",
  name: "Dr Amara Okafor",
  claims: LICENCE.claims,
  state: "valid",
  since: LICENCE.since,
  until: "2999-03-01T12:00:00Z",
  issued_at: LICENCE.since,
  copies: 1,
};

function holding(card: Credential = LICENCE): Record<string, unknown> {
  return { [`GET ${PATH}`]: [card], [`GET ${PATH}/links`]: [], [`GET ${PATH}/history`]: [] };
}

test("a card says what it is, of whom, by whom, until when, and that it stands", async () => {
  fakeHouse(holding());
  render(<Cards />);

  const card = await screen.findByRole("article");

  for (const words of ["Clinician's licence", "Internal medicine", "Dr Amara Okafor", "Valid"]) {
    expect(within(card).getByText(words)).toBeTruthy();
  }
  expect(within(card).getByText("this house")).toBeTruthy();
});

test("a card that was revoked says so and goes to no other app", async () => {
  fakeHouse(holding({ ...LICENCE, state: "revoked" }));
  render(<Cards />);

  expect(await screen.findByText("Revoked")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "To another app" })).toBeNull();
});

test("nothing is shown that was not chosen", async () => {
  const link = {
    id: "l-1",
    credential: "c-1",
    claims: ["region"],
    expires_at: "2026-03-01T12:10:00Z",
    opened: 0,
    address: "https://house.example/show#token",
    qr: "<svg xmlns='http://www.w3.org/2000/svg'/>",
  };
  const asked = fakeHouse({ ...holding(), [`POST ${PATH}/c-1/links`]: link });
  render(<Cards />);
  await userEvent.click(await screen.findByRole("button", { name: "Show to somebody" }));
  const make = screen.getByRole("button", { name: "Make the picture" });
  expect(make).toHaveProperty("disabled", true);

  await userEvent.click(screen.getByRole("switch", { name: /Region/ }));
  await userEvent.click(make);

  expect(await screen.findByAltText("QR code of the link")).toBeTruthy();
  const body = { claims: ["region"], minutes: 10 };
  expect(asked.find((each) => each.method === "POST")?.body).toEqual(body);
});

test("who asks is answered only after one says yes", async () => {
  const considered = {
    ticket: "t-1",
    who: "pharmacy.example",
    is_here: false,
    is_enough: true,
    choices: [{ wanted: "licence", card: LICENCE, claims: ["region", "languages"] }],
  };
  const asked = fakeHouse({
    ...holding(),
    [`POST ${PATH}/consider`]: considered,
    [`POST ${PATH}/answer`]: undefined,
  });
  render(<Cards />);
  await userEvent.click(await screen.findByRole("button", { name: "Add one" }));
  await userEvent.type(screen.getByLabelText("Offer or request"), "openid4vp://x");
  await userEvent.click(screen.getByRole("button", { name: "See who asks" }));

  const dialog = await screen.findByRole("dialog", { name: "pharmacy.example asks to see" });
  expect(within(dialog).getByText("Shows: Region, Languages")).toBeTruthy();
  expect(asked.some((each) => each.path === `${PATH}/answer`)).toBe(false);
  await userEvent.click(within(dialog).getByRole("button", { name: "Show it" }));

  const answer = asked.find((each) => each.path === `${PATH}/answer`);
  expect(answer?.body).toEqual({ ticket: "t-1", chosen: { licence: "c-1" } });
});

test("an operator revokes only after saying so twice", async () => {
  const asked = fakeHouse({
    "GET /api/identity/issued": [LINE],
    "PATCH /api/identity/issued/i-1": { ...LINE, state: "revoked" },
  });
  render(<IssuedCards />);
  await userEvent.click(await screen.findByRole("button", { name: "Revoke" }));
  expect(asked.some((each) => each.method === "PATCH")).toBe(false);

  const dialog = screen.getByRole("dialog");
  await userEvent.click(within(dialog).getByRole("button", { name: "Revoke for good" }));

  expect(asked.find((each) => each.method === "PATCH")?.body).toEqual({ state: "revoked" });
});

test("a mark is nothing until a click has it proven, and never believes another answer", async () => {
  fakeHouse({
    "GET /api/identity/marks": ["a-1"],
    // An answer to a question that was not asked: it proves nothing, whoever says so.
    "POST /api/identity/marks/a-1": { presentation: told.cases[""], audience: told.audience },
    "GET /api/identity/issuers": { jwk: told.jwk, is_here: true, is_trusted: true },
  });
  render(<LicenceMark account="a-1" name="Dr Amara Okafor" />);

  await userEvent.click(await screen.findByRole("button", { name: "Licence verified" }));

  const dialog = await screen.findByRole("dialog", { name: "Licence of Dr Amara Okafor" });
  expect(
    await within(dialog).findByText("Not valid here: it answers another question"),
  ).toBeTruthy();
});
