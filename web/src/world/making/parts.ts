import type {
  Box,
  Circle,
  Door,
  Fixture,
  Light,
  Place,
  PlacedModel,
  Spawn,
  Thing,
} from "../../wire/world";

export type Point = readonly [number, number, number];

/** What one can take hold of in a place, with what its file says of it. */
export type Part =
  | { readonly kind: "spawn"; readonly value: Spawn }
  | { readonly kind: "bounds"; readonly value: Box | Circle }
  | { readonly kind: "doors"; readonly value: Door }
  | { readonly kind: "things"; readonly value: Thing }
  | { readonly kind: "fixtures"; readonly value: Fixture }
  | { readonly kind: "lights"; readonly value: Light }
  | { readonly kind: "models"; readonly value: PlacedModel };
export type PartKind = Part["kind"];

/** A part under a key of its own, which it keeps whatever is done to it. */
export interface Entry {
  readonly key: string;
  readonly part: Part;
}

type Listed = Exclude<PartKind, "spawn">;
const LISTED: readonly Listed[] = ["bounds", "doors", "things", "fixtures", "lights", "models"];

/** All of a place that is not taken hold of. */
export type About = Omit<Place, PartKind | "seats">;

/** A place as one edits it. A value: whoever changes it makes another. */
export interface Doc {
  readonly about: About;
  readonly entries: readonly Entry[];
  /** The number of the next key. */
  readonly next: number;
}

export function docOf(place: Place): Doc {
  const { spawn, bounds, doors, things, fixtures, lights, models, seats: _, ...about } = place;
  const lists = { bounds, doors, things, fixtures, lights, models };
  const parts: Part[] = [{ kind: "spawn", value: spawn }];
  for (const kind of LISTED) for (const value of lists[kind]) parts.push({ kind, value } as Part);
  const entries = parts.map((part, n) => ({ key: `part-${n}`, part }));
  return { about, entries, next: entries.length };
}

export function placeOf(doc: Doc): Place {
  const of = <K extends PartKind>(kind: K) =>
    doc.entries.flatMap(({ part }) => (part.kind === kind ? [part.value] : [])) as Extract<
      Part,
      { kind: K }
    >["value"][];
  const [spawn] = of("spawn");
  if (!spawn) throw new Error("A place has a spot where people arrive.");
  return {
    ...doc.about,
    spawn,
    bounds: of("bounds"),
    doors: of("doors"),
    things: of("things"),
    fixtures: of("fixtures"),
    lights: of("lights"),
    models: of("models"),
    seats: [],
  };
}

/** The path of a part in the place file, as what is wrong is told by it. */
export function pathOf(doc: Doc, key: string): string {
  const entry = doc.entries.find((one) => one.key === key);
  if (!entry) return "";
  if (entry.part.kind === "spawn") return "spawn";
  const same = doc.entries.filter(({ part }) => part.kind === entry.part.kind);
  return `${entry.part.kind}[${same.indexOf(entry)}]`;
}

export function positionOf({ kind, value }: Part): Point {
  if (kind === "bounds") return [value.center[0], value.y, value.center[1]];
  return value.position;
}

export function yawOf({ value }: Part): number {
  return "yaw" in value ? value.yaw : 0;
}

/** Width, height and depth [m]; of what has none, null. */
export function sizeOf({ kind, value }: Part): Point | null {
  switch (kind) {
    case "things":
      return value.size;
    case "doors":
      return [value.width, value.height, 0.2];
    case "models":
      return [value.size, value.size, value.size];
    case "bounds":
      return value.kind === "box"
        ? [value.size[0], 0, value.size[1]]
        : [value.radius * 2, 0, value.radius * 2];
    case "fixtures":
      return value.state.kind === "board" ? [value.state.width, value.state.height, 0.05] : null;
    default:
      return null;
  }
}
