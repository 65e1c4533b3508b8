import { render, screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { NOTHING_SAID } from "../../src/records/choices/model";
import type { Signature, SignedOne } from "../../src/records/signed/model";
import { SignedPanel as Panel } from "../../src/records/signed/SignedPanel";
import { proveIfWanted, setSignsWithPasskey } from "../../src/records/signed/use";
import { subject } from "../../src/records/subject";
import { fakeHouse, outcome, Reply } from "../house/house";
import kept from "../ledger/consent.json";

const PATH = "/api/records/patients/p1/signed";
const AMARA = { resourceType: "Practitioner", id: "amara", name: [{ text: "Dr Amara Okafor" }] };
const HOUSE = {
  "GET /fhir/R4/Practitioner/amara": AMARA,
  "GET /api/identity/keys": { passkeys: [{ can_sign: true, works_here: true }] },
  "GET /api/ledger/key": { key: "house+00000000+AA" },
};

function signature(more: Partial<Signature> = {}): Signature {
  return {
    id: "s1",
    leaf: 7,
    at: "2026-03-01T12:00:00Z",
    by: "Mei",
    is_herself: true,
    is_mine: true,
    has_proof: false,
    state: "recorded",
    block: 12,
    why: null,
    ...more,
  };
}

function one(more: Partial<SignedOne> = {}): SignedOne {
  return {
    consent: "c1",
    choice: { ...NOTHING_SAID, actors: ["Practitioner/amara"], categories: ["vitals"] },
    begun: signature(),
    ended: null,
    until: "2099-03-01T12:00:00Z",
    is_over: false,
    ...more,
  };
}

const textOf = async (): Promise<string> => {
  await screen.findAllByRole("listitem");
  return document.body.textContent ?? "";
};

/** A device with a passkey: it signs whatever it is asked. */
function holdPasskey(): ReturnType<typeof vi.fn> {
  const get = vi.fn(async () => ({
    id: "k",
    rawId: new Uint8Array([1]).buffer,
    type: "public-key",
    response: {
      clientDataJSON: new Uint8Array([2]).buffer,
      authenticatorData: new Uint8Array([3]).buffer,
      signature: new Uint8Array([4]).buffer,
      userHandle: null,
    },
  }));
  vi.stubGlobal("PublicKeyCredential", class {});
  vi.stubGlobal("navigator", { ...navigator, credentials: { get } });
  return get;
}

beforeEach(() => {
  vi.unstubAllGlobals();
  subject.set({ patient: "p1", purpose: "PATRQT", visit: null });
  setSignsWithPasskey(true);
});

describe("what I have signed", () => {
  test("who has passkeys of another address alone is told so, and asked for none", async () => {
    const get = holdPasskey();
    const elsewhere = { passkeys: [{ can_sign: true, works_here: false }] };
    fakeHouse({ ...HOUSE, [`GET ${PATH}`]: [one()], "GET /api/identity/keys": elsewhere });
    render(<Panel />);

    expect(await screen.findByText(/made at another address of this house/)).toBeTruthy();
    const wish = screen.getByRole("switch", { name: /Sign each choice/ });
    expect(wish.hasAttribute("disabled")).toBe(true);
    expect(screen.queryByRole("button", { name: "Sign it with my passkey" })).toBeNull();
    expect(await proveIfWanted(null, "c1")).toBe(false);
    expect(get).not.toHaveBeenCalled();
  });

  test("where nothing is signed, it says what will be", async () => {
    fakeHouse({ ...HOUSE, [`GET ${PATH}`]: [] });
    render(<Panel />);
    expect(await screen.findByText("Nothing is signed yet")).toBeTruthy();
  });

  test("each says what, by whom it was signed, and where it stands", async () => {
    fakeHouse({
      ...HOUSE,
      [`GET ${PATH}`]: [
        one(),
        one({ begun: signature({ id: "s2", has_proof: true, state: "waiting" }) }),
        one({ begun: signature({ id: "s3", is_herself: false, is_mine: false, by: "Jonas" }) }),
      ],
    });
    render(<Panel />);
    const told = await textOf();
    expect(told).toContain("Signed by the house for you");
    expect(told).toContain("Signed by you with your passkey");
    expect(told).toContain("Said by Jonas in this person’s name, signed by the house");
    expect(told).toContain("On the public record, without your name");
    expect(told).toContain("On its way to the public record. It holds already.");
  });

  test("what is over is folded away, and says how it ended", async () => {
    const end = signature({ id: "e1", state: "waiting", why: "revoked" });
    fakeHouse({
      ...HOUSE,
      [`GET ${PATH}`]: [
        one(),
        one({ begun: signature({ id: "s2" }), ended: end, is_over: true }),
        one({
          begun: signature({ id: "s3", state: "refused", why: "its time was over" }),
          is_over: true,
        }),
      ],
    });
    render(<Panel />);
    const told = await textOf();
    expect(told).toContain("What is over (2)");
    expect(told).toContain("The end is on its way to the public record. Here it is over already.");
    expect(told).toContain("It was over before it reached the public record.");
  });

  test("one touch signs it with a passkey; whoever stops it is not told off", async () => {
    const get = holdPasskey();
    const asked: unknown[] = [];
    fakeHouse({
      ...HOUSE,
      [`GET ${PATH}`]: [one()],
      "POST /api/records/consents/c1/passkey/options": {
        id: "s1",
        options: { challenge: "AAAA", allowCredentials: [] },
      },
      "POST /api/records/consents/c1/passkey": (body: unknown) => {
        asked.push(body);
        return new Reply(204);
      },
    });
    render(<Panel />);
    const button = await screen.findByRole("button", { name: "Sign it with my passkey" });
    get.mockRejectedValueOnce(new DOMException("", "NotAllowedError"));
    await userEvent.click(button);
    expect(screen.queryByRole("alert")).toBeNull();
    await userEvent.click(button);
    await waitFor(() => expect(asked.length).toBe(1));
  });

  test("after a choice a passkey is asked only where that is wanted", async () => {
    const get = holdPasskey();
    fakeHouse({
      ...HOUSE,
      "POST /api/records/consents/c1/passkey/options": outcome(
        409,
        "conflict",
        "You have no passkey.",
      ),
    });
    expect(await proveIfWanted(subject.get(), "c1")).toBe(false); // she has none: nothing is said
    setSignsWithPasskey(false);
    expect(await proveIfWanted(subject.get(), "c1")).toBe(false);
    expect(get).not.toHaveBeenCalled();
  });

  test("it is checked here and now, and the public record is asked", async () => {
    const receipt = { ...kept, event: { ...kept.event, id: "s1" }, index: 7 };
    fakeHouse({
      ...HOUSE,
      [`GET ${PATH}`]: [one()],
      "GET /api/records/consents/c1/receipt": receipt,
      "GET /api/records/consents/c1/standing": { state: "revoked" },
    });
    render(<Panel />);
    await userEvent.click(await screen.findByRole("button", { name: "Check it now" }));
    const sheet = await screen.findByRole("dialog");
    await within(sheet).findByText("Something does not fit");
    const told = sheet.textContent ?? "";
    expect(told).toContain("Exactly these words were signed");
    expect(told).toContain("A passkey at http://localhost signed it as well.");
    expect(told).toContain("The public record says: taken back.");
  });
});
