import { describe, expect, test } from "vitest";
import {
  addTexts,
  ago,
  bringTexts,
  language,
  moment,
  number,
  setLanguage,
  showLanguage,
  t,
} from "../../src/kit/text";

test("a language is shown once its words are here, and not where another was chosen meanwhile", async () => {
  let bring: (texts: Record<string, string>) => void = () => {};
  bringTexts("zh-CN", () => new Promise((resolve) => (bring = resolve)));

  const first = showLanguage("zh-CN");
  expect(language.get()).toBe("en");
  await showLanguage("en");
  bring({ "test.late": "来了" });
  await first;

  expect(language.get()).toBe("en");
  await showLanguage("zh-CN");
  expect(t("test.late")).toBe("来了");
});

addTexts("en", {
  "test.hello": "Hello {name}",
  "test.many": "{n} {n|door|doors}",
  "test.only": "x",
});
addTexts("zh-CN", { "test.hello": "你好 {name}", "test.many": "{n} 扇门" });

describe("words", () => {
  test("come in the language in use, with their parameters", () => {
    expect(t("test.hello", { name: "Mei" })).toBe("Hello Mei");
    setLanguage("zh-CN");
    expect(t("test.hello", { name: "Mei" })).toBe("你好 Mei");
    expect(document.documentElement.lang).toBe("zh-CN");
  });

  test("agree with their number", () => {
    expect(t("test.many", { n: 1 })).toBe("1 door");
    expect(t("test.many", { n: 2000 })).toBe("2,000 doors");
    language.set("zh-CN");
    expect(t("test.many", { n: 1 })).toBe("1 扇门");
  });

  test("fall back to English, and to the key where there are none at all", () => {
    language.set("zh-CN");

    expect(t("test.only")).toBe("x");
    expect(t("test.never")).toBe("test.never");
  });
});

describe("numbers and moments", () => {
  test("are written as people here write them", () => {
    expect(number(1234.5678)).toBe("1,234.568");
    expect(number(2, 1)).toBe("2.0");
    expect(moment("2026-03-01T12:00:00Z", "date")).toBe("Mar 1, 2026");
    language.set("zh-CN");
    expect(moment("2026-03-01T12:00:00Z", "date")).toBe("2026年3月1日");
  });

  test("tell how long ago", () => {
    const now = Date.parse("2026-03-01T12:00:00Z");

    expect(ago("2026-03-01T11:58:00Z", now)).toBe("2 minutes ago");
    expect(ago("2026-03-02T12:00:00Z", now)).toBe("tomorrow");
  });

  test("that are no moments stay as they are", () => {
    expect(moment("soon")).toBe("soon");
  });
});
