import type { Door, Thing } from "../../wire/world";
import { hash } from "./chance";
import type { Mason } from "./mason";
import * as furniture from "./parts/furniture";
import * as plants from "./parts/plants";
import * as shell from "./parts/shell";
import * as stonework from "./parts/stonework";

type Build = (mason: Mason, thing: Thing, seed: number, doors: readonly Door[]) => void;

const KINDS: Readonly<Record<string, Build>> = {
  olive: (m, { size, variant }, seed) => plants.olive(m, size, variant, seed),
  cypress: (m, { size }, seed) => plants.cypress(m, size, seed),
  pine: (m, { size }, seed) => plants.pine(m, size, seed),
  laurel: (m, { size }, seed) => plants.laurel(m, size, seed),
  herbs: (m, { size, variant }, seed) => plants.herbs(m, size, variant, seed),
  planter: (m, { size, variant }, seed) => plants.planter(m, size, variant, seed),
  bench: (m, { size }) => furniture.bench(m, size),
  table: (m, { size, variant }) => furniture.table(m, size, variant),
  chair: (m, { size }) => furniture.chair(m, size),
  armchair: (m, { size, id }) =>
    furniture.armchair(m, size, id.startsWith("doctor") ? "#c9a57f" : "#86aeac"),
  sofa: (m, { size }) => furniture.sofa(m, size),
  couch: (m, { size }) => furniture.couch(m, size),
  shelf: (m, { size, variant }, seed) => furniture.shelf(m, size, variant, seed),
  desk: (m, { size }) => furniture.desk(m, size),
  lamp: (m, { size, variant }) => furniture.lamp(m, size, variant),
  rug: (m, { size, variant }) => furniture.rug(m, size, variant),
  painting: (m, { size, variant }) => furniture.painting(m, size, variant),
  hologram: (m, { size }) => furniture.hologramStand(m, size),
  amphora: (m, { size }) => furniture.amphora(m, size),
  notice: (m, { size }) => furniture.notice(m, size),
  column: (m, { size, variant }) => stonework.column(m, size, variant),
  beam: (m, { size }) => stonework.beam(m, size),
  balustrade: (m, { size, variant }) => stonework.balustrade(m, size, variant),
  parapet: (m, { size }) => stonework.parapet(m, size),
  steps: (m, { size }) => stonework.steps(m, size),
  stele: (m, { size }) => stonework.stele(m, size),
  fountain: (m, { size }) => stonework.fountain(m, size),
  waterwall: (m, { size }) => stonework.waterwall(m, size),
  rock: (m, { size }, seed) => stonework.rock(m, size, seed),
  jetty: (m, { size }) => stonework.jetty(m, size),
  bollard: (m, { size }) => stonework.bollard(m, size),
  boat: (m, { size }) => stonework.boat(m, size),
  sail: (m, { size }) => stonework.boat(m, size, true),
  pergola: (m, { size }) => stonework.pergola(m, size),
  wall: (m, thing, _seed, doors) => shell.wall(m, thing.size, thing.variant, gapsFor(thing, doors)),
  glass: (m, { size, variant }) => shell.glazing(m, size, variant),
  ceiling: (m, { size, variant }) => shell.ceiling(m, size, variant),
  floor: (m, { size, variant }) => shell.floor(m, size, variant),
};

/** Things that are not built of stuff but drawn by the land around. */
const FAR = new Set(["hills", "island"]);

/** Build one thing where it stands; what nobody drew is left out. */
export function buildThing(mason: Mason, thing: Thing, doors: readonly Door[]): void {
  const build = KINDS[thing.kind];
  if (!build || FAR.has(thing.kind)) return;
  const seed = hash(`${thing.kind} ${thing.position.join()}`);
  mason.in(thing.position, thing.yaw, () => build(mason, thing, seed, doors));
}

export function isDrawn(kind: string): boolean {
  return kind in KINDS || FAR.has(kind);
}

/** The openings that doors need in a wall which stands where they are. */
function gapsFor(wall: Thing, doors: readonly Door[]): shell.Gap[] {
  const [w, , d] = wall.size;
  const isAlongX = w >= d;
  const [long, thick] = isAlongX ? [w, d] : [d, w];
  const [cos, sin] = [Math.cos(wall.yaw), Math.sin(wall.yaw)];
  return doors.flatMap((door) => {
    const [dx, dz] = [door.position[0] - wall.position[0], door.position[2] - wall.position[2]];
    const [x, z] = [dx * cos - dz * sin, dx * sin + dz * cos];
    const [at, off] = isAlongX ? [x, z] : [-z, x];
    const isIn = Math.abs(off) < thick / 2 + 0.45 && Math.abs(at) < long / 2;
    return isIn ? [{ at, width: door.width + 0.16, height: door.height + 0.08 }] : [];
  });
}
