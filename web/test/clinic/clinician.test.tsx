import { act, render, screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, describe, expect, test } from "vitest";
import { accessBanner } from "../../src/clinic/AccessBanner";
import { ClinicianVisit } from "../../src/clinic/ClinicianVisit";
import { dropDraftsAtSignOut } from "../../src/clinic/draft";
import { notePanel } from "../../src/clinic/NotePanel";
import { roomsPanel } from "../../src/clinic/Rooms";
import { visitPanel } from "../../src/clinic/VisitPanel";
import { hearVisit } from "../../src/clinic/visit";
import { arrived, whereabouts } from "../../src/kit/place";
import { session, signOut } from "../../src/kit/session";
import { fakeHouse, fakeStreams, outcome, Reply } from "../house/house";
import { granted, visit } from "./visits";

const ROOM = "consulting-room-1";
const AMARA = {
  account: "a2",
  name: "Dr Amara Okafor",
  roles: ["clinician"],
  person: "Practitioner/1",
  language: "en",
} as const;
const { Component: NotePanel } = notePanel;
const { Component: VisitPanel } = visitPanel;
const { Component: Rooms } = roomsPanel;
const { Component: AccessBanner } = accessBanner;

/** The room as the shell lays it out: the panel may come and go, the banner stays. */
function Room({ isElsewhere = false }: { isElsewhere?: boolean }) {
  return (
    <>
      <AccessBanner place={ROOM} />
      {!isElsewhere && <VisitPanel place={ROOM} />}
    </>
  );
}

beforeEach(() => {
  session.set({ state: "known", me: AMARA });
  fakeStreams();
  hearVisit(null);
  arrived(ROOM);
});

describe("asking", () => {
  test("names categories, time and reason", async () => {
    const asked = fakeHouse({ "POST /api/clinic/visits/v1/ask": { visit: visit() } });
    render(<ClinicianVisit visit={visit({ my_part: "clinician" })} />);

    await userEvent.click(screen.getByRole("button", { name: "Ask for something else" }));
    await userEvent.type(screen.getByLabelText(/Why/), "Your knee.");
    await userEvent.click(screen.getByRole("switch", { name: /Imaging/ }));
    await userEvent.selectOptions(screen.getByLabelText("For how long"), "30");
    await userEvent.click(screen.getByRole("button", { name: "Ask" }));

    expect(asked[0]?.body).toEqual({
      categories: ["vitals", "laboratory", "imaging"],
      minutes: 30,
      reason: "Your knee.",
    });
  });

  test.each([
    ["open", /Waiting for/],
    ["refused", /said: not now/],
    ["ended", /Access has ended/],
  ] as const)("is told how it stands: %s", (answer, words) => {
    render(<ClinicianVisit visit={visit({ my_part: "clinician", answer })} />);

    expect(screen.getByRole("heading", { name: words })).toBeTruthy();
  });

  test("is told what may be seen, and how long", () => {
    render(<ClinicianVisit visit={granted({ my_part: "clinician" })} />);

    expect(screen.getByRole("heading", { name: "You see what Mei Lin allowed" })).toBeTruthy();
    expect(screen.getByRole("timer").textContent).toMatch(/\d+:\d\d left/);
  });
});

describe("the note", () => {
  beforeEach(() => hearVisit(granted({ my_part: "clinician" })));

  test("is kept as a draft until it is saved", async () => {
    const { unmount } = render(<NotePanel place={ROOM} />);
    await userEvent.type(screen.getByLabelText("For Mei Lin"), "Knee is better.");
    unmount();

    render(<NotePanel place={ROOM} />);

    expect(screen.getByLabelText("For Mei Lin")).toHaveProperty("value", "Knee is better.");
  });

  test("is saved in the record, and the draft is gone", async () => {
    const asked = fakeHouse({
      "POST /api/clinic/visits/v1/notes": new Reply(201, { reference: "DocumentReference/1" }),
    });
    render(<NotePanel place={ROOM} />);
    await userEvent.type(screen.getByLabelText("For Mei Lin"), "Knee is better.");

    await userEvent.click(screen.getByRole("button", { name: "Save in the record" }));

    await waitFor(() => expect(screen.getByLabelText("For Mei Lin")).toHaveProperty("value", ""));
    expect(asked[0]?.body).toEqual({ text: "Knee is better." });
    expect(Object.keys(sessionStorage)).toEqual([]);
  });

  test("that the house does not take stays as a draft", async () => {
    fakeHouse({ "POST /api/clinic/visits/v1/notes": outcome(403, "forbidden", "Not allowed.") });
    render(<NotePanel place={ROOM} />);
    await userEvent.type(screen.getByLabelText("For Mei Lin"), "Knee is better.");

    await userEvent.click(screen.getByRole("button", { name: "Save in the record" }));

    expect((await screen.findByRole("alert")).textContent).toContain("Not allowed.");
    expect(screen.getByLabelText("For Mei Lin")).toHaveProperty("value", "Knee is better.");
  });

  test("leaves nothing behind when he signs out", async () => {
    const stop = dropDraftsAtSignOut();
    render(<NotePanel place={ROOM} />);
    await userEvent.type(screen.getByLabelText("For Mei Lin"), "Knee");
    expect(Object.keys(sessionStorage)).toHaveLength(1);

    act(() => session.set({ state: "stranger", me: null }));
    stop();

    expect(Object.keys(sessionStorage)).toEqual([]);
  });
});

describe("being in a room", () => {
  test("is attending it, and leaving it is not", async () => {
    const asked = fakeHouse({
      "POST /api/clinic/visits": { visit: null },
      "DELETE /api/clinic/attendance": new Reply(204),
    });
    const { unmount } = render(<Room />);
    expect(await screen.findByText("You are ready for a patient")).toBeTruthy();

    unmount();

    expect(asked).toEqual([
      { method: "POST", path: "/api/clinic/visits", body: { room: ROOM } },
      { method: "DELETE", path: "/api/clinic/attendance", body: undefined },
    ]);
  });

  test("goes on while other panels are looked at", async () => {
    const asked = fakeHouse({ "POST /api/clinic/visits": { visit: null } });
    const { rerender } = render(<Room />);
    await screen.findByText("You are ready for a patient");

    rerender(<Room isElsewhere />);
    rerender(<Room />);

    expect(asked.map(({ method }) => method)).toEqual(["POST"]);
  });

  test("ends when he signs out, while the house still knows him", async () => {
    const asked = fakeHouse({
      "POST /api/clinic/visits": { visit: null },
      "DELETE /api/clinic/attendance": new Reply(204),
      "DELETE /api/identity/session": new Reply(204),
    });
    render(<Room />);
    await screen.findByText("You are ready for a patient");

    await act(() => signOut());

    expect(asked.slice(1).map(({ path }) => path)).toEqual([
      "/api/clinic/attendance",
      "/api/identity/session",
    ]);
  });

  test("that is taken is told with a way back", async () => {
    const taken = outcome(
      409,
      "conflict",
      "Another clinician attends this room.",
      "Take a free one.",
    );
    fakeHouse({
      "POST /api/clinic/visits": taken,
      "DELETE /api/clinic/attendance": new Reply(204),
    });
    render(<Room />);

    expect((await screen.findByRole("alert")).textContent).toContain("Take a free one.");
    await userEvent.click(screen.getByRole("button", { name: "Back to the hall" }));

    expect(whereabouts.get().place).toBe("clinic");
  });

  test("ends with the visit, at a press", async () => {
    const asked = fakeHouse({
      "POST /api/clinic/visits": { visit: granted({ my_part: "clinician" }) },
      "POST /api/clinic/visits/v1/close": {
        visit: visit({ my_part: "clinician", closed_at: "2026-03-01T13:00:00Z" }),
      },
      "DELETE /api/clinic/attendance": new Reply(204),
    });
    render(<Room />);

    await userEvent.click(await screen.findByRole("button", { name: "End this visit" }));

    expect(await screen.findByText("You are ready for a patient")).toBeTruthy();
    expect(asked.at(-1)?.path).toBe("/api/clinic/visits/v1/close");
  });
});

describe("the hall", () => {
  test("shows the clinician where a patient waits, and leads there", async () => {
    fakeHouse({
      "GET /api/clinic/rooms": [
        { id: ROOM, clinician: null, is_mine: false, is_busy: true },
        { id: "consulting-room-2", clinician: "Dr Else", is_mine: false, is_busy: false },
      ],
    });
    render(<Rooms place="clinic" />);
    expect(await screen.findByText("A patient is waiting")).toBeTruthy();

    const doors = screen.getAllByRole("button", { name: /Walk in/ });
    expect(doors[1]).toHaveProperty("disabled", true);
    arrived("clinic");
    await userEvent.click(doors[0] as HTMLElement);

    expect(whereabouts.get().place).toBe(ROOM);
  });
});
