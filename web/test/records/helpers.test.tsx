import { act, render, screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, describe, expect, test } from "vitest";
import { arrived } from "../../src/kit/place";
import { type Me, session } from "../../src/kit/session";
import { NOTHING_SAID } from "../../src/records/choices/model";
import { building } from "../../src/records/choices/start";
import { HelpersPanel } from "../../src/records/helpers/HelpersPanel";
import {
  choose,
  homeSubject,
  useReadRepresented,
  useRepresented,
} from "../../src/records/helpers/represented";
import { whoseRecordBanner } from "../../src/records/helpers/WhoseRecord";
import { subject } from "../../src/records/subject";
import { Why } from "../../src/records/Why";
import { fakeHouse, outcome, Reply } from "../house/house";

const { Component: Whose } = whoseRecordBanner;
const CHOICES = "/api/records/patients/p1/choices";
const NORA: Me = {
  account: "a3",
  name: "Nora Weber",
  roles: ["patient"],
  person: "RelatedPerson/nora",
  language: "en",
};
const MEI: Me = { ...NORA, account: "a1", name: "Mei", person: "Patient/p1" };
const LINA = {
  "GET /api/records/represented": { "Patient/lina": ["access", "correct", "decide"] },
  "GET /fhir/R4/Patient/lina": { resourceType: "Patient", id: "lina", name: [{ text: "Lina" }] },
};

const ADA = { resourceType: "RelatedPerson", id: "ada", name: [{ text: "Ada Lin" }] };

beforeEach(() => {
  arrived("home");
  session.set({ state: "known", me: MEI });
  subject.set({ patient: "p1", purpose: "PATRQT", visit: null });
  building.set(null);
});

describe("people who help me", () => {
  test("that cannot be found say so, and are asked for once more", async () => {
    let isBroken = true;
    fakeHouse({
      [`GET ${CHOICES}`]: [],
      "GET /fhir/R4/RelatedPerson": () =>
        isBroken
          ? outcome(503, "transient", "The records are busy.")
          : { entry: [{ resource: ADA }] },
    });
    render(<HelpersPanel />);

    expect(await screen.findByText("The records are busy.")).toBeTruthy();
    isBroken = false;
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));

    expect(await screen.findByText("Ada Lin")).toBeTruthy();
    expect(screen.queryByText("The records are busy.")).toBeNull();
  });

  test("a new one is made, and let do what she says", async () => {
    const asked = fakeHouse({
      [`GET ${CHOICES}`]: [],
      "GET /fhir/R4/RelatedPerson": { entry: [] },
      "POST /fhir/R4/RelatedPerson": new Reply(201, { id: "r1" }),
      [`POST ${CHOICES}`]: new Reply(201, { consent: "c1" }),
    });
    render(<HelpersPanel />);

    await userEvent.click(await screen.findByRole("button", { name: "Let somebody help" }));
    await userEvent.type(screen.getByLabelText("Their name"), "Ada Lin");
    await userEvent.selectOptions(screen.getByLabelText("What they are to you"), "SIB");
    await userEvent.click(screen.getByRole("switch", { name: /^Write/ }));
    expect(
      screen.getByText("Ada Lin may see and add to the whole record, until it is taken back."),
    ).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Yes, that is what I say" }));

    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    const [person, choice] = asked.filter(({ method }) => method === "POST");
    expect(person?.body).toMatchObject({
      patient: { reference: "Patient/p1" },
      name: [{ text: "Ada Lin" }],
      relationship: [{ coding: [{ code: "SIB" }] }],
    });
    expect(choice?.body).toEqual({
      ...NOTHING_SAID,
      actors: ["RelatedPerson/r1"],
      acts: ["access", "correct"],
    });
  });

  test("are another's to choose where one may only look", () => {
    fakeHouse({});
    subject.set({ patient: "lina", purpose: "FAMRQT", visit: null, acts: ["access"] });
    render(<HelpersPanel />);

    expect(screen.getByText("You may not decide here")).toBeTruthy();
  });
});

function Reading({ me }: { me: Me }) {
  useReadRepresented(me);
  const mine = homeSubject(me, useRepresented());
  return <output>{JSON.stringify(mine)}</output>;
}

describe("whose record", () => {
  test("who has none of her own sees that of the child for whom she decides", async () => {
    session.set({ state: "known", me: NORA });
    fakeHouse(LINA);
    render(<Reading me={NORA} />);
    render(<Whose place="home" />);

    const pressed = await screen.findByRole("button", { name: "Lina" });
    expect(pressed.getAttribute("aria-pressed")).toBe("true");
    expect(screen.getByText("You may look and decide.")).toBeTruthy();
    expect(JSON.parse(screen.getAllByRole("status")[0]?.textContent ?? "")).toMatchObject({
      patient: "lina",
      purpose: "FAMRQT",
    });
  });

  test("who has one of her own goes from one to the other and back", async () => {
    fakeHouse(LINA);
    render(<Reading me={MEI} />);
    render(<Whose place="home" />);
    const shown = () => JSON.parse(screen.getAllByRole("status")[0]?.textContent ?? "").patient;
    await screen.findByRole("button", { name: "Lina" });
    expect(shown()).toBe("p1");

    await userEvent.click(screen.getByRole("button", { name: "Lina" }));
    expect(shown()).toBe("lina");
    act(() => choose(""));
    expect(shown()).toBe("p1");
  });
});

describe("why something is shown", () => {
  test("is told in words, and to whom else, to her alone", async () => {
    fakeHouse({
      "GET /api/records/why": {
        because: [{ patient: "Patient/p1", kind: "herself", consent: "", until: null }],
        others: [
          {
            actor: "*",
            patient: "Patient/p1",
            kind: "consent",
            consent: "Consent/1",
            until: null,
          },
        ],
      },
    });
    render(<Why reference="Condition/1" />);

    await userEvent.click(screen.getByRole("button", { name: "Why is this shown?" }));

    expect(await screen.findByText("It is your own record.")).toBeTruthy();
    expect(screen.getByText("every clinician here: you allow it.")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Hide this entry" }));
    expect(building.get()?.choice?.things).toEqual(["Condition/1"]);
  });

  test("a clinician learns what lets him, and nothing of others", async () => {
    subject.set({ patient: "p1", purpose: "BTG", visit: null });
    fakeHouse({
      "GET /api/records/why": {
        because: [{ patient: "Patient/p1", kind: "emergency", consent: "glass/1", until: null }],
        others: [],
      },
    });
    render(<Why reference="Condition/1" />);

    await userEvent.click(screen.getByRole("button", { name: "Why is this shown?" }));

    expect(await screen.findByText("You opened the record in an emergency.")).toBeTruthy();
    expect(screen.queryByText("Who else sees it")).toBeNull();
    expect(screen.queryByRole("button", { name: "Hide this entry" })).toBeNull();
  });
});
