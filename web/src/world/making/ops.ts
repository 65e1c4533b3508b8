import type { Doc, Entry, Part, Point } from "./parts";
import { positionOf, sizeOf, yawOf } from "./parts";

/** One thing that is done to a place: the place after it. */
export type Op = (doc: Doc) => Doc;

const LEAST_M = 0.05;
const MOST_M = 240;
export const TURN = Math.PI / 12;

/** The nearest point of the grid; 0 is no grid, and millimetres are kept. */
export function snapped(value: number, grid: number): number {
  const near = grid > 0 ? Math.round(value / grid) * grid : value;
  return Math.round(near * 1000) / 1000;
}

/** An angle between −π and π, in thousandths. */
export function wound(yaw: number): number {
  const round = 2 * Math.PI;
  const turned = ((((yaw + Math.PI) % round) + round) % round) - Math.PI;
  return Math.round(turned * 1000) / 1000;
}

function within(value: number, least: number, most: number): number {
  return Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : least;
}

function changed(key: string, change: (part: Part) => Part): Op {
  return (doc) => ({
    ...doc,
    entries: doc.entries.map((one) => (one.key === key ? { key, part: change(one.part) } : one)),
  });
}

function with_<P extends Part>(part: P, changes: object): P {
  return { ...part, value: { ...part.value, ...changes } };
}

export function put(key: string, [x, y, z]: Point): Op {
  const at: Point = [within(x, -MOST_M, MOST_M), within(y, -50, 100), within(z, -MOST_M, MOST_M)];
  return changed(key, (part) =>
    part.kind === "bounds"
      ? with_(part, { center: [at[0], at[2]], y: at[1] })
      : with_(part, { position: at }),
  );
}

/** Move by so much, onto the grid. */
export function move(doc: Doc, key: string, by: Point, grid: number): Op {
  const entry = find(doc, key);
  if (!entry) return (same) => same;
  const [x, y, z] = positionOf(entry.part);
  const to = (from: number, step: number) => (step === 0 ? from : snapped(from + step, grid));
  return put(key, [to(x, by[0]), to(y, by[1]), to(z, by[2])]);
}

export function turn(key: string, by: number): Op {
  return changed(key, (part) => face(part, yawOf(part) + by));
}

export function turnTo(key: string, yaw: number): Op {
  return changed(key, (part) => face(part, yaw));
}

function face(part: Part, yaw: number): Part {
  const hasNone = part.kind === "lights" || (part.kind === "bounds" && part.value.kind !== "box");
  return hasNone ? part : with_(part, { yaw: wound(yaw) });
}

/** Give it a width, a height and a depth [m]. */
export function resize(key: string, [wide, high, deep]: Point): Op {
  const [w, h, d] = [wide, high, deep].map((m) => snapped(within(m, LEAST_M, MOST_M), 0)) as [
    number,
    number,
    number,
  ];
  return changed(key, (part) => {
    switch (part.kind) {
      case "things":
        return with_(part, { size: [w, h, d] });
      case "doors":
        return with_(part, { width: within(w, 0.6, 8), height: within(h, 1.6, 8) });
      case "models":
        return with_(part, { size: within(w, LEAST_M, 40) });
      case "bounds":
        return part.value.kind === "box"
          ? with_(part, { size: [w, d] })
          : with_(part, { radius: w / 2 });
      case "fixtures": {
        const { state } = part.value;
        if (state.kind !== "board") return part;
        const size = { width: within(w, 0.6, 4), height: within(h, 0.4, 2.4) };
        return with_(part, { state: { ...state, ...size } });
      }
      default:
        return part;
    }
  });
}

/** Make it larger or smaller on all sides. */
export function scale(doc: Doc, key: string, by: number): Op {
  const entry = find(doc, key);
  const size = entry && sizeOf(entry.part);
  return size ? resize(key, [size[0] * by, size[1] * by, size[2] * by]) : (same) => same;
}

/** Change single fields of a part, such as where a door leads. */
export function set(key: string, fields: object): Op {
  return changed(key, (part) => with_(part, fields));
}

/** Change single fields of the place itself. */
export function setAbout(fields: Partial<Doc["about"]>): Op {
  return (doc) => ({ ...doc, about: { ...doc.about, ...fields } });
}

export function add(part: Part): Op {
  return (doc) => ({
    ...doc,
    entries: [...doc.entries, { key: `part-${doc.next}`, part: named(doc, part) }],
    next: doc.next + 1,
  });
}

/** The same once more, a little aside; of where people arrive there is one. */
export function copy(doc: Doc, key: string, aside: number): Op {
  const entry = find(doc, key);
  if (!entry || entry.part.kind === "spawn") return (same) => same;
  const [x, y, z] = positionOf(entry.part);
  const to: Point = [snapped(x + aside, 0), y, snapped(z + aside, 0)];
  return (before) => {
    const after = add(entry.part)(before);
    return put(`part-${before.next}`, to)(after);
  };
}

export function remove(key: string): Op {
  return (doc) => ({
    ...doc,
    entries: doc.entries.filter((one) => one.key !== key || one.part.kind === "spawn"),
  });
}

export function find(doc: Doc, key: string): Entry | undefined {
  return doc.entries.find((one) => one.key === key);
}

/** With a name that no other of its kind has, where it needs one. */
function named(doc: Doc, part: Part): Part {
  if (part.kind === "things" || part.kind === "bounds" || part.kind === "spawn") return part;
  const taken = new Set(
    doc.entries.flatMap(({ part: one }) =>
      one.kind === part.kind && "id" in one.value ? [one.value.id] : [],
    ),
  );
  const stem = part.value.id.replace(/-\d+$/, "") || part.kind;
  let id = part.value.id;
  for (let n = 1; taken.has(id) || !id; n++) id = `${stem}-${n}`;
  return with_(part, { id });
}
