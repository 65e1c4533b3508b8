import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ApiError } from "../../src/kit/api";
import { Store } from "../../src/kit/store";
import type { Subject } from "../../src/records/subject";
import { type LiveItem, Opened } from "../../src/twin/opened";
import { body, vital, vitals } from "./made";

const MINE: Subject = { patient: "1", purpose: "PATRQT", visit: null };
const HERS: Subject = { patient: "2", purpose: "TREAT", visit: "v1" };
const ALL = { kind: "permit", categories: ["vitals", "conditions"], until: "2099" } as const;

class FakeHouse {
  readonly subject = new Store<Subject | null>(null);
  readonly asked: string[] = [];
  readonly lines = new Map<string, (item: LiveItem) => void>();
  answers: Record<string, unknown> = { body, vitals };
  get = async <T>(path: string, signal: AbortSignal): Promise<T> => {
    this.asked.push(path);
    await Promise.resolve();
    if (signal.aborted) throw new DOMException("stopped", "AbortError");
    const what = path.split("?")[0]?.split("/").at(-1) ?? "";
    const answer = this.answers[what];
    if (answer instanceof Error) throw answer;
    return answer as T;
  };
  live = (path: string, onItem: (item: LiveItem) => void): (() => void) => {
    this.lines.set(path, onItem);
    return () => this.lines.delete(path);
  };
  tell(item: LiveItem): void {
    for (const hear of [...this.lines.values()]) hear(item);
  }
}

function reading(id: string, value: number, code = "8867-4"): LiveItem {
  return {
    kind: "resource",
    resource: {
      resourceType: "Observation",
      id,
      status: "final",
      code: { coding: [{ code }] },
      effectiveDateTime: "2026-03-01T12:00:05Z",
      valueQuantity: { value, code: "/min" },
    },
  };
}

let house: FakeHouse;
let opened: Opened;

beforeEach(() => {
  vi.useFakeTimers();
  house = new FakeHouse();
  opened = new Opened(house);
});
afterEach(() => {
  vi.useRealTimers();
});

async function open(who: Subject): Promise<() => void> {
  const leave = opened.use();
  house.subject.set(who);
  await vi.advanceTimersByTimeAsync(0);
  house.tell(ALL);
  return leave;
}

describe("the open record", () => {
  test("is asked once for all who show it, with its visit", async () => {
    await open(HERS);
    opened.use();

    const asked = ["/api/twin/2/body?visit=v1", "/api/twin/2/vitals?visit=v1"];
    expect(house.asked).toEqual(asked);
    expect([...house.lines.keys()]).toEqual(["/api/records/patients/2/live?visit=v1"]);
    expect(opened.body.get().value).toBe(body);
  });

  test("is gone at once when it closes, also what was still on its way", async () => {
    await open(MINE);
    opened.refresh();

    house.subject.set(null);

    expect(opened.who.get()).toBeNull();
    expect(opened.body.get().value).toBeUndefined();
    await vi.advanceTimersByTimeAsync(10);
    expect(opened.body.get().value).toBeUndefined();
    expect(opened.vitals.get().value).toBeUndefined();
    expect(house.lines.size).toBe(0);
  });

  test("is gone at once when the stream says that consent has ended", async () => {
    await open(HERS);
    const epoch = opened.epoch.get();

    house.tell({ kind: "ended", why: "revoked" });

    expect(opened.who.get()).toBeNull();
    expect(opened.body.get()).toEqual({ value: undefined, error: undefined });
    expect(opened.epoch.get()).not.toBe(epoch);
    expect(house.lines.size).toBe(0);
  });

  test("is forgotten and asked anew when less may be seen", async () => {
    await open(HERS);
    house.answers = { ...house.answers, body: { ...body, organs: [] } };

    house.tell({ ...ALL, categories: ["vitals"] });

    expect(opened.body.get().value).toBeUndefined();
    await vi.advanceTimersByTimeAsync(0);
    expect(opened.body.get().value?.organs).toEqual([]);
  });

  test("keeps nothing that the house no longer gives", async () => {
    await open(HERS);
    house.answers = { body: new ApiError(404, "There is no such patient."), vitals };

    opened.refresh();
    await vi.advanceTimersByTimeAsync(0);

    expect(opened.body.get().value).toBeUndefined();
    expect(opened.body.get().error).toBeInstanceOf(ApiError);
  });

  test("of one person never shows the answer about another", async () => {
    await open(MINE);

    house.subject.set(HERS);

    expect(opened.body.get().value).toBeUndefined();
    expect(opened.who.get()).toEqual(HERS);
  });

  test("stays on the line while one panel closes and the next opens", async () => {
    const leave = await open(MINE);
    leave();
    const again = opened.use();
    await vi.advanceTimersByTimeAsync(1000);

    expect(house.asked).toHaveLength(2);
    again();
    await vi.advanceTimersByTimeAsync(1000);
    expect(house.lines.size).toBe(0);
    expect(opened.body.get().value).toBeUndefined();
  });
});

describe("what comes in live", () => {
  test("is shown at once, and the house is not asked while it is as expected", async () => {
    await open(MINE);

    house.tell(reading("a", 75));

    const heart = opened.vitals.get().value?.find(({ key }) => key === "heart_rate");
    expect(heart?.latest.value).toBe(75);
    await vi.advanceTimersByTimeAsync(5000);
    expect(house.asked).toHaveLength(2);
  });

  test("is judged by the house once it leaves the expected range", async () => {
    await open(MINE);
    house.answers = {
      ...house.answers,
      vitals: [vital("heart_rate", 133, { state: "attention" })],
    };

    house.tell(reading("a", 133));
    await vi.advanceTimersByTimeAsync(1500);

    expect(house.asked.at(-1)).toBe("/api/twin/1/vitals");
    expect(opened.vitals.get().value?.[0]?.state).toBe("attention");
  });

  test("and is no vital sign lets body, risks and timeline be asked again, once for many", async () => {
    await open(MINE);
    const revision = opened.revision.get();

    for (const id of ["a", "b", "c"]) house.tell(reading(id, 1.1, "2160-0"));
    await vi.advanceTimersByTimeAsync(2000);

    expect(opened.revision.get()).toBe(revision + 1);
    expect(house.asked).toHaveLength(4);
  });

  test("and is new is no wish to see all again; what is replaced or taken away is", async () => {
    await open(MINE);
    const wished = opened.wished.get();

    house.tell(reading("a", 1.1, "2160-0"));
    await vi.advanceTimersByTimeAsync(2000);
    const afterNew = opened.wished.get();
    const again = reading("a", 1.2, "2160-0");
    if (again.kind !== "resource") throw new Error("no reading");
    house.tell({ ...again, resource: { ...again.resource, meta: { versionId: "2" } } });
    await vi.advanceTimersByTimeAsync(2000);
    const afterReplaced = opened.wished.get();
    house.tell({ kind: "deleted", reference: "Observation/a" });
    await vi.advanceTimersByTimeAsync(2000);

    expect(afterNew).toBe(wished);
    expect(afterReplaced).toBe(wished + 1);
    expect(opened.wished.get()).toBe(wished + 2);
  });

  test("draws a waveform as it comes and asks for nothing because of it", async () => {
    await open(MINE);
    const asked = house.asked.length;
    house.tell({
      kind: "resource",
      resource: {
        resourceType: "Observation",
        code: { coding: [{ code: "131329" }] },
        effectiveDateTime: "2026-03-01T12:00:05Z",
        valueSampledData: { period: 4, dimensions: 1, data: "1 2 3" },
      },
    });
    await vi.advanceTimersByTimeAsync(10_000);

    expect(opened.waves.get().get("131329")?.last?.samples).toHaveLength(3);
    expect(house.asked).toHaveLength(asked);

    house.subject.set(HERS);
    expect(opened.waves.get().size).toBe(0);
  });
});
