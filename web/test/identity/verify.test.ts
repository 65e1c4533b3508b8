import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { check } from "../../src/identity/cards/verify/check";
import told from "./presentations.json";

const asked = { audience: told.audience, nonce: told.nonce };

/** A house that says what it is told to; what was asked of it is kept. */
function house(answers: { jwk?: object; list?: string; isHere?: boolean } = {}): string[] {
  const paths: string[] = [];
  vi.stubGlobal("fetch", async (path: string) => {
    paths.push(path);
    if (path.startsWith("/api/identity/issuers")) {
      const { jwk = told.jwk, isHere = true } = answers;
      return Response.json({ jwk, is_here: isHere, is_trusted: isHere });
    }
    if (path.startsWith("/api/identity/status/")) return new Response(answers.list ?? told.list);
    const claims = { region: "KE" };
    const seen = { issuer: "did:web:far.example", is_here: false, is_trusted: true, vct: "x" };
    return Response.json({ why: "", claims, until: null, ...seen });
  });
  return paths;
}

beforeEach(() => {
  vi.useFakeTimers({ now: told.now, toFake: ["Date"] });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a presentation, verified in the browser", () => {
  test.each(Object.entries(told.cases))("%s", async (name, text) => {
    house();

    const verdict = await check(text, asked);

    expect(verdict.why).toBe(name.split(",")[0]);
    expect(verdict.by).toBe("browser");
  });

  test("says what was shown, and nothing of what was not", async () => {
    house();

    const { claims, until, isHere } = await check(told.cases[""], asked);

    expect(claims).toEqual({ region: "KE", languages: ["sw"] });
    expect(until).toBe(told.now + 1_000_000);
    expect(isHere).toBe(true);
  });

  test("takes no other key for one that names itself, also where the house says so", async () => {
    house({ jwk: told.other });

    expect((await check(told.cases[""], asked)).why).toBe("issuer");
  });

  test.each(Object.entries(told.lists))("takes no list %s", async (_, list) => {
    house({ list });

    expect((await check(told.cases[""], asked)).why).not.toBe("");
  });

  test("leaves what another house issued to this one, and says so", async () => {
    const paths = house({ isHere: false });

    const verdict = await check(told.cases[""], asked);

    expect(verdict.by).toBe("house");
    expect(paths.at(-1)).toBe("/api/identity/verify");
  });
});
