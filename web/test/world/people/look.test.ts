import { describe, expect, test } from "vitest";
import golden from "../../../../tests/world/golden_looks.json";
import type { Look } from "../../../src/wire/world";
import {
  CHOICES,
  coloursOf,
  lookCode,
  PALETTES,
  partsOf,
  readLook,
  SOMEBODY,
} from "../../../src/world/people/look";

describe("a look", () => {
  test.each(golden)("is the same text here and in the house: $code", ({ code, look }) => {
    expect(lookCode(look as Look)).toBe(code);
    expect(readLook(code)).toEqual(look);
  });

  test.each(["", "1", `2${"0".repeat(19)}`, `1${"z".repeat(19)}`, `1${"0".repeat(20)}`])(
    "is none where the text %s tells none",
    (code) => expect(readLook(code)).toBeNull(),
  );

  test("has a colour for everything one may choose", () => {
    expect(PALETTES.skin).toHaveLength(CHOICES.skin.length);
    expect(PALETTES.eyes).toHaveLength(CHOICES.eyes.length);
    expect(PALETTES.hair).toHaveLength(CHOICES.hair_colour.length);
    expect(PALETTES.cloth).toHaveLength(CHOICES.top_colour.length);
    expect(coloursOf(SOMEBODY).every((colour) => /^#[0-9a-f]{6}$/.test(colour))).toBe(true);
  });

  test("hides the hair under a scarf and a turban, not under a kippah", () => {
    const hair = (cover: Look["cover"]) =>
      partsOf({ ...SOMEBODY, cover }).filter((part) => part.startsWith("hair-"));

    expect(hair("hijab")).toEqual([]);
    expect(hair("turban")).toEqual([]);
    expect(hair("kippah")).toEqual(["hair-bob"]);
  });

  test("has a badge with the clothes of a clinician, and with no others", () => {
    const badge = (top: Look["top"]) =>
      partsOf({ ...SOMEBODY, top }).filter((p) => /badge/.test(p));

    expect(badge("coat")).toEqual(["badge-coat"]);
    expect(badge("scrubs")).toEqual(["badge-scrubs"]);
    expect(badge("shirt")).toEqual([]);
  });
});
