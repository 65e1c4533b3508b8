import { render, screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, describe, expect, test } from "vitest";
import type { Me } from "../../src/kit/session";
import { sentence } from "../../src/records/access";
import { AppsPanel } from "../../src/records/apps/AppsPanel";
import { Authorize } from "../../src/records/apps/Authorize";
import { actsOf, hostOf, labelOf, type Scope } from "../../src/records/apps/model";
import { subject } from "../../src/records/subject";
import { fakeHouse, outcome, Reply } from "../house/house";

const CLIENT = { id: "c1", name: "Growth Charts", publisher: "Invented Apps" };
const QUERY = "?client_id=c1&state=s";
const LABORATORY: Scope = {
  text: "patient/Observation.rs?category=laboratory",
  context: "patient",
  type: "Observation",
  acts: "rs",
  params: [["category", "laboratory"]],
  categories: ["laboratory"],
};
const MEDICINES: Scope = {
  text: "patient/MedicationRequest.cruds",
  context: "patient",
  type: "MedicationRequest",
  acts: "cruds",
  params: [],
  categories: ["medicines"],
};
const SCOPES = [
  { text: "openid" },
  { text: "fhirUser" },
  { text: "launch/patient" },
  { text: "offline_access" },
  LABORATORY,
  MEDICINES,
];
const asked = (more: object = {}) => ({
  client: CLIENT,
  scopes: SCOPES,
  patient: "Patient/p1",
  chooses_patient: false,
  goes_to: "https://charts.example/back",
  ...more,
});
const me = (role: "patient" | "clinician"): Me => ({
  account: "a1",
  name: "Mei Lin",
  roles: [role],
  person: role === "patient" ? "Patient/p1" : "Practitioner/d1",
  language: "en",
});

beforeEach(() => subject.set({ patient: "p1", purpose: "PATRQT", visit: null }));

function page(role: "patient" | "clinician" = "patient"): string[] {
  const left: string[] = [];
  render(<Authorize me={me(role)} query={QUERY} leave={(address) => left.push(address)} />);
  return left;
}

describe("the page where people decide", () => {
  test("says which app, by whom, what it asks, and where one goes on to", async () => {
    fakeHouse({ "POST /api/identity/apps/ask": asked() });
    page();

    expect(
      await screen.findByRole("heading", { name: "Growth Charts asks for access" }),
    ).toBeTruthy();
    expect(screen.getByText(/An app by Invented Apps/)).toBeTruthy();
    expect(screen.getByRole("switch", { name: /Laboratory/ })).toBeTruthy();
    expect(screen.getByText(/charts\.example/)).toBeTruthy();
    expect(screen.getByText(/90 days/)).toBeTruthy();
  });

  test("gives what was left on, and nothing of what was turned off", async () => {
    const said = fakeHouse({
      "POST /api/identity/apps/ask": asked(),
      "POST /api/identity/apps/decide": { redirect: "https://charts.example/back?code=1" },
    });
    const left = page();
    await userEvent.click(await screen.findByRole("switch", { name: /Medicines/ }));
    await userEvent.click(screen.getByRole("switch", { name: /Recognise you/ }));

    await userEvent.click(screen.getByRole("button", { name: "Allow" }));

    await waitFor(() => expect(left).toEqual(["https://charts.example/back?code=1"]));
    expect(said.at(-1)?.body).toEqual({
      query: QUERY,
      patient: "",
      scopes: ["launch/patient", "offline_access", LABORATORY.text],
    });
  });

  test("says no with an empty hand", async () => {
    const said = fakeHouse({
      "POST /api/identity/apps/ask": asked(),
      "POST /api/identity/apps/decide": { redirect: "https://charts.example/back?error=x" },
    });
    const left = page();

    await userEvent.click(await screen.findByRole("button", { name: "Do not allow" }));

    await waitFor(() => expect(left).toHaveLength(1));
    expect(said.at(-1)?.body).toMatchObject({ scopes: [] });
  });

  test("asks a clinician first whom it is about", async () => {
    const said = fakeHouse({
      "POST /api/identity/apps/ask": asked({ patient: null, chooses_patient: true }),
      "POST /api/identity/apps/decide": { redirect: "https://charts.example/back?code=1" },
      "GET /fhir/R4/Patient": {
        entry: [{ resource: { id: "p7", name: [{ given: ["Noor"], family: "Hill" }] } }],
      },
    });
    page("clinician");
    const allow = await screen.findByRole("button", { name: "Allow" });
    expect(allow.hasAttribute("disabled")).toBe(true);

    await userEvent.click(await screen.findByRole("radio", { name: /Noor Hill/ }));
    await userEvent.click(allow);

    await waitFor(() => expect(said.at(-1)?.body).toMatchObject({ patient: "Patient/p7" }));
  });

  test("says whom it is about where it was opened from her record", async () => {
    fakeHouse({
      "POST /api/identity/apps/ask": asked({ patient: "Patient/p7" }),
      "GET /fhir/R4/Patient/p7": { id: "p7", name: [{ given: ["Noor"], family: "Hill" }] },
    });
    page("clinician");

    expect(await screen.findByText("It is about Noor Hill.")).toBeTruthy();
  });

  test("sends nobody anywhere for an app that is not known", async () => {
    fakeHouse({
      "POST /api/identity/apps/ask": outcome(400, "invalid", "This app is not known here."),
    });
    const left = page();

    expect(await screen.findByRole("heading", { name: "This app is not known here" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Allow" })).toBeNull();
    expect(left).toEqual([]);
  });

  test("goes back to the app at once with what was wrong in its asking", async () => {
    const back = "https://charts.example/back?error=invalid_scope";
    fakeHouse({ "POST /api/identity/apps/ask": { redirect: back } });
    const left = page();

    await waitFor(() => expect(left).toEqual([back]));
    expect(screen.queryByRole("button", { name: "Allow" })).toBeNull();
  });

  test("stays, and says so, where the answer could not be kept", async () => {
    fakeHouse({
      "POST /api/identity/apps/ask": asked(),
      "POST /api/identity/apps/decide": outcome(503, "transient", "Busy.", "Wait."),
    });
    const left = page();

    await userEvent.click(await screen.findByRole("button", { name: "Allow" }));

    expect((await screen.findByRole("alert")).textContent).toContain("Busy.");
    expect(left).toEqual([]);
  });
});

describe("connected apps", () => {
  const connected = {
    client: CLIENT,
    scopes: SCOPES,
    patients: ["Patient/p1"],
    since: "2026-03-01T12:00:00Z",
    used_at: "2026-03-01T12:05:00Z",
    until: "2026-05-30T12:00:00Z",
    is_offline: true,
  };

  test("are listed with their last use and disconnected with one press", async () => {
    let given = [connected];
    fakeHouse({
      "GET /api/identity/apps/connected": () => given,
      "GET /api/identity/apps": [],
      "DELETE /api/identity/apps/connected/c1": () => {
        given = [];
        return new Reply(204);
      },
    });
    render(<AppsPanel />);
    expect(await screen.findByText(/Last used/)).toBeTruthy();
    expect(screen.getByText("Laboratory")).toBeTruthy();

    await userEvent.click(screen.getByRole("button", { name: "Disconnect now" }));

    expect(await screen.findByText("No app is connected")).toBeTruthy();
  });

  test("that was never used says when it was allowed", async () => {
    fakeHouse({
      "GET /api/identity/apps/connected": [{ ...connected, used_at: null }],
      "GET /api/identity/apps": [],
    });
    render(<AppsPanel />);

    expect(await screen.findByText(/not used yet/)).toBeTruthy();
  });
});

test("a scope is told in the words consent is given in", () => {
  expect(labelOf(LABORATORY)).toBe("Laboratory");
  expect(labelOf({ ...LABORATORY, type: "*" })).toBe("Everything in the record");
  expect(labelOf({ ...MEDICINES, type: "Organization", categories: ["other"] })).toBe(
    "Organization",
  );
  expect(actsOf(LABORATORY)).toBe("look at it");
  expect(actsOf(MEDICINES)).toBe("look at it, add, change, remove");
  expect(actsOf({ ...LABORATORY, params: [["code", "8867-4"]] })).toContain("only code = 8867-4");
  expect(hostOf("org.example:/back")).toBe("org.example");
});

test("who looked is told with the app beside the person", () => {
  const entry = {
    id: "1",
    number: 1,
    at: "2026-03-01T12:00:00Z",
    action: "read",
    outcome: "permit" as const,
    actor: "a2",
    actor_name: "Dr Okafor",
    actor_person: null,
    purpose: "TREAT",
    visit: null,
    via: "app",
    app: "c1",
    app_name: "Growth Charts",
    consent: null,
    what: {},
    categories: [],
  };

  expect(sentence(entry, "me")).toBe(
    "Dr Okafor, with the app Growth Charts, looked at your record",
  );
});
