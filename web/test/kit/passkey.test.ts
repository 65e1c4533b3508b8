import { afterEach, describe, expect, test, vi } from "vitest";
import { isThisMachine, whyNoPasskeys } from "../../src/kit/passkey";

describe("why there are no passkeys", () => {
  afterEach(() => vi.unstubAllGlobals());

  test("is a number for an address, an unsafe line, or an old browser", () => {
    vi.stubGlobal("isSecureContext", true);
    expect(whyNoPasskeys("127.0.0.1")).toBe("number");
    expect(whyNoPasskeys("[::1]")).toBe("number");
    expect(whyNoPasskeys("house.example")).toBe("old");
    vi.stubGlobal("isSecureContext", false);
    expect(whyNoPasskeys("house.example")).toBe("unsafe");
    vi.stubGlobal("isSecureContext", true);
    vi.stubGlobal("PublicKeyCredential", class {});
    Object.defineProperty(navigator, "credentials", { value: {}, configurable: true });
    expect(whyNoPasskeys("localhost")).toBe("");
  });
});

test("what is this machine itself", () => {
  for (const host of ["localhost", "a.localhost", "127.0.0.1", "127.1.2.3", "[::1]"])
    expect(isThisMachine(host), host).toBe(true);
  for (const host of ["house.example", "localhost.example", "192.0.2.1", "127.example"])
    expect(isThisMachine(host), host).toBe(false);
});
