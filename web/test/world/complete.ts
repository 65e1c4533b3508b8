import type { Anchor, Building, Door, Place, Thing } from "../../src/wire/world";

const HOUSE: Partial<Building> = { yaw: 0 };
const ANCHOR: Partial<Anchor> = { yaw: 0, size: [0, 0, 0] };
const DOOR: Partial<Door> = { yaw: 0, to: null, closed_reason_key: "", building: "" };
const THING: Partial<Thing> = { yaw: 0, id: "", variant: "", blocks: "", footprint: null };

/** Fill in what the house fills in when it reads a place file. */
export function complete(raw: Place): Place {
  return {
    ...raw,
    sea_y: raw.sea_y ?? null,
    anchors: (raw.anchors ?? []).map((anchor) => ({ ...ANCHOR, ...anchor })),
    buildings: (raw.buildings ?? []).map((house) => ({ ...HOUSE, ...house })),
    doors: (raw.doors ?? []).map((door) => ({ ...DOOR, ...door })),
    things: (raw.things ?? []).map((thing) => ({ ...THING, ...thing })),
    obstacles: [],
    fixtures: [],
    lights: [],
    models: [],
    seats: [],
  } as Place;
}
