import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";
import { type Role, session } from "../../../src/kit/session";
import type { Place } from "../../../src/wire/world";
import { AboutCard } from "../../../src/world/making/AboutCard";
import { desk } from "../../../src/world/making/desk";
import { useMakingWords } from "../../../src/world/making/words";
import { fakeHouse } from "../../house/house";
import { placeFiles } from "../places";

const ID = "place-0123456789ab";
const home = placeFiles.find(({ id }) => id === "home") as Place;

afterEach(() => {
  desk.close();
  session.set({ state: "stranger", me: null });
});

function Shown() {
  const words = useMakingWords();
  const opened = desk.opened.get();
  return words.value && opened ? <AboutCard opened={opened} /> : null;
}

async function show(role: Role, about: Partial<Place> = {}, isMine = true): Promise<void> {
  localStorage.clear();
  const place = { ...home, id: ID, access: "all", visitors: [], is_child_safe: false, ...about };
  fakeHouse({
    [`GET /api/world/making/${ID}`]: {
      ...{ place, revision: 1, shown: 0, editors: [], flaws: [], is_mine: isMine },
    },
  });
  const me = { account: "a", name: "", roles: [role], person: null, language: "en" } as const;
  session.set({ state: "known", me });
  await desk.open(ID);
  render(<Shown />);
  await screen.findByLabelText("Name of the place");
}

const CHILDREN = { access: "guarded", visitors: ["clinician"], is_child_safe: true } as const;

test("whoever lets in nobody is told so before they publish", async () => {
  const user = userEvent.setup();
  await show("clinician", { access: "guarded", visitors: ["clinician"] }, false);
  expect(screen.queryByRole("alert")).toBeNull();

  await user.click(screen.getByRole("switch", { name: "Clinicians" }));

  expect(screen.getByRole("alert").textContent).toContain("Nobody but operators would get in");
});

test("of a place for children, whoever is no operator reads who enters and changes it no more", async () => {
  const user = userEvent.setup();
  await show("clinician", CHILDREN, false);
  expect(screen.queryByLabelText("Who may enter")).toBeNull();
  expect(screen.getByText("Clinicians")).toBeTruthy();
  expect(screen.getByText(/operators say who enters/)).toBeTruthy();

  const children = screen.getByRole("switch", { name: /^A place for children/ });
  await user.click(children);
  expect(await screen.findByLabelText("Who may enter")).toBeTruthy();
  await user.click(children);

  expect(screen.queryByLabelText("Who may enter")).toBeNull();
});

test("what only operators say is offered to operators alone", async () => {
  await show("clinician");
  const offered = () => [
    screen.queryByRole("switch", { name: /^A place for children/ }) !== null,
    screen.queryByRole("option", { name: "Who is inside" }) !== null,
  ];
  expect(offered()).toEqual([false, false]);
});

test("an operator of the house has every control", async () => {
  await show("operator", CHILDREN, false);

  expect(screen.getByLabelText("Who may enter")).toBeTruthy();
  expect(screen.getByRole("switch", { name: /^A place for children/ })).toBeTruthy();
  expect(screen.getByText("Who may edit it as well")).toBeTruthy();
});

test("only whoever made a place says who may edit it as well", async () => {
  await show("educator", {}, false);

  expect(screen.queryByText("Who may edit it as well")).toBeNull();
});
