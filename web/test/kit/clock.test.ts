import { expect, test } from "vitest";
import { countdown } from "../../src/kit/clock";

const NOW = Date.parse("2026-03-01T12:00:00Z");

test.each([
  ["2026-03-01T12:00:07Z", "0:07"],
  ["2026-03-01T12:59:07Z", "59:07"],
  ["2026-03-01T13:05:07Z", "1:05:07"],
  ["2026-03-01T11:00:00Z", "0:00"],
])("until %s there are %s", (until, shown) => {
  expect(countdown(until, NOW)).toBe(shown);
});
