import { expect, test, vi } from "vitest";
import { save } from "../../src/kit/save";

test("a file is handed over under its name, and its address holds until it is surely read", () => {
  vi.useFakeTimers();
  const clicked: string[] = [];
  const revoke = vi.fn();
  vi.stubGlobal("URL", { createObjectURL: () => "blob:one", revokeObjectURL: revoke });
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (
    this: HTMLAnchorElement,
  ) {
    clicked.push(`${this.href} ${this.download}`);
  });

  save(new Blob(["words"]), "words.txt");

  expect(clicked).toEqual(["blob:one words.txt"]);
  vi.advanceTimersByTime(30_000);
  expect(revoke).not.toHaveBeenCalled();
  vi.advanceTimersByTime(60_000);
  expect(revoke).toHaveBeenCalledWith("blob:one");
  vi.useRealTimers();
});
