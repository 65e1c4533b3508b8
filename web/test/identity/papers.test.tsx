import { render, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Cards } from "../../src/identity/cards/CardsPanel";
import type { Credential } from "../../src/identity/cards/model";
import { checkDocument } from "../../src/identity/cards/verify/check";
import { FileCheck } from "../../src/identity/show/FileCheck";
import { fakeHouse, outcome } from "../house/house";
import told from "./papers.json";

const PATH = "/api/identity/credentials";
const KEYS: Record<string, object> = told.keys;
const VERDICT = {
  why: "",
  issuer: "did:web:far.example",
  is_here: false,
  is_trusted: true,
  vct: "OpenBadgeCredential",
  claims: { achievement: { name: "First suture" } },
  until: null,
  form: "vc",
};

/** A house that knows its own keys and has one list; what was asked of it is kept. */
function house(more: Record<string, unknown> = {}) {
  return fakeHouse({
    "GET /api/identity/issuers": ({ path }: { path: string }) => {
      const who = new URLSearchParams(path.split("?")[1]).get("did") ?? "";
      const jwk = KEYS[who];
      const is_here = jwk !== undefined;
      return is_here ? { jwk, is_here, is_trusted: is_here } : outcome(400, "invalid", "Unknown.");
    },
    "GET /api/identity/status/l-1": () => new Response(told.list),
    "POST /api/identity/verify": VERDICT,
    ...more,
  });
}

beforeEach(() => {
  vi.useFakeTimers({ now: told.now, toFake: ["Date"] });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a credential that is a document, verified in the browser", () => {
  test.each(Object.entries(told.cases))("%s", async (name, text) => {
    const asked = house();

    const verdict = await checkDocument(text);

    expect(verdict.why).toBe(name.split(",")[0]);
    expect(verdict.by).toBe("browser");
    expect(asked.some((each) => each.path === "/api/identity/verify")).toBe(false);
  });

  test("says what it says, by whom and until when", async () => {
    house();

    const verdict = await checkDocument(told.cases[""]);

    expect(verdict.issuer).toBe(told.issuer);
    expect(verdict.isHere).toBe(true);
    expect(verdict.vct).toBe("OpenBadgeCredential");
    expect(verdict.claims.achievement).toMatchObject({ name: "First suture" });
    expect(verdict.until).toBe(Date.UTC(2027, 0, 1));
  });

  test.each(Object.entries(told.elsewhere))("leaves %s to the house", async (_, text) => {
    const asked = house();

    expect((await checkDocument(text)).by).toBe("house");
    expect(asked.at(-1)?.body).toEqual({ presentation: text });
  });

  test("needs nobody for the key of an issuer whom nobody knows", async () => {
    house({ "GET /api/identity/issuers": outcome(400, "invalid", "Unknown.") });

    const verdict = await checkDocument(told.cases[", of two"]);

    expect([verdict.why, verdict.by, verdict.isTrusted]).toEqual(["", "browser", false]);
  });
});

test("anybody checks a file on the page, and reads that a file is bound to nobody", async () => {
  house();
  render(<FileCheck />);
  const file = new File([told.cases[""]], "badge.json", { type: "application/json" });

  await userEvent.upload(screen.getByLabelText(/Drop the file/), file);

  expect(await screen.findByText("Genuine and valid")).toBeTruthy();
  expect(screen.getByText("First suture")).toBeTruthy();
  expect(screen.getByText(/bound to nobody/)).toBeTruthy();
});

test("a file that was changed is told as such, and one that is too large is not read", async () => {
  house();
  render(<FileCheck />);
  const input = screen.getByLabelText(/Drop the file/);

  await userEvent.upload(input, new File([told.cases.signature], "badge.json"));
  expect(await screen.findByText("Not genuine: the signature is not good")).toBeTruthy();

  await userEvent.upload(input, new File(["x".repeat(300_000)], "badge.txt"));
  expect(await screen.findByRole("alert")).toHaveProperty(
    "textContent",
    "That file is too large for a credential.",
  );
});

test("a presentation tells who shows it, and what it holds", async () => {
  const shown = { ...VERDICT, form: "vp", holder: "did:key:z1", issuer: "", vct: "", claims: {} };
  house({
    "POST /api/identity/verify": { ...shown, why: "holder", credentials: [VERDICT] },
  });
  render(<FileCheck />);
  const text = told.elsewhere["a presentation"];

  await userEvent.upload(screen.getByLabelText(/Drop the file/), new File([text], "shown.json"));

  expect(await screen.findByText(/about somebody else than who shows it/)).toBeTruthy();
  expect(screen.getByText("Shown by did:key:z1")).toBeTruthy();
  expect(screen.getByText("First suture")).toBeTruthy();
});

const PAPER: Credential = {
  id: "p-1",
  kind: "badge",
  vct: "OpenBadgeCredential",
  issuer: told.issuer,
  is_here: false,
  claims: { achievement: { name: "First suture" } },
  state: "valid",
  since: "2026-01-01T00:00:00Z",
  until: "2100-01-01T00:00:00Z",
  received_at: "2026-03-01T12:00:00Z",
  has_file: true,
  is_document: true,
  is_trusted: false,
};

function holding(card: Credential = PAPER): Record<string, unknown> {
  return { [`GET ${PATH}`]: [card], [`GET ${PATH}/links`]: [], [`GET ${PATH}/history`]: [] };
}

test("a document's card says whether its issuer is known, and that it has no end", async () => {
  house(holding());
  render(<Cards />);

  const card = within(await screen.findByRole("article"));

  expect(card.getByText("First suture")).toBeTruthy();
  expect(card.getByText("Signed by an issuer that this house does not know.")).toBeTruthy();
  expect(card.getByText("no end")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "To another app" })).toBeNull();
});

test("a badge's file is added by dropping it, and why it is not is said", async () => {
  const asked = house({
    ...holding(),
    [`POST ${PATH}/files`]: outcome(400, "invalid", "The file proves nothing.", "It is over."),
  });
  render(<Cards />);
  await userEvent.click(await screen.findByRole("button", { name: "Add one" }));

  const file = new File([told.cases[""]], "badge.json");
  await userEvent.upload(screen.getByLabelText(/Drop the file/), file);

  expect(await screen.findByText(/proves nothing/)).toBeTruthy();
  const sent = asked.find((each) => each.path === `${PATH}/files`);
  expect(sent?.body).toEqual({ document: told.cases[""] });
});

test("a document is shown only after one has read that it hides nothing", async () => {
  const link = {
    id: "l-1",
    credential: "p-1",
    claims: [],
    expires_at: "2026-03-01T12:10:00Z",
    opened: 0,
    address: "https://house.example/show#token",
    qr: "<svg xmlns='http://www.w3.org/2000/svg'/>",
  };
  const asked = house({ ...holding(), [`POST ${PATH}/p-1/links`]: link });
  render(<Cards />);
  await userEvent.click(await screen.findByRole("button", { name: "Show to somebody" }));

  expect(screen.getByText(/a document hides nothing/)).toBeTruthy();
  expect(screen.queryByRole("switch")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Make the picture" }));

  expect(await screen.findByText("All of it")).toBeTruthy();
  const body = { claims: [], whole: true, minutes: 10 };
  expect(asked.find((each) => each.method === "POST")?.body).toEqual(body);
});

test("a document is removed after one was asked", async () => {
  const asked = house({ ...holding(), [`DELETE ${PATH}/p-1`]: undefined });
  render(<Cards />);
  await userEvent.click(await screen.findByRole("button", { name: "Remove" }));
  expect(asked.some((each) => each.method === "DELETE")).toBe(false);

  const dialog = within(screen.getByRole("dialog"));
  await userEvent.click(dialog.getByRole("button", { name: "Remove" }));

  expect(asked.some((each) => each.path === `${PATH}/p-1`)).toBe(true);
});
