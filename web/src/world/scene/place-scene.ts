import { type BufferGeometry, Color, Group, Mesh, type MeshLambertMaterial } from "three";
import type { Place } from "../../wire/world";
import { type Daylight, daylight, type Spot, sunTurn } from "./daylight";
import { buildDoor } from "./doors";
import { Filled } from "./filled";
import { MORNING_H } from "./hours";
import { buildHouse } from "./house";
import { type Lamp, Lamplight, lampsOf, shineOn } from "./lamplight";
import { Lamps } from "./lamps";
import { buildLand, plantBushes, showLand, type Terrain, terrainOf } from "./land";
import { Mason, type Stuff } from "./mason";
import { LAMPLIT, type Materials } from "./materials";
import { Models } from "./models";
import { Contact, Paving, reachOf } from "./paving";
import { Sea } from "./sea";
import { bakeLight, type Light, pieces, refine, shadeCorners } from "./shade";
import { Signs } from "./signs";
import { Sky } from "./sky";
import { buildThing } from "./things";

const SOLID: readonly Stuff[] = ["stone", "wood", "floor", "cloth", "pane"];
const LIT_PANE = 1.5; // how bright a window is when the lamps are up
const MUCH = 12000; // corners of triangles in one mesh
const PIECE_M = 30;
const SHADELESS: ReadonlySet<Stuff> = new Set(["glass", "glow", "water"]);

const LOOK_AGAIN_S = 20; // how often the light follows the clock

/** Everything of a place that stands still: built once from its file, one mesh for each stuff. */
export class PlaceScene {
  readonly root = new Group();
  /** All of it but the sky. */
  private readonly room = new Group();
  readonly sky: Sky;
  readonly isInside: boolean;
  readonly signs: Signs;
  private readonly spot: Spot;
  private readonly land: Group;
  private readonly sea: Sea | null = null;
  private readonly paving: Paving | null = null;
  private readonly lamps: readonly Lamp[];
  private readonly lamplight: Lamplight;
  private readonly owned: { dispose(): void }[] = [];
  private waited_s = 0;

  /** @param hour the hour of the day that the place shows, 0…24. */
  constructor(
    readonly place: Place,
    private readonly materials: Materials,
    private readonly hour: () => number,
  ) {
    this.isInside = place.things.some(({ kind }) => kind === "ceiling");
    this.spot = { turn: sunsTurn(place), isInside: this.isInside };
    const day = daylight(hour(), this.spot);
    const reach = this.isInside ? reachOf(place) + 4 : 46;
    const { tier, time } = this.materials;
    this.sky = new Sky(day, { reach, isInside: this.isInside, tier }, time);
    const baked = tier === "plain" ? this.sky.light : null;
    this.root.add(this.sky.root, this.room);
    const terrain = terrainOf(place);
    this.land = buildLand(terrain, baked);
    this.room.add(this.land);
    for (const child of this.land.children) if (child instanceof Mesh) this.own(child);
    if (place.sea_y !== null || !this.isInside) {
      const shore = { middle: [0, 0] as [number, number], radius: terrain.south };
      const y = place.sea_y ?? terrain.seaY;
      this.sea = new Sea(y, shore, this.materials.ripples, time, tier);
      this.room.add(this.sea.root);
    }
    this.lamps = lampsOf(place, this.isInside);
    this.lamplight = new Lamplight(this.lamps, this.isInside);
    this.room.add(this.lamplight.pools, this.lamplight.halos);
    this.build(terrain, baked);
    if (!this.isInside) {
      const { map } = this.materials.of("stone") as MeshLambertMaterial;
      this.paving = new Paving(place, map, baked);
      this.room.add(this.paving.root);
      this.owned.push(this.paving);
    }
    this.signs = new Signs(place.doors);
    this.room.add(this.signs.root);
    const lights = new Lamps(place.lights, tier);
    const models = new Models(place.id, place.models);
    this.room.add(lights.root, models.root);
    this.owned.push(lights, models);
    const contact = new Contact(place, this.isInside, baked);
    this.room.add(contact.root);
    this.owned.push(this.signs, contact, this.lamplight);
    this.show(day);
  }

  /** Let it be the hour that the clock says. */
  tellTime(): void {
    this.waited_s = 0;
    this.show(daylight(this.hour(), this.spot));
  }

  private show(day: Daylight): void {
    const since = lightSince(this.sky.light, day);
    this.sky.show(day);
    this.sea?.show(day);
    showLand(this.land, day, this.materials.tier === "plain" ? since : null);
    this.paving?.show(day);
    this.lamplight.turn(day.lamps);
    this.materials.show(day, this.isInside, since);
  }

  private build(terrain: Terrain, baked: Light | null): void {
    const { place } = this;
    const mason = new Mason(baked ? 0.55 : 1);
    for (const thing of place.things) buildThing(mason, thing, place.doors);
    for (const house of place.buildings) buildHouse(mason, house);
    for (const door of place.doors) buildDoor(mason, door);
    plantBushes(mason, terrain, this.isInside ? 130 : baked ? 70 : 520);
    const made = mason.finish();
    for (const stuff of SOLID) {
      const coarse = made.get(stuff);
      if (coarse) made.set(stuff, refine(coarse, (this.isInside ? 0.9 : 1.5) * (baked ? 1.5 : 1)));
    }
    const solid = SOLID.flatMap((stuff) => made.get(stuff) ?? []);
    const filled = new Filled(solid);
    for (const geometry of solid) {
      shadeCorners(geometry, filled, this.isInside ? 0.5 : 0.68);
      if (baked) bakeLight(geometry, baked, filled);
    }
    const leaves = made.get("leaf");
    if (leaves && baked) bakeLight(leaves, baked, null, true);
    for (const [stuff, geometry] of made) {
      if (LAMPLIT.includes(stuff)) shineOn(geometry, this.lamps, stuff === "pane" ? LIT_PANE : 0);
      this.stand(stuff, geometry);
    }
  }

  /** Stand what was built, in pieces where it is much: what lies behind us is not drawn. */
  private stand(stuff: Stuff, geometry: BufferGeometry): void {
    const isMuch = (geometry.getIndex()?.count ?? 0) > MUCH;
    for (const piece of isMuch ? pieces(geometry, PIECE_M) : [geometry]) {
      const mesh = new Mesh(piece, this.materials.of(stuff));
      mesh.name = stuff;
      mesh.castShadow = !SHADELESS.has(stuff);
      mesh.receiveShadow = !SHADELESS.has(stuff) && stuff !== "leaf"; // leaves shade themselves
      if (stuff === "glass") mesh.renderOrder = 3;
      mesh.matrixAutoUpdate = false;
      this.owned.push(piece);
      this.room.add(mesh);
    }
  }

  private own(mesh: Mesh): void {
    this.owned.push(mesh.geometry);
    for (const material of [mesh.material].flat()) this.owned.push(material);
  }

  /** Draw the place; where one sees a room of one's own, only the light stays. */
  showRoom(isShown: boolean): void {
    this.room.visible = isShown; // its parts come and go with the hour
    this.sky.showHeavens(isShown);
  }

  update(dt: number): void {
    this.materials.update(dt);
    this.waited_s += dt;
    if (this.waited_s > LOOK_AGAIN_S) this.tellTime();
  }

  dispose(): void {
    this.sky.dispose();
    this.sea?.dispose();
    for (const thing of this.owned) thing.dispose();
  }
}

/** How far the sun's way is turned, so that in the morning it stands where the place says. */
function sunsTurn(place: Place): number {
  const [x, , z] = place.anchors.find(({ id }) => id === "sun")?.position ?? [30, 40, 40];
  return Math.atan2(x, z) - sunTurn(MORNING_H);
}

/** How much lighter it has become since light was worked into the colours. */
function lightSince({ sun, above, below }: Light, day: Daylight): Color {
  const sum = (key: Color, up: Color, down: Color) =>
    key.clone().multiplyScalar(0.8).add(up).add(down);
  const was = sum(sun, above, below).multiplyScalar(Math.PI);
  const is = sum(day.key, day.above, day.below);
  return new Color(is.r / was.r, is.g / was.g, is.b / was.b);
}
