import { render, screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { keysBanner } from "../../src/identity/keys/KeysBanner";
import { KeysPanel as Panel } from "../../src/identity/keys/KeysPanel";
import { deviceName } from "../../src/identity/keys/model";
import { SignIn } from "../../src/identity/SignIn";
import { session } from "../../src/kit/session";
import { fakeHouse, outcome, Reply } from "../house/house";

const MEI = { account: "1", name: "Mei Lin", roles: ["patient"], person: null, language: "en" };
const PHONE = {
  id: "k1",
  name: "Mei's phone",
  is_synced: false,
  created_at: "2026-03-01T12:00:00Z",
  used_at: null,
};
const NONE = { passkeys: [], has_password: true, printed_at: null, wallets: [] };
const ALONE = {
  needed: 2,
  rehearsed_at: null,
  delay_h: 48,
  guardians: [],
  wards: [],
  wishes: [],
};
const QUESTION = { challenge: "AQID", rpId: "localhost" };
const MADE = {
  id: "Y3JlZA",
  rawId: new Uint8Array([99, 114, 101, 100]).buffer,
  type: "public-key",
  response: {
    clientDataJSON: new Uint8Array([1]).buffer,
    authenticatorData: new Uint8Array([2]).buffer,
    attestationObject: new Uint8Array([3]).buffer,
    signature: new Uint8Array([4]).buffer,
    userHandle: new Uint8Array([5]).buffer,
  },
};
const Banner = keysBanner.Component;

/** A browser whose device says yes, or what `answer` does. */
function aDevice(answer: () => unknown = () => MADE): void {
  const credentials = { get: vi.fn(async () => answer()), create: vi.fn(async () => answer()) };
  vi.stubGlobal("PublicKeyCredential", class {});
  Object.defineProperty(navigator, "credentials", { value: credentials, configurable: true });
}

beforeEach(() => session.set({ state: "stranger", me: null }));

describe("the door", () => {
  test("opens by a passkey without typing anything", async () => {
    aDevice();
    const asked = fakeHouse({
      "POST /api/identity/passkeys/door/options": QUESTION,
      "POST /api/identity/passkeys/door": MEI,
    });
    render(<SignIn />);

    await userEvent.click(screen.getByRole("button", { name: "Sign in with your passkey" }));

    await waitFor(() => expect(session.get().me?.name).toBe("Mei Lin"));
    expect(asked.at(-1)?.body).toMatchObject({
      credential: {
        id: "Y3JlZA",
        rawId: "Y3JlZA",
        response: { signature: "BA", userHandle: "BQ" },
      },
    });
  });

  test("says so when the device does not go on, and lets try again", async () => {
    aDevice(() => {
      throw new DOMException("no", "NotAllowedError");
    });
    fakeHouse({ "POST /api/identity/passkeys/door/options": QUESTION });
    render(<SignIn />);

    const button = screen.getByRole("button", { name: "Sign in with your passkey" });
    await userEvent.click(button);

    expect((await screen.findByRole("alert")).textContent).toContain("did not go on");
    expect(button).toHaveProperty("disabled", false);
  });

  test("in a browser without passkeys it is a password's", () => {
    vi.stubGlobal("PublicKeyCredential", undefined);
    fakeHouse({});
    render(<SignIn />);

    expect(screen.queryByRole("button", { name: /passkey/ })).toBeNull();
    expect(screen.getByRole("button", { name: "Come in" })).toBeTruthy();
  });
});

describe("whoever cannot get in", () => {
  test("comes back by the printed code, and chooses whether the old keys end", async () => {
    aDevice();
    const asked = fakeHouse({
      "POST /api/identity/printed/begin": {
        ticket: "once",
        options: { ...QUESTION, user: { id: "AQ", name: "mei", displayName: "mei" } },
      },
      "POST /api/identity/printed/finish": MEI,
    });
    render(<SignIn />);

    await userEvent.click(screen.getByRole("button", { name: "I cannot get in" }));
    await userEvent.click(screen.getByRole("button", { name: /My printed code/ }));
    await userEvent.type(screen.getByLabelText("E-mail"), "mei@x.example");
    await userEvent.type(screen.getByLabelText("Printed code"), "7gq4x{Enter}");
    await userEvent.click(await screen.findByRole("switch", { name: /are lost/ }));
    await userEvent.click(screen.getByRole("button", { name: "Make this device my key" }));

    await waitFor(() => expect(session.get().me?.name).toBe("Mei Lin"));
    expect(asked.at(-1)?.body).toMatchObject({ token: "once", drops_old: false });
  });

  test("asks people, and sees the code to tell them", async () => {
    aDevice();
    const progress = { id: "r1", state: "open", agreed: 1, needed: 2, ready_at: null };
    fakeHouse({
      "POST /api/identity/recovery/options": {
        ...QUESTION,
        user: { id: "AQ", name: "mei", displayName: "mei" },
      },
      "POST /api/identity/recovery/ask": { code: "7GQ4-XYZ1", claim: "c" },
      "POST /api/identity/recovery/look": progress,
    });
    render(<SignIn />);

    await userEvent.click(screen.getByRole("button", { name: "I cannot get in" }));
    await userEvent.click(screen.getByRole("button", { name: /People who let me back in/ }));
    await userEvent.type(screen.getByLabelText("E-mail"), "mei@x.example{Enter}");

    expect(await screen.findByText("7GQ4-XYZ1")).toBeTruthy();
    expect(await screen.findByText("1 of 2 have agreed")).toBeTruthy();
    localStorage.clear();
  });
});

describe("my keys", () => {
  test("ask for the password before the first one is made", async () => {
    aDevice();
    const asked = fakeHouse({
      "GET /api/identity/keys": NONE,
      "GET /api/identity/guardians": ALONE,
      "GET /api/identity/proof": { is_fresh: false, by: "password" },
      "POST /api/identity/proof/password": new Reply(204),
      "POST /api/identity/passkeys/options": {
        ...QUESTION,
        user: { id: "AQ", name: "mei", displayName: "mei" },
      },
      "POST /api/identity/passkeys": PHONE,
    });
    render(<Panel />);

    await userEvent.click(await screen.findByRole("button", { name: "Make this device a key" }));
    const dialog = await screen.findByRole("dialog");
    await userEvent.type(within(dialog).getByLabelText("Password"), "olive");
    await userEvent.click(screen.getByRole("button", { name: "It is me" }));
    const name = await screen.findByLabelText("Name of the device");
    await userEvent.clear(name);
    await userEvent.type(name, "Mei's phone");
    await userEvent.click(screen.getByRole("button", { name: "Go on" }));

    await waitFor(() =>
      expect(asked.find(({ path }) => path === "/api/identity/passkeys")?.body).toMatchObject({
        name: "Mei's phone",
        credential: { response: { attestationObject: "Aw" } },
      }),
    );
  });

  test("warn before the last one goes", async () => {
    fakeHouse({
      "GET /api/identity/keys": { ...NONE, passkeys: [PHONE] },
      "GET /api/identity/guardians": ALONE,
    });
    render(<Panel />);

    await userEvent.click(await screen.findByRole("button", { name: "Remove Mei's phone" }));

    expect(screen.getByText(/It is your last key/)).toBeTruthy();
  });

  test("show who asks to be let back in, and take the code she told", async () => {
    aDevice();
    const wish = {
      account: "2",
      name: "Nora",
      started_at: "2026-03-01T12:00:00Z",
      is_agreed: false,
    };
    const asked = fakeHouse({
      "GET /api/identity/keys": { ...NONE, passkeys: [PHONE] },
      "GET /api/identity/guardians": {
        ...ALONE,
        wards: [{ account: "2", name: "Nora", accepted_at: "2026-03-01T12:00:00Z" }],
        wishes: [wish],
      },
      "POST /api/identity/wards/2/recovery/options": QUESTION,
      "POST /api/identity/wards/2/recovery": {},
    });
    render(<Panel />);

    await userEvent.click(await screen.findByRole("button", { name: "Help" }));
    const dialog = screen.getByRole("dialog");
    expect(dialog.textContent).toContain("Did you hear their voice");
    await userEvent.type(within(dialog).getByLabelText(/The code/), "7gq4xyz1");
    await userEvent.click(screen.getByRole("button", { name: /let them in/ }));

    await waitFor(() =>
      expect(
        asked.find(({ path }) => path === "/api/identity/wards/2/recovery")?.body,
      ).toMatchObject({ code: "7gq4xyz1", credential: { id: "Y3JlZA" } }),
    );
  });

  test("call a device as people do", () => {
    expect(deviceName("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0)")).toBe("iPhone");
    expect(deviceName("Mozilla/5.0 (Linux; Android 16; Pixel) Mobile Safari")).toBe("My phone");
    expect(deviceName("Mozilla/5.0 (X11; Linux x86_64)")).toBe("My computer");
  });
});

describe("the notice about my keys", () => {
  test("lets me object wherever I am while somebody takes my account", async () => {
    const running = {
      id: "r1",
      state: "waiting",
      agreed: 2,
      needed: 2,
      ready_at: "2026-03-03T12:00:00Z",
    };
    const asked = fakeHouse({
      "GET /api/identity/notices": { notices: [], running: [running] },
      "DELETE /api/identity/recovery/r1": new Reply(204),
    });
    render(<Banner place="clinic" />);

    await userEvent.click(await screen.findByRole("button", { name: /It is not me/ }));

    await waitFor(() =>
      expect(asked.some(({ method, path }) => `${method} ${path}`.endsWith("recovery/r1"))).toBe(
        true,
      ),
    );
  });

  test("says what happened until I have seen it", async () => {
    const notice = { id: "n1", kind: "guardian-accepted", about: "", at: "2026-03-01T12:00:00Z" };
    const asked = fakeHouse({
      "GET /api/identity/notices": { notices: [{ ...notice, is_seen: false }], running: [] },
      "POST /api/identity/notices/seen": new Reply(204),
    });
    render(<Banner place="plaza" />);

    expect(await screen.findByText(/Somebody now helps you back in/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Got it" }));

    await waitFor(() =>
      expect(asked.find(({ path }) => path.endsWith("/seen"))?.body).toEqual({ id: "n1" }),
    );
  });

  test("draws nothing where the house says nothing", async () => {
    fakeHouse({ "GET /api/identity/notices": outcome(503, "transient", "Busy.") });
    const { container } = render(<Banner place="plaza" />);

    expect(container.innerHTML).toBe("");
  });
});
