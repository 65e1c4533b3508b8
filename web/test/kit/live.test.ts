import { beforeEach, describe, expect, test, vi } from "vitest";
import { live } from "../../src/kit/live";
import { FakeStream, fakeStreams, streamOf } from "../house/house";

beforeEach(() => {
  vi.useFakeTimers();
  fakeStreams();
  return () => vi.useRealTimers();
});

describe("a live flow", () => {
  test("hands over each item and says how it stands", () => {
    const items: unknown[] = [];
    const states: string[] = [];
    live(
      "/api/x",
      (item) => items.push(item),
      (state) => states.push(state),
    );

    streamOf("/api/x").onopen?.();
    streamOf("/api/x").say({ n: 1 });

    expect(items).toEqual([{ n: 1 }]);
    expect(states).toEqual(["connecting", "open"]);
  });

  test("comes back by itself, more patiently each time", () => {
    live("/api/x", () => {});

    streamOf("/api/x").onerror?.();
    expect(FakeStream.open).toHaveLength(0);
    vi.advanceTimersByTime(500);
    streamOf("/api/x").onerror?.();
    vi.advanceTimersByTime(500);
    expect(FakeStream.open).toHaveLength(0);
    vi.advanceTimersByTime(500);

    expect(FakeStream.open).toHaveLength(1);
  });

  test("is silent once it was stopped", () => {
    const hear = vi.fn();
    const stop = live("/api/x", hear);
    const stream = streamOf("/api/x");

    stop();
    stream.say({ n: 1 });
    stream.onerror?.();
    vi.advanceTimersByTime(60_000);

    expect(hear).not.toHaveBeenCalled();
    expect(FakeStream.open).toHaveLength(0);
  });
});
