import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

/** Rows from the ground up; a room may import any row below it, never its own, never one above. */
const ROWS = [
  ["wire"],
  ["kit"],
  ["identity", "ledger"],
  ["records", "market", "council", "share"],
  ["devices", "twin", "world"],
  ["clinic", "surgery", "academy", "arcade"],
  ["app"],
  ["texts"],
  ["main.tsx"],
];
const SRC = resolve(import.meta.dirname, "../../src");
const IMPORT = /(?:from\s+|import\s+|import\()\s*"(\.[^"]+)"/g;

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((f) =>
  /\.tsx?$/.test(f),
);

function rowOf(room: string): number {
  return ROWS.findIndex((row) => row.includes(room));
}

function roomOf(path: string): string {
  return path.split("/")[0] ?? "";
}

function importsOf(file: string): string[] {
  const code = readFileSync(join(SRC, file), "utf8");
  return [...code.matchAll(IMPORT)].map((m) =>
    relative(SRC, resolve(SRC, dirname(file), m[1] ?? "")),
  );
}

/** What an import from `room` to the path `to` breaks, or "". */
function broken(room: string, to: string): string {
  const target = roomOf(to);
  if (target === room) return "";
  if (rowOf(target) < 0) return `${target} is in no row`;
  if (rowOf(target) < rowOf(room)) return "";
  return `${room} may not import ${target}`;
}

describe("the arrows between the rooms of the client", () => {
  test("every room is drawn", () => {
    const rooms = new Set(files.map(roomOf));

    expect([...rooms].filter((room) => rowOf(room) < 0)).toEqual([]);
  });

  test.each(files)("%s imports only from the rows below", (file) => {
    const wrong = importsOf(file).flatMap((to) => broken(roomOf(file), to) || []);

    expect(wrong).toEqual([]);
  });

  test("an arrow that points up is found", () => {
    expect(broken("kit", "clinic/Room")).not.toBe("");
    expect(broken("twin", "world/WorldView")).not.toBe("");
    expect(broken("clinic", "records/subject")).toBe("");
  });
});
