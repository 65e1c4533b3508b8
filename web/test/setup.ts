import { cleanup } from "@testing-library/react";
import { afterEach, beforeEach, vi } from "vitest";
import { language } from "../src/kit/text";
import { joinTexts } from "../src/texts";

joinTexts();

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  language.set("en");
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});
