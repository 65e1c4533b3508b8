import { act, render, screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { wishedPanel } from "../../src/kit/place";
import { type Me, session } from "../../src/kit/session";
import { broken, sought } from "../../src/records/emergency/broken";
import { emergencyBanner } from "../../src/records/emergency/EmergencyBanner";
import { emergencyPanel } from "../../src/records/emergency/EmergencyPanel";
import type { Breaking } from "../../src/records/emergency/model";
import { noticeBanner } from "../../src/records/emergency/NoticeBanner";
import { ReviewPanel as Review } from "../../src/records/emergency/ReviewPanel";
import { emergencyOver, emergencyTold, linedPatient, subject } from "../../src/records/subject";
import { FakeStream, fakeHouse, fakeStreams, outcome, Reply, streamOf } from "../house/house";

const { Component: Notice } = noticeBanner;
const { Component: Banner } = emergencyBanner;
const { Component: Emergency } = emergencyPanel;

const WHY = "Found unconscious at the market.";
const MEI: Me = {
  account: "a1",
  name: "Mei Lin",
  roles: ["patient"],
  person: "Patient/p1",
  language: "en",
};
const AMARA: Me = {
  account: "a2",
  name: "Dr Amara Okafor",
  roles: ["clinician"],
  person: "Practitioner/amara",
  language: "en",
};

function made(more: Partial<Breaking> = {}): Breaking {
  return {
    id: "e1",
    patient: "Patient/p1",
    actor: "a2",
    actor_name: "Dr Amara Okafor",
    actor_person: "Practitioner/amara",
    reason: WHY,
    at: new Date().toISOString(),
    until: new Date(Date.now() + 42 * 60_000).toISOString(),
    state: "open",
    reviewer: "",
    remark: "",
    reviewed_at: null,
    ...more,
  };
}

function known(me: Me): void {
  session.set({ state: "known", me });
}

beforeEach(() => {
  fakeStreams();
  subject.set(null);
  linedPatient.set("");
  broken.set(null);
  sought.set(null);
});

describe("a patient", () => {
  const LIST = "/api/records/patients/p1/emergencies";
  const HOME = { "GET /api/records/represented": {} };

  test("is told the moment it happens, until she has read it", async () => {
    known(MEI);
    let found: Breaking[] = [];
    fakeHouse({ ...HOME, [`GET ${LIST}`]: () => found });
    const { unmount } = render(<Notice place="plaza" />);
    expect(screen.queryByRole("alert")).toBeNull();

    found = [made()];
    act(() => streamOf("/api/records/notices").say({ kind: "emergency", id: "e1" }));

    const notice = await screen.findByRole("alert");
    expect(notice.textContent).toContain("Dr Amara Okafor opened your record in an emergency");
    expect(notice.textContent).toContain(WHY);
    await userEvent.click(screen.getByRole("button", { name: "I have read it" }));
    expect(screen.queryByRole("alert")).toBeNull();
    unmount();
    render(<Notice place="plaza" />);
    await act(async () => {});
    expect(screen.queryByRole("alert")).toBeNull();
  });

  test("finds it when she comes back, and again when it was judged", async () => {
    known(MEI);
    let found = [made()];
    fakeHouse({ ...HOME, [`GET ${LIST}`]: () => found });
    const { unmount } = render(<Notice place="home" />);
    await userEvent.click(await screen.findByRole("button", { name: "I have read it" }));
    unmount();

    found = [made({ state: "unjustified", remark: "She was awake.", reviewer: "Iris" })];
    render(<Notice place="home" />);

    const notice = await screen.findByRole("alert");
    expect(notice.textContent).toContain("it was not justified");
    expect(notice.textContent).toContain("She was awake.");
    expect(screen.queryByRole("button", { name: "End it now" })).toBeNull();
  });

  test("holds no second stream while that of her open record tells her", async () => {
    known(MEI);
    let found: Breaking[] = [];
    fakeHouse({ ...HOME, [`GET ${LIST}`]: () => found });
    render(<Notice place="home" />);
    expect(FakeStream.open).toHaveLength(1);

    act(() => linedPatient.set("p1"));
    expect(FakeStream.open).toHaveLength(0);
    found = [made()];
    act(() => emergencyTold.update((n) => n + 1));

    expect(await screen.findByRole("alert")).toBeTruthy();
    act(() => linedPatient.set(""));
    expect(FakeStream.open).toHaveLength(1);
  });

  test("ends it with one press", async () => {
    known(MEI);
    let found = [made()];
    const asked = fakeHouse({
      ...HOME,
      [`GET ${LIST}`]: () => found,
      "DELETE /api/records/emergencies/e1": () => {
        found = [made({ state: "over", until: "2020-01-01T00:00:00Z" })];
        return new Reply(204);
      },
    });
    render(<Notice place="home" />);

    await userEvent.click(await screen.findByRole("button", { name: "End it now" }));

    await waitFor(() => expect(screen.queryByRole("button", { name: "End it now" })).toBeNull());
    expect(asked.some(({ method }) => method === "DELETE")).toBe(true);
  });

  test("is told of whom she decides for, by name", async () => {
    known({ ...MEI, person: "RelatedPerson/nora" });
    fakeHouse({
      "GET /api/records/represented": { "Patient/lina": ["access", "decide"] },
      "GET /fhir/R4/Patient/lina": { resourceType: "Patient", name: [{ text: "Lina Weber" }] },
      "GET /api/records/patients/lina/emergencies": [made({ patient: "Patient/lina" })],
    });
    render(<Notice place="plaza" />);

    expect((await screen.findByRole("alert")).textContent).toContain(
      "opened the record of Lina Weber in an emergency",
    );
  });
});

describe("a clinician", () => {
  beforeEach(() => known(AMARA));

  test("finds the patient, gives a reason, is warned, and only then looks", async () => {
    const asked = fakeHouse({
      "POST /api/records/emergencies/find": { patient: "Patient/p1" },
      "POST /api/records/emergencies": new Reply(201, made()),
    });
    render(<Emergency place="home" />);

    await userEvent.type(screen.getByLabelText("Family name"), "Lin");
    expect(screen.getByRole("button", { name: "Find the patient" })).toHaveProperty(
      "disabled",
      true,
    );
    await userEvent.type(screen.getByLabelText("Date of birth"), "1967-04-18");
    await userEvent.click(screen.getByRole("button", { name: "Find the patient" }));
    const reason = await screen.findByLabelText("Why it cannot wait");
    await userEvent.type(reason, "Too short");
    expect(screen.getByRole("button", { name: "Next" })).toHaveProperty("disabled", true);
    await userEvent.clear(reason);
    await userEvent.type(reason, WHY);
    await userEvent.click(screen.getByRole("button", { name: "Next" }));
    expect(screen.getByRole("alert").textContent).toContain("without permission");
    expect(asked).toHaveLength(1);
    await userEvent.click(screen.getByRole("button", { name: "Open the record now" }));

    await waitFor(() => expect(broken.get()?.id).toBe("e1"));
    expect(asked[0]?.body).toEqual({ family: "Lin", given: "", born: "1967-04-18" });
    expect(asked[1]?.body).toEqual({ patient: "Patient/p1", reason: WHY, minutes: 60 });
    await waitFor(() => expect(wishedPanel.get().id).toBe("risks"));
  });

  test("who does not find anybody is told so", async () => {
    fakeHouse({
      "POST /api/records/emergencies/find": outcome(404, "not-found", "Nobody is known by that."),
    });
    render(<Emergency place="home" />);

    await userEvent.type(screen.getByLabelText("Number"), "x");
    await userEvent.click(screen.getByRole("button", { name: "Find the patient" }));

    expect((await screen.findByRole("alert")).textContent).toContain("Nobody is known by that.");
  });

  test("goes straight on with the patient of his visit", () => {
    fakeHouse({});
    sought.set({ patient: "Patient/p1", name: "Mei Lin" });
    render(<Emergency place="consulting-room-1" />);

    expect(screen.getByText("For Mei Lin")).toBeTruthy();
  });

  test("sees her record for this purpose alone, until it ends", async () => {
    let mine = [made()];
    fakeHouse({
      "GET /api/records/emergencies/mine": () => mine,
      "GET /fhir/R4/Patient/p1": { resourceType: "Patient", name: [{ text: "Mei Lin" }] },
    });
    render(<Banner place="home" />);

    expect(await screen.findByText(/you see the record of Mei Lin/)).toBeTruthy();
    expect(screen.getByText("ends in 42 min")).toBeTruthy();
    expect(subject.get()).toEqual({ patient: "p1", purpose: "BTG", visit: null });

    mine = [];
    act(() => emergencyOver.update((n) => n + 1));

    await waitFor(() => expect(subject.get()).toBeNull());
    expect(screen.queryByText(/you see the record/)).toBeNull();
  });

  test("in a place where nothing can be shown sees the banner and no record", async () => {
    fakeHouse({ "GET /api/records/emergencies/mine": [made()] });
    render(<Banner place="plaza" />);

    expect(await screen.findByRole("button", { name: "End it now" })).toBeTruthy();
    expect(subject.get()).toBeNull();
  });

  test("who is let look by the patient looks by her permission", async () => {
    const allowed = { patient: "p2", purpose: "TREAT", visit: "v1" } as const;
    subject.set(allowed);
    fakeHouse({ "GET /api/records/emergencies/mine": [made()] });
    render(<Banner place="consulting-room-1" />);
    await screen.findByRole("button", { name: "End it now" });
    expect(subject.get()).toEqual(allowed);

    act(() => subject.set(null));

    expect(subject.get()?.purpose).toBe("BTG");
  });
});

describe("every request about her", () => {
  test("says that it is an emergency, and no other request does", async () => {
    known(AMARA);
    const sent: [string, string | undefined][] = [];
    fakeHouse({ "GET /api/records/emergencies/mine": [made()] });
    const { api } = await import("../../src/kit/api");
    const { headersOf } = await import("../../src/records/subject");
    vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
      sent.push([path, (init.headers as Record<string, string>)["X-Purpose-Of-Use"]]);
      return new Response("{}");
    });

    await api.get("/a", undefined, headersOf({ patient: "p1", purpose: "BTG", visit: null }));
    await api.get("/b", undefined, headersOf({ patient: "p1", purpose: "TREAT", visit: null }));
    await api.get("/c");

    expect(sent).toEqual([
      ["/a", "BTG"],
      ["/b", undefined],
      ["/c", undefined],
    ]);
  });
});

describe("an operator", () => {
  test("judges with a reason, and finds what was judged", async () => {
    let waiting = [made({ state: "over" })];
    const asked = fakeHouse({
      "GET /api/records/emergencies": ({ path }: { path: string }) =>
        path.includes("state=open") ? waiting : [made({ state: "justified", remark: "Right." })],
      "POST /api/records/emergencies/e1/judgement": () => {
        waiting = [];
        return made({ state: "justified" });
      },
    });
    render(<Review />);

    expect(await screen.findByText(WHY)).toBeTruthy();
    expect(screen.getByRole("button", { name: "Justified" })).toHaveProperty("disabled", true);
    await userEvent.type(screen.getByLabelText("Why you judge so"), "It was quite right.");
    await userEvent.click(screen.getByRole("button", { name: "Justified" }));

    expect(await screen.findByText("Nothing here")).toBeTruthy();
    expect(asked.find(({ method }) => method === "POST")?.body).toEqual({
      justified: true,
      remark: "It was quite right.",
    });
    await userEvent.click(screen.getByRole("tab", { name: "Justified" }));
    expect(await screen.findByText("Right.")).toBeTruthy();
  });
});
