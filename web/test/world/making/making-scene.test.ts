import { Mesh, RingGeometry } from "three";
import { expect, test } from "vitest";
import type { Place } from "../../../src/wire/world";
import { MakingScene } from "../../../src/world/making/making-scene";
import { docOf } from "../../../src/world/making/parts";
import { Materials } from "../../../src/world/scene/materials";
import { placeFiles } from "../places";

test("whoever chooses one part after another leaves no mark of the one before in the card", () => {
  const home = placeFiles.find(({ id }) => id === "home") as Place;
  const { entries } = docOf({ ...home, seats: [] });
  const scene = new MakingScene(home.id, new Materials("plain"));
  scene.show(entries, () => ({ name: "", about: "", isOpen: true }));
  const [first, second] = entries.filter(({ part }) => part.kind === "things");
  const gone: string[] = [];
  const ringNow = (): Mesh => {
    const found: Mesh[] = [];
    scene.root.traverse((node) => {
      const isRing = node instanceof Mesh && node.geometry instanceof RingGeometry;
      if (isRing && node.renderOrder === 8) found.push(node);
    });
    if (!found[0]) throw new Error("nothing is marked");
    return found[0];
  };

  scene.choose(first?.key ?? "", []);
  const ring = ringNow();
  ring.geometry.addEventListener("dispose", () => gone.push("shape"));
  for (const one of [ring.material].flat()) {
    one.addEventListener("dispose", () => gone.push("stuff"));
  }
  scene.choose(second?.key ?? "", []);

  expect(ringNow()).not.toBe(ring);
  expect(gone).toEqual(["shape", "stuff"]);
  scene.dispose();
});
