import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { FromWorld, Standing, Told } from "../../../src/wire/world";
import { newsBanner } from "../../../src/world/order/NewsBanner";
import { orderPanels } from "../../../src/world/order/panels";
import { ReportsCard } from "../../../src/world/order/ReportsCard";
import { chatPanel } from "../../../src/world/panels/ChatPanel";
import { thingsPanel } from "../../../src/world/panels/ThingsPanel";
import { company } from "../../../src/world/world";
import { fakeHouse } from "../../house/house";

const IS = {
  is_hand_up: false,
  is_away: false,
  look: "",
  is_host: false,
  is_silent: false,
  aside: 0,
  hand: 0,
  has_word: false,
};
const STANDING: Standing = {
  type: "standing",
  place: "plaza",
  part: "member",
  rights: ["enter", "speak", "write"],
  is_silent: false,
  phrases_only: false,
  slow_s: 0,
  bubble_m: 0,
};
const TOLD: Told = {
  type: "told",
  about: "ban",
  id: "act-1",
  name: "",
  place: "plaza",
  reason: "Threats.",
  until: "",
  outcome: "",
};

function hear(message: FromWorld): void {
  act(() => company.hear(message));
}

beforeEach(() => {
  fakeHouse({ "POST /api/world/acts/act-1/appeal": {} });
  hear({
    type: "welcome",
    is_stage: false,
    place: "plaza",
    you: 0,
    spot: { position: [0, 0, 0], yaw: 0 },
    people: [
      { slot: 0, name: "Iris", who: "iris", ...IS },
      { slot: 1, name: "Otto", who: "otto", ...IS },
    ],
    key: "k",
    signs: [],
  });
});

afterEach(() => act(() => company.order.news.set([])));

test("who speaks in phrases has no line to write in, and who lost the word has neither", () => {
  hear({ ...STANDING, phrases_only: true });
  render(<chatPanel.Component place="plaza" />);
  expect(screen.queryByRole("textbox")).toBeNull();
  expect(screen.getByRole("button", { name: "Thank you!" })).toBeTruthy();

  hear({ ...STANDING, is_silent: true });

  expect(screen.queryByRole("button", { name: "Thank you!" })).toBeNull();
  expect(screen.getByRole("status").textContent).toContain("taken the word from you");
});

test("only a host finds in somebody's menu how to send them out", async () => {
  hear(STANDING);
  const user = userEvent.setup();
  render(<thingsPanel.Component place="plaza" />);
  await user.click(screen.getByRole("button", { name: "More about Otto" }));
  expect(screen.getByRole("button", { name: /^Block/ })).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Send out" })).toBeNull();

  hear({ ...STANDING, part: "host", rights: [...STANDING.rights, "moderate"] });

  expect(screen.getByRole("button", { name: "Send out" })).toBeTruthy();
});

test("who is no host here is shown nothing of others", async () => {
  hear(STANDING);
  const Order = orderPanels[0]?.Component ?? (() => null);
  render(<Order place="plaza" />);

  expect(await screen.findByText("You are no host here.")).toBeTruthy();
});

test("what a host did is said with its reason, is answered once, and goes when it was read", async () => {
  const user = userEvent.setup();
  render(<newsBanner.Component place="plaza" />);
  hear(TOLD);
  expect(screen.getByText("A host keeps you out of Plaza")).toBeTruthy();
  expect(screen.getByText("Reason: Threats.")).toBeTruthy();

  await user.click(screen.getByText("If you think this is wrong"));
  await user.type(screen.getByRole("textbox"), "It was not me.");
  await user.click(screen.getByRole("button", { name: "Send" }));
  expect(await screen.findByText("Sent. A host will read it.")).toBeTruthy();

  await user.click(screen.getByRole("button", { name: "Got it" }));
  expect(screen.queryByText("Reason: Threats.")).toBeNull();
});

test("an opened minute tells what was typed for another, and whose words it was", async () => {
  const report = {
    id: "r",
    number: "AB-12",
    place: "plaza",
    reporter: "Mei",
    about: "Otto",
    why: "insult",
    at: "2026-03-01T12:00:00Z",
    outcome: "open",
    answer: "",
  };
  const person = { is_reported: false, stood: [], did: [], typed: [] };
  fakeHouse({
    "GET /api/world/reports": [report],
    "POST /api/world/reports/r/open": {
      report,
      people: [
        { ...person, name: "Otto", is_reported: true, typed: [[12, "Iris", "my knee hurts"]] },
        { ...person, name: "Iris", did: [[20, "captioned", "good morning"]] },
      ],
    },
  });
  render(<ReportsCard />);

  await userEvent.click(await screen.findByRole("button", { name: "Open the sealed minute" }));

  const lines = await screen.findAllByText(/, as captions: /);
  expect(lines.map(({ textContent }) => textContent)).toEqual([
    "20 s before Iris says, as captions: good morning",
    "12 s before Otto writes down what Iris says, as captions: my knee hurts",
  ]);
});
