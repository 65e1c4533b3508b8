import {
  BufferGeometry,
  Color,
  Float32BufferAttribute,
  type MeshBasicMaterial,
  type Object3D,
  Vector3,
} from "three";
import { describe, expect, test } from "vitest";
import { daylight } from "../../../src/world/scene/daylight";
import { Lamplight, lampsOf, shineOn } from "../../../src/world/scene/lamplight";
import { Materials } from "../../../src/world/scene/materials";
import { PlaceScene } from "../../../src/world/scene/place-scene";
import { placeFiles } from "../places";

function place(id: string) {
  const found = placeFiles.find((one) => one.id === id);
  if (!found) throw new Error(`no place ${id}`);
  return found;
}

function partsOf(root: Object3D): string[] {
  const ids: string[] = [];
  root.traverse(({ uuid }) => ids.push(uuid));
  return ids;
}

/** What of these would be drawn. */
function drawn(root: Object3D, names: readonly string[]): string[] {
  const seen: string[] = [];
  root.traverseVisible(({ name }) => names.includes(name) && seen.push(name));
  return seen.sort();
}

/** Points on level ground, so far from below the lamp. */
function ground(...far: number[]): BufferGeometry {
  const geometry = new BufferGeometry();
  const at = far.flatMap((x) => [x, 0, 0]);
  geometry.setAttribute("position", new Float32BufferAttribute(at, 3));
  geometry.setAttribute(
    "normal",
    new Float32BufferAttribute(
      far.flatMap(() => [0, 1, 0]),
      3,
    ),
  );
  return geometry;
}

describe("lamps", () => {
  test("of the plaza are its posts and its open doors; a closed door lets no light out", () => {
    const plaza = place("plaza");
    const posts = plaza.things.filter(({ kind }) => kind === "lamp").length;
    const open = plaza.doors.filter(({ to }) => to !== null).length;

    expect(lampsOf(plaza, false)).toHaveLength(posts + open);
    expect(open).toBeLessThan(plaza.doors.length);
  });

  test("light what is near and faces them, ever less with the distance, and nothing far away", () => {
    const geometry = ground(0, 2, 4, 8, 20);
    shineOn(geometry, [{ at: new Vector3(0, 3, 0), strength: 1, isBare: true }]);

    const [below = 0, near = 0, farther = 0, far = 0, away] = geometry.getAttribute("shine").array;
    expect(below).toBeGreaterThan(near);
    expect(near).toBeGreaterThan(farther);
    expect(farther).toBeGreaterThan(far);
    expect(away).toBe(0);
  });

  test("cost no draw by day", () => {
    const light = new Lamplight(lampsOf(place("plaza"), false), false);

    light.turn(0);
    expect([light.pools.visible, light.halos.visible]).toEqual([false, false]);
    light.turn(1);
    expect([light.pools.visible, light.halos.visible]).toEqual([true, true]);
  });
});

describe("a place that stands", () => {
  test.each(["fine", "plain"] as const)(
    "follows the clock without being built anew (%s)",
    (tier) => {
      let hour = 12;
      const scene = new PlaceScene(place("home"), new Materials(tier), () => hour);
      const parts = partsOf(scene.root);
      const noon = scene.sky.fog.color.clone();

      hour = 23;
      scene.update(1);
      expect(scene.sky.fog.color.equals(noon)).toBe(true); // it looks at the clock now and then only
      scene.update(20);

      expect(scene.sky.fog.color.equals(noon)).toBe(false);
      expect(partsOf(scene.root)).toEqual(parts);
      scene.dispose();
    },
  );

  test("hides in one's own room whatever shines at night, also when night comes meanwhile", () => {
    let hour = 12;
    const scene = new PlaceScene(place("plaza"), new Materials("fine"), () => hour);
    const shining = ["halos", "pools", "sky", "stars"];

    scene.showRoom(false);
    hour = 23;
    scene.tellTime();
    expect(drawn(scene.root, shining)).toEqual([]);
    expect(drawn(scene.root, ["stone"])).toEqual([]);

    scene.showRoom(true);
    expect(drawn(scene.root, shining)).toEqual(shining);
    hour = 12;
    scene.tellTime();
    expect(drawn(scene.root, shining)).toEqual(["sky"]);
    scene.dispose();
  });

  test("lets what was lit when it was built grow dark with the day", () => {
    let hour = 12;
    const materials = new Materials("plain");
    const scene = new PlaceScene(place("plaza"), materials, () => hour);
    const stone = materials.of("stone") as MeshBasicMaterial;
    for (const tone of stone.color.toArray()) expect(tone).toBeCloseTo(1, 6);

    hour = 23;
    scene.tellTime();

    expect(stone.color.r).toBeLessThan(0.4);
    expect(stone.color.b).toBeGreaterThan(stone.color.r); // moonlight
    scene.dispose();
  });
});

test("a window at night is lit warmly and not only by the moon", () => {
  const materials = new Materials("fine");
  const glow = (hour: number) => {
    materials.show(daylight(hour, { turn: 0, isInside: false }), false, new Color(1, 1, 1));
    return (materials as unknown as { paneGlow: { value: Color } }).paneGlow.value.clone();
  };

  expect(glow(12).getHex()).toBe(0);
  expect(glow(23).r).toBeGreaterThan(glow(23).b);
});
