import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

interface Budget {
  /** Before the first page shows [kB gzipped]. */
  readonly first_kb: number;
  /** Before the first place in three dimensions appears [kB gzipped]. */
  readonly all_kb: number;
}

/** Stops a build that newcomers would have to wait for, and one whose first page needs three. */
export function budget({ first_kb, all_kb }: Budget): Plugin {
  return {
    name: "budget",
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((each) => each.type === "chunk");
      const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
      const first = new Set(chunks.filter((chunk) => chunk.isEntry).map((chunk) => chunk.fileName));
      for (const name of first) for (const next of byName.get(name)?.imports ?? []) first.add(next);
      // Of the languages one is read, and none is small.
      const words = [...byName.keys()].filter((name) => /\/(en|zh-CN)-/.test(name));
      const size = (names: Iterable<string>): number =>
        [...names].reduce((sum, name) => sum + gzipSync(byName.get(name)?.code ?? "").length, 0) /
        1024;
      const late = [...first].find((name) => /three|WorldView/.test(name));
      if (late) this.error(`The first page needs ${late}.`);
      const ring = circle(byName);
      if (ring) this.error(`These chunks need each other, so one starts too soon: ${ring}.`);
      for (const [what, kb, most] of [
        ["first page", size(first) + Math.max(...words.map((name) => size([name]))), first_kb],
        ["client", size(byName.keys()), all_kb],
      ] as const) {
        const words = `The ${what} is ${Math.round(kb)} kB gzipped`;
        if (kb > most) this.error(`${words}, more than ${most}.`);
        this.info(`${words} of ${most}.`);
      }
    },
  };
}

/** Chunks that import each other in a circle, the first again at the end. */
function circle(chunks: ReadonlyMap<string, { readonly imports: string[] }>): string | undefined {
  const done = new Set<string>();
  const follow = (name: string, way: readonly string[]): string | undefined => {
    if (way.includes(name)) return [...way.slice(way.indexOf(name)), name].join(" → ");
    if (done.has(name)) return undefined;
    for (const next of chunks.get(name)?.imports ?? []) {
      const found = follow(next, [...way, name]);
      if (found) return found;
    }
    done.add(name);
    return undefined;
  };
  for (const name of chunks.keys()) {
    const found = follow(name, []);
    if (found) return found;
  }
  return undefined;
}
