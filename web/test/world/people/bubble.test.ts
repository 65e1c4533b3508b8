import { BoxGeometry, Group, Mesh, MeshBasicMaterial } from "three";
import { expect, test } from "vitest";
import { fade, shareLeft } from "../../../src/world/people/bubble";

test("without a bubble nobody fades, and within it nothing of them is left", () => {
  expect(shareLeft(0.1, 0)).toBe(1);
  expect(shareLeft(0.8, 0.8)).toBe(0);
  expect(shareLeft(0.2, 0.8)).toBe(0);
  expect(shareLeft(1.05, 0.8)).toBeCloseTo(0.5);
  expect(shareLeft(1.3, 0.8)).toBe(1);
});

test("one who fades takes nobody along who is made of the same stuff, and comes back as before", () => {
  const skin = new MeshBasicMaterial({ opacity: 0.8 });
  const [near, far] = [new Mesh(new BoxGeometry(), skin), new Mesh(new BoxGeometry(), skin)];
  const root = new Group();
  root.add(near);

  fade(root, 0.5);

  expect((near.material as MeshBasicMaterial).opacity).toBeCloseTo(0.4);
  expect([far.material, skin.opacity]).toEqual([skin, 0.8]);
  fade(root, 0);
  expect(root.visible).toBe(false);
  root.visible = true;
  fade(root, 1);
  expect([near.material, root.visible]).toEqual([skin, true]);
});
