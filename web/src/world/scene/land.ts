import {
  BufferAttribute,
  BufferGeometry,
  Color,
  DoubleSide,
  Group,
  Mesh,
  MeshBasicMaterial,
  MeshLambertMaterial,
  Vector3,
} from "three";
import type { Thing } from "../../wire/world";
import { Chance, noise } from "./chance";
import type { Daylight } from "./daylight";
import type { Mason } from "./mason";
import { mixed } from "./materials";
import { LEAVES } from "./pictures";
import { bakeLight, type Light } from "./shade";

/** What lies around a place. */
export interface Terrain {
  /** Level to this far from the middle [m], at height `y`. */
  readonly level: number;
  /** Where the drawn land begins: what lies nearer is paved, or a floor. */
  readonly start: number;
  readonly y: number;
  /** Where the water begins, towards south and towards the sides [m]. */
  readonly south: number;
  readonly sides: number;
  readonly seaY: number;
  /** Level quays [x0, z0, x1, z1, y] that cut into the shore. */
  readonly quays: readonly (readonly [number, number, number, number, number])[];
}

const TURNS = 112;
const RINGS = 46;
const FAR = 330;

/** How far the shore lies in this direction (0 is south, π north). */
export function shoreAt(terrain: Terrain, turn: number): number {
  const north = -Math.cos(turn);
  const wobble = 1 + 0.06 * Math.sin(turn * 3 + 1) + 0.04 * Math.sin(turn * 7 + 2);
  const side =
    terrain.south + (terrain.sides - terrain.south) * Math.min(1, Math.max(0, north + 1));
  if (north < 0.1) return side * wobble;
  const inland = Math.min(1, (north - 0.1) / 0.5);
  return (side + (FAR - side) * inland * inland) * wobble;
}

/** How high the land is [m]. */
export function landAt(terrain: Terrain, x: number, z: number): number {
  const far = Math.hypot(x, z);
  const turn = Math.atan2(x, z);
  for (const [x0, z0, x1, z1, y] of terrain.quays) {
    if (x > x0 && x < x1 && z > z0 && z < z1) return y - 0.3;
  }
  if (far <= terrain.level) return terrain.y;
  const shore = shoreAt(terrain, turn);
  const share = (far - terrain.level) / Math.max(1, shore - terrain.level);
  const bump = noise(x * 0.16, z * 0.16, 4096, 3) - 0.5;
  if (share > 1) return terrain.seaY - 0.4 - (share - 1) * 9;
  const down = share * share * (3 - 2 * share);
  const low =
    terrain.y + (terrain.seaY - 0.1 - terrain.y) * down + bump * 0.5 * Math.min(1, share * 4);
  return low + hillAt(x, z);
}

/** The hills inland: ridges that rise behind one another. */
function hillAt(x: number, z: number): number {
  const inland = Math.max(0, -z - 40);
  if (inland <= 0) return 0;
  const rise = Math.min(1, inland / 95);
  const ridges =
    0.62 * noise(x * 0.011 + 7, z * 0.011, 4096, 11) + 0.38 * noise(x * 0.031, z * 0.031, 4096, 12);
  const valley = 0.35 + 0.65 * Math.min(1, Math.abs(x - 10) / 90);
  return rise * rise * (5 + 40 * ridges * valley);
}

const GRASS = new Color("#b3b389");
const SCRUB = new Color("#8c9a6b");
const DRY = new Color("#d2c296");
const SAND = new Color("#e6d6b4");
const ROCK = new Color("#b8a88f");

/** The ground around a place: level, then down to the shore or up into hills. */
export function buildLand(terrain: Terrain, baked: Light | null): Group {
  const root = new Group();
  const geometry = new BufferGeometry();
  const at: number[] = [];
  const colour: number[] = [];
  const tone = new Color();
  for (let ring = 0; ring <= RINGS; ring++) {
    const t = ring / RINGS;
    const far = ringAt(terrain, t);
    for (let i = 0; i <= TURNS; i++) {
      const turn = (i / TURNS) * 2 * Math.PI;
      const [x, z] = [Math.sin(turn) * far, Math.cos(turn) * far];
      const y = landAt(terrain, x, z);
      at.push(x, y, z);
      const patch = noise(x * 0.09, z * 0.09, 4096, 5);
      const fine = noise(x * 0.6, z * 0.6, 4096, 6);
      tone.copy(GRASS).lerp(SCRUB, Math.min(1, Math.max(0, patch * 1.7 - 0.45)));
      tone.lerp(DRY, Math.max(0, fine - 0.45) * 0.9);
      const near = Math.min(1, Math.max(0, (y - terrain.seaY) / 1.3));
      tone.lerp(SAND, (1 - near) * 0.9);
      if (y > 14) tone.lerp(ROCK, Math.min(0.55, (y - 14) / 60));
      colour.push(tone.r, tone.g, tone.b);
    }
  }
  const index: number[] = [];
  const row = TURNS + 1;
  for (let ring = 0; ring < RINGS; ring++) {
    for (let i = 0; i < TURNS; i++) {
      const a = ring * row + i;
      index.push(a, a + row, a + 1, a + 1, a + row, a + row + 1);
    }
  }
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(at), 3));
  geometry.setAttribute("color", new BufferAttribute(new Float32Array(colour), 3));
  geometry.setIndex(index);
  geometry.computeVertexNormals();
  if (baked) bakeLight(geometry, baked, null);
  const Material = baked ? MeshBasicMaterial : MeshLambertMaterial;
  const ground = new Mesh(geometry, new Material({ vertexColors: true }));
  ground.name = "land";
  ground.renderOrder = 5;
  ground.receiveShadow = true;
  root.add(ground, distance());
  return root;
}

function ringAt(terrain: Terrain, t: number): number {
  return terrain.start + (FAR - terrain.start) * t ** 2.3;
}

/** How high the drawn land is there: between its points it is flat. */
function drawnAt(terrain: Terrain, x: number, z: number): number {
  const far = Math.hypot(x, z);
  const { start } = terrain;
  const ring = Math.max(0, (far - start) / (FAR - start)) ** (1 / 2.3) * RINGS;
  const turn = ((Math.atan2(x, z) / (2 * Math.PI)) * TURNS + TURNS) % TURNS;
  const [r0, t0] = [Math.floor(ring), Math.floor(turn)];
  const at = (r: number, t: number) => {
    const [out, way] = [ringAt(terrain, r / RINGS), (t / TURNS) * 2 * Math.PI];
    return landAt(terrain, Math.sin(way) * out, Math.cos(way) * out);
  };
  const near = at(r0, t0) + (at(r0, t0 + 1) - at(r0, t0)) * (turn - t0);
  const beyond = at(r0 + 1, t0) + (at(r0 + 1, t0 + 1) - at(r0 + 1, t0)) * (turn - t0);
  const [f0, f1] = [ringAt(terrain, r0 / RINGS), ringAt(terrain, (r0 + 1) / RINGS)];
  return near + ((beyond - near) * (far - f0)) / Math.max(1e-6, f1 - f0);
}

/** Bushes strewn over the land, thicker on the hills; they stand in for woods seen from afar. */
export function plantBushes(mason: Mason, terrain: Terrain, count: number): void {
  const chance = new Chance(77);
  for (let i = 0; i < count; i++) {
    const turn = Math.PI + chance.between(-1, 1) * Math.PI * 0.62;
    const far = terrain.level + 2.5 + chance.next() ** 1.7 * 170;
    const [x, z] = [Math.sin(turn) * far, Math.cos(turn) * far];
    const y = drawnAt(terrain, x, z);
    const grove = noise(x * 0.05, z * 0.05, 4096, 8);
    if (y < terrain.seaY + 0.7 || grove < 0.4) continue;
    const size = chance.between(0.55, 1.25) * (1 + far / 120);
    const isTall = chance.next() < 0.2;
    const cards = far < 60 ? 5 : 3;
    for (let k = 0; k < cards; k++) {
      const way = (k / cards) * Math.PI + chance.next();
      const right = new Vector3(Math.cos(way), 0, Math.sin(way)).multiplyScalar(
        size * (isTall ? 0.7 : 1),
      );
      const up = new Vector3(0, isTall ? size * 1.9 : size * 0.8, 0);
      const out = new Vector3(-right.z * 0.5, 1, right.x * 0.5).normalize();
      mason.of("leaf", mixed("#8b9b6c", "#b9c193", chance.next()));
      mason.card(
        [
          x + chance.between(-0.3, 0.3) * size,
          y + up.y * 0.62,
          z + chance.between(-0.3, 0.3) * size,
        ],
        right,
        up,
        out,
        isTall ? LEAVES.needle : LEAVES.broad,
        0,
        chance.between(0.75, 1),
      );
    }
  }
}

/** Far ridges and islands in the haze: flat, pale, without light of their own. */
function distance(): Mesh {
  const at: number[] = [];
  const colour: number[] = [];
  const index: number[] = [];
  const layers: [number, number, number, number, number, string][] = [
    // distance, from, to (turn from south), height, seed, colour
    [1500, Math.PI * 0.62, Math.PI * 1.5, 120, 5, "#c3d0d0"],
    [1050, Math.PI * 0.74, Math.PI * 1.36, 92, 9, "#adc0bd"],
    [1350, -0.98, -0.42, 74, 14, "#c9d4d4"],
    [1700, 0.34, 0.8, 88, 21, "#cfd9d8"],
    [1150, 1.3, 1.55, 40, 25, "#bccbca"],
  ];
  for (const [far, from, to, height, seed, tone] of layers) {
    const light = new Color(tone);
    const pale = light.clone().lerp(new Color("#ece5d8"), 0.75);
    const start = at.length / 3;
    const steps = 72;
    for (let i = 0; i <= steps; i++) {
      const t = i / steps;
      const turn = from + (to - from) * t;
      const ends = Math.sin(Math.PI * t) ** 0.45;
      const up =
        height *
        ends *
        (0.25 + 0.55 * noise(t * 6 + seed, 0.5, 4096, seed) + 0.2 * noise(t * 21, 0.5, 4096, seed));
      at.push(Math.sin(turn) * far, -6, Math.cos(turn) * far);
      colour.push(pale.r, pale.g, pale.b);
      at.push(Math.sin(turn) * far, up, Math.cos(turn) * far);
      colour.push(light.r, light.g, light.b);
    }
    for (let i = 0; i < steps; i++) {
      const a = start + i * 2;
      index.push(a, a + 2, a + 3, a, a + 3, a + 1);
    }
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(at), 3));
  geometry.setAttribute("color", new BufferAttribute(new Float32Array(colour), 3));
  geometry.setIndex(index);
  const material = new MeshBasicMaterial({ vertexColors: true, fog: false, side: DoubleSide });
  const mesh = new Mesh(geometry, material);
  mesh.name = "distance";
  mesh.renderOrder = 8;
  return mesh;
}

const FAR_HAZE = new Color("#dde3de");

type Ground = Mesh<BufferGeometry, MeshBasicMaterial>;

/**
 * Let it be another hour: the hills far away are seen through its air.
 *
 * @param since how much lighter it has become, where light is worked into the colours.
 */
export function showLand(land: Group, { horizon, low }: Daylight, since: Color | null): void {
  const [ground, hills] = ["land", "distance"].map((name) => land.getObjectByName(name) as Ground);
  const air = horizon.clone().lerp(low, 0.35);
  hills?.material.color.setRGB(air.r / FAR_HAZE.r, air.g / FAR_HAZE.g, air.b / FAR_HAZE.b);
  if (since) ground?.material.color.copy(since);
}

/** The terrain of a place: what its ground and its things say lies around it. */
export function terrainOf(place: {
  id: string;
  sea_y: number | null;
  things: readonly Thing[];
}): Terrain {
  const seaY = place.sea_y ?? -1.7;
  const quays = place.things
    .filter(({ kind }) => kind === "steps")
    .map(({ position: [x, y, z], size: [w, , d] }) => {
      return [x - w / 2 - 1, z - d / 2 - 1, x + w / 2 + 1, z + d / 2 + 4.4, y] as const;
    });
  if (place.id === "plaza")
    return { level: 30.4, start: 27.5, y: -0.25, south: 34, sides: 44, seaY, quays };
  if (place.id === "home")
    return { level: 8.6, start: 0.5, y: -0.3, south: 15, sides: 26, seaY, quays };
  if (place.id === "clinic")
    return { level: 26, start: 0.5, y: -0.14, south: 60, sides: 64, seaY, quays };
  return { level: 20, start: 0.5, y: -0.14, south: 70, sides: 70, seaY, quays };
}
