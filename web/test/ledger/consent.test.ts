import { describe, expect, test } from "vitest";
import { verifyConsent } from "../../src/ledger/consent";
import { signerOf } from "../../src/ledger/secp256k1";
import kept from "./consent.json";

const hex = (bytes: Uint8Array | null): string =>
  [...(bytes ?? [])].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const bytes = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

type Kept = typeof kept;

/** The receipt that the house wrote, with something changed. */
function changed(change: (receipt: Kept) => void): Kept {
  const receipt = structuredClone(kept);
  change(receipt);
  return receipt;
}

describe("signatures", () => {
  // Of the account that every Ethereum tool is shipped with for tests.
  const digest = bytes("82ff40c0a986c6a5cfad4ddf4c3aa6996f1a7837f9c398e17e5de5cbd5a12b28");
  test("no signature is nobody's", () => {
    expect(signerOf(digest, new Uint8Array(65))).toBeNull();
    expect(signerOf(digest, new Uint8Array(64))).toBeNull();
  });

  test("the mirror image of a signature is refused", () => {
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const own = bytes(kept.consent.signature.slice(2));
    const s = order - BigInt(`0x${hex(own.slice(32, 64))}`);
    const mirrored = new Uint8Array(65);
    mirrored.set(own.slice(0, 32));
    mirrored.set(bytes(s.toString(16).padStart(64, "0")), 32);
    mirrored[64] = 55 - (own[64] ?? 0);
    const signed = bytes(kept.consent.digest.slice(2));
    expect(`0x${hex(signerOf(signed, own))}`).toBe(kept.event.grant.subject);
    expect(signerOf(signed, mirrored)).toBeNull();
  });
});

describe("a consent in a receipt", () => {
  test("what the house wrote is good, with her passkey and without", async () => {
    const found = await verifyConsent(kept);
    expect(found).toEqual({
      checks: [
        { name: "signed", state: "passed" },
        { name: "passkey", state: "not made" },
      ],
      isGood: true,
      origin: "http://localhost",
      mark: expect.stringMatching(/^([0-9a-f]{4} ){7}[0-9a-f]{4}$/),
    });
    const { passkey: _, ...bare } = kept.consent;
    expect((await verifyConsent({ ...kept, consent: bare }))?.isGood).toBe(true);
    expect(await verifyConsent({ event: kept.event })).toBeNull();
  });

  test("a passkey counts where whoever checks knows it", async () => {
    const stateOf = async (...trusted: string[]) =>
      (await verifyConsent(kept, trusted))?.checks.find(({ name }) => name === "passkey")?.state;
    const mark = (await verifyConsent(kept))?.mark ?? "";
    expect(await stateOf()).toBe("not made");
    expect(await stateOf("00", mark.toUpperCase())).toBe("passed");
    expect(await stateOf("00")).toBe("failed");
  });

  test("a passkey of another site than it says is found out", async () => {
    const key = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
      "sign",
    ]);
    const client = Uint8Array.from(atob(kept.consent.passkey.client_data), (c) => c.charCodeAt(0));
    const seen = Uint8Array.from(atob(kept.consent.passkey.authenticator_data), (c) =>
      c.charCodeAt(0),
    );
    const signed = async (data: Uint8Array) => {
      const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", client));
      const how = { name: "ECDSA", hash: "SHA-256" };
      const text = new Uint8Array([...data, ...hash]);
      const both = new Uint8Array(await crypto.subtle.sign(how, key.privateKey, text));
      const point = new Uint8Array(await crypto.subtle.exportKey("raw", key.publicKey));
      const b64 = (part: Uint8Array) => btoa(String.fromCharCode(...part));
      return changed((r) => {
        r.consent.passkey.x = b64(point.slice(1, 33));
        r.consent.passkey.y = b64(point.slice(33));
        r.consent.passkey.r = b64(both.slice(0, 32));
        r.consent.passkey.s = b64(both.slice(32));
        r.consent.passkey.authenticator_data = b64(data);
      });
    };
    const other = new Uint8Array([...new Uint8Array(32), ...seen.slice(32)]);
    expect((await verifyConsent(await signed(seen)))?.isGood).toBe(true);
    expect((await verifyConsent(await signed(other)))?.isGood).toBe(false);
  });

  const forgeries: [string, (receipt: Kept) => void][] = [
    ["other words", (r) => (r.event.said.provision.type = "deny")],
    ["another end", (r) => (r.event.grant.not_after += 1)],
    ["another chain", (r) => (r.consent.chain = 1)],
    ["another contract", (r) => (r.consent.contract = `0x${"11".repeat(20)}`)],
    ["another salt", (r) => (r.consent.salt = btoa("x".repeat(32)))],
    ["another signature", (r) => (r.consent.signature = `0x${"11".repeat(64)}1b`)],
    ["another record", (r) => (r.event.grant.record = `0x${"11".repeat(32)}`)],
    ["another passkey", (r) => (r.consent.passkey.x = r.consent.passkey.y)],
    ["another passkey's signature", (r) => (r.consent.passkey.r = r.consent.passkey.s)],
    ["another challenge", (r) => (r.consent.passkey.client_data = btoa('{"type":"webauthn.get"}'))],
  ];
  test.each(forgeries)("%s: found out", async (_, forge) => {
    expect((await verifyConsent(changed(forge)))?.isGood).toBe(false);
  });
});
