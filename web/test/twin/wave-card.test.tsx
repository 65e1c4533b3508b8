import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { Strip } from "../../src/twin/waves/Strip";
import { WaveCard } from "../../src/twin/waves/WaveCard";

test("a waveform says how high it goes, and that it is not for diagnosis", () => {
  const strip = new Strip();
  const samples = Float32Array.from([-0.2, 0, 1.1, 0]);
  const at_ms = Date.now();
  strip.push({ code: "131329", name: "ECG", unit: "mV", at_ms, period_ms: 4, samples }, at_ms);

  render(
    <ul>
      <WaveCard strip={strip} />
    </ul>,
  );

  expect(screen.getByText("1.1 mV")).toBeTruthy();
  expect(screen.getByText("-0.2 mV")).toBeTruthy();
  expect(screen.getByText("Not for diagnosis")).toBeTruthy();
  expect(screen.getByText(/a line every 0.2 seconds/)).toBeTruthy();
});
