import { cleanup } from "@testing-library/react";
import { afterEach, beforeEach, vi } from "vitest";
import { addTexts, language } from "../src/kit/text";
import { texts as english } from "../src/texts/en";
import { texts as chinese } from "../src/texts/zh-CN";

addTexts("en", english);
addTexts("zh-CN", chinese);

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  language.set("en");
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});
