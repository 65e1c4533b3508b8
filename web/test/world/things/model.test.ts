import { Light } from "three";
import { expect, it } from "vitest";
import { loadModel } from "../../../src/world/things/model";

it("leaves the lights of a brought model out, for they would slow everybody", async () => {
  const light = "KHR_lights_punctual";
  const model = {
    asset: { version: "2.0" },
    extensionsUsed: [light],
    extensions: { [light]: { lights: [{ type: "point" }, { type: "directional" }] } },
    scenes: [{ nodes: [0] }],
    nodes: [
      { name: "lamp", extensions: { [light]: { light: 0 } }, children: [1] },
      { name: "sun", extensions: { [light]: { light: 1 } } },
    ],
  };
  const { root } = await loadModel(
    `data:model/gltf+json,${encodeURIComponent(JSON.stringify(model))}`,
  );

  const lights: string[] = [];
  root.traverse((node) => {
    if (node instanceof Light) lights.push(node.type);
  });
  expect(root.getObjectByName("lamp")).toBeDefined();
  expect(lights).toEqual([]);
});
