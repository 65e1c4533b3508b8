import {
  BoxGeometry,
  CircleGeometry,
  ConeGeometry,
  DoubleSide,
  Group,
  Mesh,
  MeshBasicMaterial,
  type Object3D,
  PlaneGeometry,
  RingGeometry,
} from "three";
import type { Box, Circle, Door, Light, Spawn, Thing } from "../../wire/world";
import { buildDoor } from "../scene/doors";
import { Lamps } from "../scene/lamps";
import { Mason } from "../scene/mason";
import type { Materials } from "../scene/materials";
import { Models } from "../scene/models";
import { bakeLight, type Light as Sunlight } from "../scene/shade";
import { buildThing } from "../scene/things";
import { shapeOf } from "../things/shapes";
import type { Part } from "./parts";

/** A part as it is drawn, at the origin. */
export interface Built {
  readonly root: Object3D;
  dispose(): void;
}

export interface Stuffs {
  readonly doors: readonly Door[];
  readonly materials: Materials;
  readonly light: Sunlight | null;
  /** The id of the place, where the bytes of its models are. */
  readonly place: string;
}

const LOW_M = 1.15; // walls are cut off here, so that one sees into a room
const OVERHEAD = new Set(["ceiling", "pergola", "beam"]);
const CUT = new Set(["wall", "glass"]);
const TEAL = "#1c8f8b";

export function builtOf(part: Part, stuffs: Stuffs): Built {
  switch (part.kind) {
    case "spawn":
      return spawnPiece(part.value);
    case "bounds":
      return groundPiece(part.value);
    case "doors":
      return masonry(stuffs, (mason) => buildDoor(mason, { ...part.value, position: [0, 0, 0] }));
    case "things":
      return thingPiece(part.value, stuffs);
    case "lights":
      return lampPiece(part.value, stuffs);
    case "models": {
      const made = new Models(stuffs.place, [{ ...part.value, position: [0, 0, 0] }]);
      return made;
    }
    case "fixtures": {
      const shape = shapeOf(part.value.state);
      shape.show(part.value.state);
      shape.root.rotation.y = part.value.yaw;
      return shape;
    }
  }
}

/** Ceilings are left out, walls are low: one looks in from above. */
function thingPiece(thing: Thing, stuffs: Stuffs): Built {
  if (OVERHEAD.has(thing.kind)) return outlinePiece(thing);
  const doors = stuffs.doors.map((door) => ({
    ...door,
    position: [
      door.position[0] - thing.position[0],
      door.position[1] - thing.position[1],
      door.position[2] - thing.position[2],
    ] as const,
  }));
  const built = masonry(stuffs, (mason) =>
    buildThing(mason, { ...thing, position: [0, 0, 0] }, doors),
  );
  if (CUT.has(thing.kind)) built.root.scale.y = Math.min(1, LOW_M / Math.max(0.1, thing.size[1]));
  return built;
}

/** The edge of a ceiling, so that it can be seen and chosen and hides nothing. */
function outlinePiece({ size: [w, , d], yaw }: Thing): Built {
  const root = new Group();
  root.rotation.y = yaw;
  const material = new MeshBasicMaterial({ color: "#b8ad98" });
  const geometries = [
    [w, 0, -d / 2, w, 0.08],
    [w, 0, d / 2, w, 0.08],
    [d, -w / 2, 0, 0.08, d],
    [d, w / 2, 0, 0.08, d],
  ].map(([, x = 0, z = 0, wide = 0, deep = 0]) => {
    const geometry = new BoxGeometry(wide, 0.05, deep);
    const mesh = new Mesh(geometry, material);
    mesh.position.set(x, 0, z);
    root.add(mesh);
    return geometry;
  });
  return owning(root, [material, ...geometries]);
}

function masonry({ materials, light }: Stuffs, build: (mason: Mason) => void): Built {
  const mason = new Mason(light ? 0.55 : 1);
  build(mason);
  const root = new Group();
  const geometries = [...mason.finish()].map(([stuff, geometry]) => {
    if (light && stuff !== "glow" && stuff !== "glass" && stuff !== "water")
      bakeLight(geometry, light, null, stuff === "leaf");
    const mesh = new Mesh(geometry, materials.of(stuff));
    mesh.castShadow = stuff !== "glass" && stuff !== "glow";
    mesh.receiveShadow = mesh.castShadow && stuff !== "leaf";
    root.add(mesh);
    return geometry;
  });
  return owning(root, geometries);
}

function lampPiece(light: Light, { materials }: Stuffs): Built {
  const { position } = light;
  const made = new Lamps([light], materials.tier);
  made.root.position.set(-position[0], -position[1], -position[2]);
  return made;
}

/** Where people arrive, and which way they look. */
function spawnPiece({ radius, yaw }: Spawn): Built {
  const root = new Group();
  root.rotation.y = yaw;
  const material = new MeshBasicMaterial({ color: TEAL, transparent: true, opacity: 0.75 });
  const geometries = [
    new RingGeometry(Math.max(0.3, radius - 0.08), Math.max(0.38, radius), 48),
    new CircleGeometry(0.18, 32),
    new ConeGeometry(0.2, 0.5, 3),
  ] as const;
  const [ring, dot, arrow] = geometries.map((geometry) => new Mesh(geometry, material));
  for (const flat of [ring, dot]) {
    if (!flat) continue;
    flat.rotation.x = -Math.PI / 2;
    flat.position.y = 0.04;
    root.add(flat);
  }
  if (arrow) {
    arrow.rotation.x = -Math.PI / 2;
    arrow.position.set(0, 0.06, -0.62);
    arrow.scale.y = 1;
    root.add(arrow);
  }
  return owning(root, [material, ...geometries]);
}

/** Where one may walk. */
function groundPiece(shape: Box | Circle): Built {
  const root = new Group();
  const material = new MeshBasicMaterial({
    color: TEAL,
    transparent: true,
    opacity: 0.1,
    depthWrite: false,
    side: DoubleSide,
  });
  const geometry =
    shape.kind === "box" ? new PlaneGeometry(...shape.size) : new CircleGeometry(shape.radius, 64);
  const flat = new Mesh(geometry, material);
  flat.rotation.x = -Math.PI / 2;
  flat.position.y = 0.02;
  flat.renderOrder = 5;
  if (shape.kind === "box") root.rotation.y = shape.yaw;
  root.add(flat);
  return owning(root, [material, geometry]);
}

function owning(root: Object3D, owned: readonly { dispose(): void }[]): Built {
  return {
    root,
    dispose() {
      for (const one of owned) one.dispose();
      root.removeFromParent();
    },
  };
}
