import { render, screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { describe, expect, test } from "vitest";
import { CloseOwn } from "../../src/identity/closing/CloseOwn";
import { keysBanner } from "../../src/identity/keys/KeysBanner";
import { peoplePanel } from "../../src/identity/People";
import { fakeHouse, outcome } from "../house/house";

const { Component: People } = peoplePanel;
const Banner = keysBanner.Component;
const ENDS = "2026-03-03T12:00:00Z";
const TOMAS = {
  id: "3",
  email: "tomas@x.example",
  name: "Tomas Reyes",
  roles: ["clinician"],
  person: "Practitioner/2",
  language: "en",
  closing: null,
  return: null,
};
const MEI = { ...TOMAS, id: "1", name: "Mei Lin", roles: ["patient"], person: "Patient/1" };
const CLOSING = {
  state: "closing",
  reason: "Left the clinic.",
  by: "Iris Keeper",
  is_own: false,
  asked_at: "2026-03-01T12:00:00Z",
  ends_at: ENDS,
};
const BACK = {
  reason: "Seen, with her passport.",
  by: "Iris Keeper",
  asked_at: "2026-03-01T12:00:00Z",
  ready_at: ENDS,
  expires_at: "2026-03-10T12:00:00Z",
};
const KEYS = {
  "GET /api/identity/keys": { delay_h: 48 },
  "GET /api/identity/proof": { is_fresh: true, by: "password" },
};

async function choose(name: string, what: RegExp): Promise<HTMLElement> {
  await userEvent.click(await screen.findByRole("button", { name: `More for ${name}` }));
  await userEvent.click(screen.getByRole("button", { name: what }));
  return screen.findByRole("dialog");
}

describe("an operator", () => {
  test("closes an account with a reason, and reads how long there is to object", async () => {
    const asked = fakeHouse({
      ...KEYS,
      "GET /api/identity/accounts": [TOMAS],
      "POST /api/identity/accounts/3/closing": CLOSING,
    });
    render(<People place="home" />);

    const dialog = await choose("Tomas Reyes", /^Close the account/);
    expect(await within(dialog).findByText(/has 48 hours to keep the account/)).toBeTruthy();
    const go = within(dialog).getByRole("button", { name: "Close the account" });
    expect(go).toHaveProperty("disabled", true);
    await userEvent.type(within(dialog).getByLabelText("Why"), "Left the clinic.");
    await userEvent.click(within(dialog).getByRole("switch", { name: /Let nobody in/ }));
    await userEvent.click(go);

    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(asked.find(({ method }) => method === "POST")?.body).toEqual({
      reason: "Left the clinic.",
      at_once: true,
    });
  });

  test("shuts no patient out of her own record at once", async () => {
    fakeHouse({ ...KEYS, "GET /api/identity/accounts": [MEI] });
    render(<People place="home" />);

    const dialog = await choose("Mei Lin", /^Close the account/);

    const atOnce = await within(dialog).findByRole("switch", { name: /Let nobody in/ });
    expect(atOnce).toHaveProperty("disabled", true);
    expect(within(dialog).getByText(/Not for patients/)).toBeTruthy();
  });

  test("sees what closes, what is suspended and what is closed, and calls it off", async () => {
    const asked = fakeHouse({
      ...KEYS,
      "GET /api/identity/accounts": [
        { ...MEI, name: "Gone", closing: { ...CLOSING, state: "closed" } },
        { ...TOMAS, id: "4", name: "Ben", closing: { ...CLOSING, state: "suspended" } },
        { ...TOMAS, closing: CLOSING },
      ],
      "DELETE /api/identity/accounts/3/closing": null,
    });
    render(<People place="home" />);

    const lines = await screen.findAllByRole("listitem");
    const names = lines.map(
      (line) => within(line).getByText(/^(Gone|Ben|Tomas Reyes)$/).textContent,
    );
    expect(names).toEqual(["Ben", "Tomas Reyes", "Gone"]);
    const [ben, tomas, gone] = lines as [HTMLElement, HTMLElement, HTMLElement];
    expect(within(ben).getByText(/^suspended/)).toBeTruthy();
    expect(within(tomas).getByText(/^closing on/)).toBeTruthy();
    expect(within(tomas).getByText("Iris Keeper: “Left the clinic.”")).toBeTruthy();
    expect(within(gone).getByText("closed")).toBeTruthy();
    expect(within(gone).queryByRole("button")).toBeNull();
    await userEvent.click(within(tomas).getByRole("button", { name: "Keep the account" }));

    await waitFor(() => expect(asked.some(({ method }) => method === "DELETE")).toBe(true));
  });

  test("invites somebody anew, and hands over a link that is good later", async () => {
    const asked = fakeHouse({
      ...KEYS,
      "GET /api/identity/accounts": [MEI],
      "POST /api/identity/accounts/1/return": {
        id: "l1",
        url: "https://house.example/#/welcome?token=back.x",
        qr: "<svg xmlns='http://www.w3.org/2000/svg'/>",
        expires_at: BACK.expires_at,
        ready_at: ENDS,
      },
    });
    render(<People place="home" />);

    const dialog = await choose("Mei Lin", /^Invite again/);
    await userEvent.type(
      await within(dialog).findByLabelText("How do you know who it is?"),
      "Seen, with her passport.",
    );
    await userEvent.click(within(dialog).getByRole("button", { name: "Make the link" }));

    expect(await screen.findByText("https://house.example/#/welcome?token=back.x")).toBeTruthy();
    expect(screen.getByText(/It works once, from .* on, for seven days/)).toBeTruthy();
    expect(asked.find(({ method }) => method === "POST")?.body).toEqual({
      reason: "Seen, with her passport.",
    });
  });

  test("keeps what was written when the house refuses", async () => {
    fakeHouse({
      ...KEYS,
      "GET /api/identity/accounts": [TOMAS],
      "POST /api/identity/accounts/3/closing": outcome(
        409,
        "conflict",
        "This is the last operator's account.",
        "Let another operator in first.",
      ),
    });
    render(<People place="home" />);

    const dialog = await choose("Tomas Reyes", /^Close the account/);
    await userEvent.type(await within(dialog).findByLabelText("Why"), "Left.");
    await userEvent.click(within(dialog).getByRole("button", { name: "Close the account" }));

    expect((await within(dialog).findByRole("alert")).textContent).toContain("last operator");
    expect(within(dialog).getByLabelText("Why")).toHaveProperty("value", "Left.");
  });
});

describe("she herself", () => {
  test("reads who closes her account and why, and keeps it", async () => {
    const told = { notices: [], running: [], closing: CLOSING, return: null };
    const asked = fakeHouse({
      "GET /api/identity/notices": told,
      "DELETE /api/identity/closing": null,
    });
    render(<Banner place="home" />);

    const words = await screen.findByRole("alert");
    expect(words.textContent).toContain("Iris Keeper closes your account on");
    expect(words.textContent).toContain("Left the clinic.");
    await userEvent.click(screen.getByRole("button", { name: "This is wrong: keep my account" }));

    await waitFor(() => expect(asked.some(({ method }) => method === "DELETE")).toBe(true));
  });

  test("stops an invitation that she did not ask for", async () => {
    const told = { notices: [], running: [], closing: null, return: BACK };
    const asked = fakeHouse({
      "GET /api/identity/notices": told,
      "DELETE /api/identity/return": null,
    });
    render(<Banner place="home" />);

    await userEvent.click(await screen.findByRole("button", { name: "It is not me: stop it" }));

    await waitFor(() => expect(asked.some(({ method }) => method === "DELETE")).toBe(true));
  });

  test("closes her own account, and reads first what stays", async () => {
    const asked = fakeHouse({
      ...KEYS,
      "POST /api/identity/closing": { ...CLOSING, is_own: true, reason: "" },
    });
    render(<CloseOwn delay={48} />);

    await userEvent.click(screen.getByRole("button", { name: "Close my account" }));
    const dialog = screen.getByRole("dialog");
    expect(within(dialog).getByText(/In 48 hours your account closes/)).toBeTruthy();
    expect(within(dialog).getByText(/Your record is not erased/)).toBeTruthy();
    await userEvent.click(within(dialog).getByRole("button", { name: "Close my account" }));

    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(asked.find(({ method }) => method === "POST")?.body).toEqual({ reason: "" });
  });
});
