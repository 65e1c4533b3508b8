import { act, fireEvent, render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { HoldToTalk } from "../../../src/world/talk/HoldToTalk";
import { Volume } from "../../../src/world/talk/Volume";
import { company } from "../../../src/world/world";

test("a button that goes while it is held lets go", () => {
  const { unmount } = render(<HoldToTalk />);
  fireEvent.keyDown(screen.getByRole("button"), { key: " " });
  expect(company.voice.store.get().isHeld).toBe(true);

  unmount();

  expect(company.voice.store.get().isHeld).toBe(false);
});

test("a slider shows how loud somebody is now, whatever made them so", () => {
  render(<Volume somebody={{ slot: 3, who: "otto", name: "Otto" }} />);
  act(() => company.voice.turn(3, 0.5));
  expect(screen.getByRole<HTMLInputElement>("slider").value).toBe("0.5");

  act(() => company.voice.meet(-2, []));

  expect(screen.getByRole<HTMLInputElement>("slider").value).toBe("1");
});
