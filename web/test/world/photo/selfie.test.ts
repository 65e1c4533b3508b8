import { PerspectiveCamera, Vector3 } from "three";
import { expect, test } from "vitest";
import { holdOut } from "../../../src/world/photo/selfie";

const HERE = [4, 0.5, -2] as const;

/** Where a point over the ground at us lies on the picture: −1…1 from left and below. */
function onPicture(camera: PerspectiveCamera, y: number): Vector3 {
  camera.updateMatrixWorld();
  camera.updateProjectionMatrix();
  return new Vector3(HERE[0], HERE[1] + y, HERE[2]).project(camera);
}

test.each([0, 1.2, -2.6])("held out, a camera has our face in the picture (yaw %s)", (yaw) => {
  const camera = new PerspectiveCamera(55, 1, 0.1, 100);
  holdOut(camera, HERE, yaw, 0);

  const face = onPicture(camera, 1.6);
  expect(Math.abs(face.x)).toBeLessThan(0.1);
  expect(Math.abs(face.y)).toBeLessThan(0.4);
  const ahead = new Vector3(-Math.sin(yaw), 0, -Math.cos(yaw));
  const to = camera.position.clone().sub(new Vector3(...HERE));
  expect(to.dot(ahead)).toBeGreaterThan(1); // before us, so that it sees the face
});

test("an arm swings only so far, and keeps its length", () => {
  const camera = new PerspectiveCamera(55, 1, 0.1, 100);
  holdOut(camera, HERE, 0, 1.1);
  const most = camera.position.clone();
  holdOut(camera, HERE, 0, 9);

  expect(camera.position.distanceTo(most)).toBeLessThan(1e-9);
  expect(Math.hypot(most.x - HERE[0], most.z - HERE[2])).toBeGreaterThan(1.05); // not in our head
});
