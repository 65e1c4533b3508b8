import { type BufferGeometry, Group, Mesh, type MeshLambertMaterial, Vector3 } from "three";
import type { Place } from "../../wire/world";
import { buildDoor } from "./doors";
import { Filled } from "./filled";
import { buildHouse } from "./house";
import { Lamps } from "./lamps";
import { buildLand, plantBushes, type Terrain, terrainOf } from "./land";
import { Mason, type Stuff } from "./mason";
import type { Materials } from "./materials";
import { Models } from "./models";
import { Contact, Paving, reachOf } from "./paving";
import { Sea } from "./sea";
import { bakeLight, type Light, pieces, refine, shadeCorners } from "./shade";
import { Signs } from "./signs";
import { Sky } from "./sky";
import { buildThing } from "./things";

const SOLID: readonly Stuff[] = ["stone", "wood", "floor", "cloth"];
const MUCH = 12000; // corners of triangles in one mesh
const PIECE_M = 30;
const SHADELESS: ReadonlySet<Stuff> = new Set(["glass", "glow", "water"]);

/** Everything of a place that stands still: built once from its file, one mesh for each stuff. */
export class PlaceScene {
  readonly root = new Group();
  readonly sky: Sky;
  readonly isInside: boolean;
  readonly signs: Signs;
  private readonly sea: Sea | null = null;
  private readonly owned: { dispose(): void }[] = [];

  constructor(
    readonly place: Place,
    private readonly materials: Materials,
  ) {
    this.isInside = place.things.some(({ kind }) => kind === "ceiling");
    const sunAnchor = place.anchors.find(({ id }) => id === "sun");
    const sun = new Vector3(...(sunAnchor?.position ?? [30, 40, 40]));
    const reach = this.isInside ? reachOf(place) + 4 : 46;
    const { tier, time } = this.materials;
    this.sky = new Sky({ sun, reach, isInside: this.isInside, tier }, time);
    const baked = tier === "plain" ? this.sky.light : null;
    this.root.add(this.sky.root);
    const terrain = terrainOf(place);
    const land = buildLand(terrain, baked);
    this.root.add(land);
    for (const child of land.children) if (child instanceof Mesh) this.own(child);
    if (place.sea_y !== null || !this.isInside) {
      const shore = { middle: [0, 0] as [number, number], radius: terrain.south };
      const y = place.sea_y ?? terrain.seaY;
      this.sea = new Sea(y, sun, shore, this.materials.ripples, time, tier);
      this.root.add(this.sea.root);
    }
    this.build(terrain, baked);
    if (!this.isInside) {
      const { map } = this.materials.of("stone") as MeshLambertMaterial;
      const paving = new Paving(place, map, baked);
      this.root.add(paving.root);
      this.owned.push(paving);
    }
    this.signs = new Signs(place.doors);
    this.root.add(this.signs.root);
    this.owned.push(this.signs);
    const lamps = new Lamps(place.lights, tier);
    const models = new Models(place.id, place.models);
    this.root.add(lamps.root, models.root);
    this.owned.push(lamps, models);
    const contact = new Contact(place, this.isInside, baked);
    this.root.add(contact.root);
    this.owned.push(contact);
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
    for (const [stuff, geometry] of made) this.stand(stuff, geometry);
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
      this.root.add(mesh);
    }
  }

  private own(mesh: Mesh): void {
    this.owned.push(mesh.geometry);
    for (const material of [mesh.material].flat()) this.owned.push(material);
  }

  /** Draw the place; where one sees a room of one's own, only the light stays. */
  showRoom(isShown: boolean): void {
    for (const child of this.root.children) child.visible = isShown;
    this.sky.root.visible = true;
    this.sky.showDome(isShown);
  }

  update(dt: number): void {
    this.materials.update(dt);
  }

  dispose(): void {
    this.sky.dispose();
    this.sea?.dispose();
    for (const thing of this.owned) thing.dispose();
  }
}
