import { describe, expect, test } from "vitest";
import { api } from "../../src/kit/api";
import { recall, session, signIn, signOut } from "../../src/kit/session";
import { language, setLanguage } from "../../src/kit/text";
import { fakeHouse, outcome, Reply } from "../house/house";

const MEI = {
  account: "1",
  name: "Mei",
  roles: ["patient"],
  person: "Patient/1",
  language: "zh-CN",
};
const STRANGER = outcome(401, "login", "You are not signed in.");

describe("the session", () => {
  test("of a stranger is known to be nobody's", async () => {
    fakeHouse({ "GET /api/identity/me": STRANGER });

    expect(await recall()).toBeNull();
    expect(session.get().state).toBe("stranger");
  });

  test("brings the account's language", async () => {
    fakeHouse({ "POST /api/identity/session": MEI });

    await signIn("mei@x", "secret");

    expect(session.get().me?.name).toBe("Mei");
    expect(language.get()).toBe("zh-CN");
  });

  test("leaves a language alone that was chosen on this machine", async () => {
    fakeHouse({ "POST /api/identity/session": MEI });
    setLanguage("en");

    await signIn("mei@x", "secret");

    expect(language.get()).toBe("en");
  });

  test("stays in the browser's language where nobody chose one", async () => {
    fakeHouse({ "POST /api/identity/session": { ...MEI, language: "en" } });
    language.set("zh-CN");

    await signIn("mei@x", "secret");

    expect(language.get()).toBe("zh-CN");
  });

  test("that runs out says so, another than signing out", async () => {
    fakeHouse({
      "POST /api/identity/session": MEI,
      "GET /api/x": STRANGER,
      "DELETE /api/identity/session": new Reply(204),
    });

    await signIn("mei@x", "secret");
    await api.get("/api/x").catch(() => {});
    expect(session.get()).toEqual({ state: "ended", me: null });

    await signIn("mei@x", "secret");
    await signOut();
    expect(session.get()).toEqual({ state: "stranger", me: null });
  });
});
