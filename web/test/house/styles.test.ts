import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";

const SRC = resolve(import.meta.dirname, "../../src");

/** What every room may build on: its classes may be narrowed anywhere. */
const SHARED = ["kit", "kit/ui", "app"];
/** A page of its own: its styles never meet those of the house. */
const APART = ["share", "ledger"];

/** The folders whose style sheets have a rule that begins with a class. */
function foldersByClass(): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  const sheets = readdirSync(SRC, { recursive: true, encoding: "utf8" });
  for (const file of sheets.filter((one) => one.endsWith(".css"))) {
    const css = readFileSync(join(SRC, file), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
    for (const [, selectors = ""] of css.matchAll(/([^{}]+)\{/g)) {
      for (const selector of selectors.split(",")) {
        const [, name] = /^\s*\.([\w-]+)/.exec(selector) ?? [];
        if (name) found.set(name, (found.get(name) ?? new Set()).add(dirname(file)));
      }
    }
  }
  return found;
}

/** Whether one of them is the other's own room. */
function belong(one: string, other: string): boolean {
  return `${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`);
}

test("no class means one thing in one folder and another in the next", () => {
  const clashes = [...foldersByClass()].flatMap(([name, folders]) => {
    const rooms = [...folders].filter((one) => ![...SHARED, ...APART].includes(one));
    const isClash = rooms.some((one) => rooms.some((other) => !belong(one, other)));
    return isClash ? [`${name}: ${rooms.join(", ")}`] : [];
  });

  expect(clashes).toEqual([]);
});
