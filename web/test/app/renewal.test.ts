import { afterEach, expect, test, vi } from "vitest";
import { renewWhenOld } from "../../src/app/renewal";

let stop = () => {};
afterEach(() => stop());

function miss(): void {
  dispatchEvent(new Event("vite:preloadError", { cancelable: true }));
}

test("a page that is older than the house starts anew, once a minute at most", () => {
  let now = 1_000_000;
  const reload = vi.fn();
  stop = renewWhenOld(reload, () => now);

  miss();
  miss();
  expect(reload).toHaveBeenCalledTimes(1);

  now += 61_000;
  miss();
  expect(reload).toHaveBeenCalledTimes(2);
});
