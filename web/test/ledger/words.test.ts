import { expect, test } from "vitest";
import english from "../../src/ledger/text.en.json";
import chinese from "../../src/ledger/text.zh-CN.json";
import hers from "../../src/records/text.en.json";
import herChinese from "../../src/records/text.zh-CN.json";

test("what a receipt's checks say needs no word that only engineers know", () => {
  const checks = [english, chinese, hers, herChinese].flatMap((texts) =>
    Object.entries(texts).filter(([key]) => key.includes(".check.")),
  );
  expect(checks.length).toBeGreaterThan(80);
  expect(checks.filter(([, words]) => /\bchain\b|链/i.test(words))).toEqual([]);
});
