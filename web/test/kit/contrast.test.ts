import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";

const css = readFileSync(resolve(import.meta.dirname, "../../src/kit/theme.css"), "utf8");

/** The colours that a block of theme.css sets, by name. */
function tokens(selector: string): Record<string, string> {
  const at = css.indexOf(`${selector} {`);
  const block = css.slice(at, css.indexOf("}", at));
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map((m) => [m[1] ?? "", m[2] ?? ""]),
  );
}

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const WORDS = [
  ["ink", "stone"],
  ["ink", "card"],
  ["ink", "card-sunk"],
  ["ink-soft", "stone"],
  ["ink-soft", "card"],
  ["ink-soft", "stone-deep"],
  ["teal", "card"],
  ["teal", "stone"],
  ["on-teal", "teal"],
  ["teal-deep", "teal-pale"],
  ["good", "good-pale"],
  ["warn", "warn-pale"],
  ["danger", "danger-pale"],
  ["ink", "danger-pale"],
  ["ink", "warn-pale"],
  ["wood", "wood-pale"],
] as const;

describe.each([
  ["light", tokens(":root")],
  ["dark, chosen", { ...tokens(":root"), ...tokens(':root[data-theme="dark"]') }],
  ["dark, as on the device", { ...tokens(":root"), ...tokens(':root:not([data-theme="light"])') }],
])("in the %s colours", (_, colours) => {
  test.each(WORDS)("%s can be read on %s", (front, back) => {
    expect(contrast(colours[front] ?? "", colours[back] ?? "")).toBeGreaterThanOrEqual(4.5);
  });

  test("the edge of a field can be seen", () => {
    const { "line-strong": line = "", "card-sunk": back = "" } = colours;
    expect(contrast(line, back)).toBeGreaterThanOrEqual(3);
  });
});
