import { describe, expect, test, vi } from "vitest";
import { type ApiError, api, onUnauthenticated } from "../../src/kit/api";
import { fakeHouse, outcome, Reply } from "../house/house";

async function failure(of: Promise<unknown>): Promise<ApiError> {
  return of.then(
    () => Promise.reject(new Error("it did not fail")),
    (error) => error as ApiError,
  );
}

describe("asking the house", () => {
  test("sends JSON and gives back JSON", async () => {
    const asked = fakeHouse({ "POST /api/x": { done: true } });

    expect(await api.post("/api/x", { a: 1 })).toEqual({ done: true });
    expect(asked).toEqual([{ method: "POST", path: "/api/x", body: { a: 1 } }]);
  });

  test("gives back nothing where nothing is answered", async () => {
    fakeHouse({ "DELETE /api/x": new Reply(204) });

    expect(await api.delete("/api/x")).toBeUndefined();
  });

  test("throws message, hint and code of an OperationOutcome", async () => {
    fakeHouse({ "GET /api/x": outcome(409, "conflict", "It changed.", "Read again.") });

    const error = await failure(api.get("/api/x"));

    expect(error).toMatchObject({
      status: 409,
      message: "It changed.",
      hint: "Read again.",
      code: "conflict",
    });
  });

  test("names the status where a proxy answers with its own page", async () => {
    fakeHouse({ "GET /api/x": () => new Response("<h1>Bad gateway</h1>", { status: 502 }) });

    expect((await failure(api.get("/api/x"))).message).toContain("502");
  });

  test("says that the house cannot be reached where no answer comes", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("failed to fetch")));

    expect(await failure(api.get("/api/x"))).toMatchObject({ status: 0, code: "offline" });
  });

  test("tells whoever listens that the session has ended", async () => {
    fakeHouse({ "GET /api/x": outcome(401, "login", "You are not signed in.") });
    const tell = vi.fn();
    const stop = onUnauthenticated(tell);

    await failure(api.get("/api/x"));
    stop();
    await failure(api.get("/api/x"));

    expect(tell).toHaveBeenCalledTimes(1);
  });
});
