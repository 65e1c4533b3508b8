import { act, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { whereabouts } from "../../../src/kit/place";
import type { FromWorld, Person, Right, TellsCaptions } from "../../../src/wire/world";
import { captionBand } from "../../../src/world/captions/CaptionBand";
import { CaptionPanel } from "../../../src/world/captions/CaptionPanel";
import { captionMemory } from "../../../src/world/captions/here";
import { ownWordsStrip } from "../../../src/world/captions/OwnWordsStrip";
import { company } from "../../../src/world/world";

const PLAIN = {
  is_host: false,
  is_silent: false,
  is_away: false,
  look: "",
  aside: 0,
  hand: 0,
  has_word: false,
};
const IRIS: Person = { slot: 0, name: "Iris", is_hand_up: false, who: "iris", ...PLAIN };
const OTTO: Person = { slot: 1, name: "Otto", is_hand_up: false, who: "otto", ...PLAIN };

function hear(message: FromWorld): void {
  act(() => company.hear(message));
}

function captioned(
  text: string,
  more: Partial<Extract<TellsCaptions, { type: "captioned" }>> = {},
): void {
  hear({
    type: "captioned",
    slot: 1,
    name: "Otto",
    text,
    piece: 1,
    is_final: true,
    is_typed: false,
    lang: "zh-CN",
    at: "2026-03-01T12:00:00Z",
    by: "",
    by_slot: -1,
    is_private: false,
    ...more,
  });
}

function stand(more: { phrases_only?: boolean } = {}): void {
  hear({
    type: "standing",
    place: "plaza",
    part: "member",
    rights: ["enter", "speak", "write"] as Right[],
    is_silent: false,
    phrases_only: false,
    slow_s: 0,
    bubble_m: 0,
    ...more,
  });
}

beforeEach(() => {
  whereabouts.set({ place: "plaza", state: "here", reasonKey: "", people: [] });
  captionMemory.set({ isReading: false });
  company.captions.forget();
  hear({
    type: "welcome",
    is_stage: false,
    place: "plaza",
    you: 0,
    spot: { position: [0, 0, 0], yaw: 0 },
    people: [IRIS, OTTO],
    key: "k",
    signs: [],
  });
  stand();
});

const band = () => document.querySelector(".captions");

test("captions are shown to whoever wants to read, in the language they are in", () => {
  render(<captionBand.Component place="plaza" />);
  captioned("您好");
  expect(band()).toBeNull();

  act(() => captionMemory.set({ isReading: true, size: "large" }));

  expect(band()?.textContent).toBe("Otto 您好 ");
  expect(band()?.querySelector("[lang=zh-CN]")?.textContent).toBe("您好 ");
  expect(band()?.getAttribute("data-size")).toBe("large");
});

test("a screen reader is told what is finished, once, and nothing of our own", () => {
  act(() => captionMemory.set({ isReading: true }));
  render(<captionBand.Component place="plaza" />);
  const log = screen.getByRole("log");

  captioned("good", { is_final: false });
  expect(log.textContent).toBe("");
  expect(band()?.getAttribute("aria-hidden")).toBe("true");
  captioned("good morning", { by: "Cy", by_slot: 3 });
  captioned("I am Iris", { slot: 0, name: "Iris", piece: 2 });

  expect(log.textContent).toBe("Otto (typed by Cy): good morning");
});

test("what is shown of us we see ourselves, whether we read or not, and can end it", async () => {
  const say = vi.spyOn(company.captions, "let");
  render(
    <>
      <captionBand.Component place="plaza" />
      <ownWordsStrip.Component place="plaza" />
    </>,
  );
  hear({ type: "may-caption", slot: 0, by: 1, may: true });
  captioned("she is well", { slot: 0, name: "Iris", by: "Otto", by_slot: 1 });

  expect(band()?.textContent).toContain("Iris (typed by Otto) she is well");
  const strip = screen.getByRole("region", { name: "Who may write down what you say" });
  expect(within(strip).getByRole("status").textContent).toBe("May write down what you say: Otto");
  await userEvent.click(screen.getByRole("button", { name: "Let nobody write for me" }));
  expect(say).toHaveBeenCalledWith(1, false);
  hear({ type: "may-caption", slot: 0, by: 1, may: false });
  expect(screen.queryByRole("region", { name: "Who may write down what you say" })).toBeNull();
});

test("a line that the house would not take comes back to whoever wrote it, and says why", async () => {
  const finish = vi.spyOn(company.captions, "finish").mockReturnValue(true);
  render(<CaptionPanel />);
  const field = await screen.findByRole<HTMLInputElement>("textbox", { name: "What you say" });

  await userEvent.type(field, "hello{Enter}");
  expect(field.value).toBe("");
  const piece = finish.mock.calls[0]?.[0] ?? 0;
  hear({ type: "caption-refused", code: "too-fast", piece: piece + 1, hint: "" });
  expect(field.value).toBe("");
  hear({ type: "caption-refused", code: "too-fast", piece, hint: "" });

  expect(field.value).toBe("hello");
  expect(screen.getByRole("alert").textContent).toContain("too fast");
});

test("one writes for those alone who let one, and who speaks in phrases writes none", async () => {
  render(<CaptionPanel />);
  await screen.findByRole("textbox", { name: "What you say" });
  expect(screen.queryByRole("combobox", { name: "Whose words" })).toBeNull();

  hear({ type: "may-caption", slot: 1, by: 0, may: true });
  await userEvent.selectOptions(screen.getByRole("combobox", { name: "Whose words" }), "Otto");
  expect(screen.getByRole("textbox", { name: "What Otto says" })).toBeDefined();

  stand({ phrases_only: true });
  expect(screen.queryByRole("textbox")).toBeNull();
  expect(screen.getByRole("switch", { name: /^Show captions/ })).toBeDefined();
});

test("in a browser without recognition on the device the page says so and offers the hand", async () => {
  render(<CaptionPanel />);

  expect(
    await screen.findByText(/cannot turn your voice into words on your own device/),
  ).toBeDefined();
  expect(screen.queryByRole("switch", { name: /Show what I say/ })).toBeNull();
});
