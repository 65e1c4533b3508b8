import { describe, expect, test } from "vitest";
import { asText, asWebVtt } from "../../../src/world/captions/files";
import { nameOf, SPOKEN, spokenBy } from "../../../src/world/captions/languages";
import { isShownUntil, type Line, pieces, tail, turnsOf } from "../../../src/world/captions/lines";
import { roomBeside } from "../../../src/world/captions/room";

const LINE: Line = {
  id: 1,
  key: "1 -1 1",
  slot: 1,
  name: "Mei",
  by: "",
  text: "My knee hurts.",
  lang: "en-US",
  at: "2026-03-01T12:00:00.000Z",
  isFinal: true,
  isTyped: false,
  isPrivate: false,
  isMine: false,
  heardAt: 1000,
};

describe("a line", () => {
  test("is shown as long as it takes to read it, and Chinese takes longer a sign", () => {
    const short = isShownUntil(LINE);
    const long = isShownUntil({ ...LINE, text: "a".repeat(100) });
    const chinese = isShownUntil({ ...LINE, text: "痛".repeat(50) });

    expect(short).toBe(1000 + 4000);
    expect(long).toBe(1000 + 8500);
    expect(chinese).toBe(1000 + 12_000);
    expect(isShownUntil({ ...LINE, text: "a".repeat(300) })).toBe(1000 + 15_000);
  });

  test("too long for the view shows its end, from the beginning of a word", () => {
    expect(tail("short", 20)).toBe("short");
    expect(tail("one two three four five six", 18)).toBe("… four five six");
    expect(tail("我的膝盖从昨天晚上开始一直很疼", 14)).toBe("… 开始一直很疼");
    expect([...tail("😀".repeat(40), 20)].length).toBeLessThan(22);
  });

  test.each([
    ["a b c", ["a b c"]],
    ["  ", []],
    [`${"word ".repeat(10)}end`, ["word word word word", "word word word word", "word word end"]],
    ["x".repeat(25), ["x".repeat(20), "x".repeat(5)]],
    [`${"x".repeat(19)}😀y`, ["x".repeat(19), "😀y"]],
  ])("%j is sent in pieces that the house takes", (text, parts) => {
    expect(pieces(text, 20)).toEqual(parts);
  });
});

describe("what one keeps", () => {
  test("as text has one line each, with the time and who typed it", () => {
    const lines = [LINE, { ...LINE, by: "Iris", text: "Since Monday." }];

    expect(asText(lines, (at) => at.slice(11, 16))).toBe(
      "12:00 Mei: My knee hurts.\n12:00 Mei (Iris): Since Monday.\n",
    );
  });

  test("as WebVTT begins with the first line and cannot be broken by what was said", () => {
    const lines = [
      LINE,
      { ...LINE, at: "2026-03-01T12:00:02.500Z", text: "<b> & 00:01 --> 00:02", lang: "" },
      { ...LINE, at: "2026-03-01T13:01:00.000Z", by: "Iris", text: "疼", lang: "zh-CN" },
    ];

    expect(asWebVtt(lines)).toBe(`WEBVTT

00:00:00.000 --> 00:00:02.500
<v Mei><lang en-US>My knee hurts.</lang>

00:00:02.500 --> 00:00:09.500
<v Mei>&lt;b&gt; &amp; 00:01 --&gt; 00:02

01:01:00.000 --> 01:01:03.000
<v Mei (Iris)><lang zh-CN>疼</lang>
`);
  });
});

test("what one speaks is as one chose it, else as one reads; each language is named in itself", () => {
  expect(spokenBy("", "en")).toBe("en-US");
  expect(spokenBy("", "zh-CN")).toBe("zh-CN");
  expect(spokenBy("de-DE", "zh-CN")).toBe("de-DE");
  expect(spokenBy("<script>", "en")).toBe("en-US");
  expect(nameOf("zh-CN")).toContain("中文");
  expect(new Set(SPOKEN.map(nameOf)).size).toBe(SPOKEN.length);
});

test("the band keeps clear of the dock: beside it on a desktop, above it on a phone", () => {
  const beside = roomBeside(new DOMRect(1000, 78, 268, 710), 1280, 800);
  const above = roomBeside(new DOMRect(0, 644, 390, 200), 390, 844);
  const squeezed = roomBeside(new DOMRect(0, 64, 390, 780), 390, 844);

  expect(beside).toEqual({ right: 292, bottom: 12, maxHeight: 722 });
  expect(above).toEqual({ right: 12, bottom: 212, maxHeight: 566 });
  expect(squeezed.maxHeight).toBe(0);
});

test("what one says without another between is one turn, of which the end is shown", () => {
  const lines = ["My knee hurts.", "Since Monday.", "我的膝盖很疼。"].map((text, id) => ({
    ...LINE,
    id,
    text,
    lang: id < 2 ? "en" : "zh-CN",
  }));
  const typed = { ...LINE, id: 9, by: "Iris" };
  const shown = turnsOf([...lines, typed], 32);

  expect(shown.map(({ id, by }) => [id, by])).toEqual([
    [0, ""],
    [9, "Iris"],
  ]);
  expect(shown[0]?.parts.map(({ lang, text }) => [lang, text])).toEqual([
    ["en", "Since Monday."],
    ["zh-CN", "我的膝盖很疼。"],
  ]);
  expect(turnsOf([], 32)).toEqual([]);
});
