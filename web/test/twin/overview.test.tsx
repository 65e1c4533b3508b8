import { fireEvent, render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { Overview } from "../../src/twin/Overview";
import { entry } from "./made";

const asthma = entry("asthma", { at: "2019-03-01T00:00:00Z" });
const visit = entry("visit", { at: "2025-03-01T00:00:00Z" });

test("one slides through the years, and the timeline goes to the nearest that has something", () => {
  const onYear = vi.fn();
  render(<Overview entries={[visit, asthma]} onYear={onYear} />);
  const slider = screen.getByRole("slider", { name: /slide to a year/ });

  fireEvent.change(slider, { target: { value: "2020" } });

  expect(onYear).toHaveBeenLastCalledWith(2019);
  expect(slider.getAttribute("aria-valuetext")).toBe("2020: 0 entries");
  fireEvent.change(slider, { target: { value: "2025" } });
  expect(onYear).toHaveBeenLastCalledWith(2025);
  expect(slider.getAttribute("aria-valuetext")).toBe("2025: 1 entry");
});
