import { act, render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { accessBanner } from "../../src/clinic/AccessBanner";
import { subject } from "../../src/records/subject";
import { fakeHouse, fakeStreams, streamOf } from "../house/house";
import { granted, inOneHour, visit } from "./visits";

const { Component: AccessBanner } = accessBanner;
const ROOM = "consulting-room-1";

beforeEach(() => {
  fakeStreams();
  subject.set(null);
});

function say(said: unknown): void {
  act(() => {
    streamOf("/api/clinic/live").onopen?.();
    streamOf("/api/clinic/live").say({ kind: "visit", visit: said });
  });
}

describe("the clinician's screen", () => {
  const seen = () => granted({ my_part: "clinician" });

  test("opens on the patient the moment she allows it", () => {
    render(<AccessBanner place={ROOM} />);
    say(visit({ my_part: "clinician" }));
    expect(subject.get()).toBeNull();

    say(seen());

    expect(subject.get()).toEqual({ patient: "p1", purpose: "TREAT", visit: "v1" });
  });

  test("is empty the moment she takes it back", () => {
    render(<AccessBanner place={ROOM} />);
    say(seen());

    say(visit({ my_part: "clinician", answer: "ended" }));

    expect(subject.get()).toBeNull();
  });

  test("is empty when the visit closes", () => {
    render(<AccessBanner place={ROOM} />);
    say(seen());

    say(null);

    expect(subject.get()).toBeNull();
  });

  test("is empty when its time is over, without a word from the house", () => {
    vi.useFakeTimers();
    try {
      render(<AccessBanner place={ROOM} />);
      say(granted({ my_part: "clinician", until: inOneHour() }));
      expect(subject.get()).not.toBeNull();

      act(() => vi.advanceTimersByTime(3_600_100));

      expect(subject.get()).toBeNull();
    } finally {
      vi.useRealTimers();
    }
  });

  test("is empty when the line that would tell is lost, and back when it is", () => {
    vi.useFakeTimers();
    try {
      render(<AccessBanner place={ROOM} />);
      say(seen());

      act(() => streamOf("/api/clinic/live").onerror?.());
      act(() => vi.advanceTimersByTime(3100));
      expect(subject.get()).toBeNull();

      say(seen());
      expect(subject.get()?.patient).toBe("p1");
    } finally {
      vi.useRealTimers();
    }
  });

  test("is empty outside the room", () => {
    const { rerender } = render(<AccessBanner place={ROOM} />);
    say(seen());

    rerender(<AccessBanner place="plaza" />);

    expect(subject.get()).toBeNull();
  });

  test("is empty when he signs out", () => {
    const { unmount } = render(<AccessBanner place={ROOM} />);
    say(seen());

    unmount();

    expect(subject.get()).toBeNull();
  });
});

describe("the patient's banner", () => {
  test("stays wherever she goes while access stands, and ends it with one press", async () => {
    const asked = fakeHouse({
      "POST /api/clinic/visits/v1/revoke": { visit: visit({ answer: "ended" }) },
    });
    render(<AccessBanner place="plaza" />);
    say(granted());
    expect(screen.getByText(/Dr Amara Okafor sees what you allowed/)).toBeTruthy();
    expect(screen.getByRole("timer").textContent).toMatch(/left/);

    await userEvent.click(screen.getByRole("button", { name: "Take back now" }));

    expect(asked).toHaveLength(1);
    expect(screen.queryByRole("button", { name: "Take back now" })).toBeNull();
  });

  test("is not there while nothing is allowed", () => {
    render(<AccessBanner place="plaza" />);
    say(visit());

    expect(screen.queryByRole("timer")).toBeNull();
  });

  test("leaves her own body to her in the room", () => {
    render(<AccessBanner place={ROOM} />);
    say(visit());

    expect(subject.get()).toEqual({ patient: "p1", purpose: "PATRQT", visit: null });
  });
});
