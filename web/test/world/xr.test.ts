import { Quaternion, Vector3 } from "three";
import { expect, test } from "vitest";
import type { Door, Place } from "../../src/wire/world";
import { Flag } from "../../src/wire/world";
import { Ground } from "../../src/world/ground/ground";
import { landing } from "../../src/world/xr/landing";
import { seatedLift, trackedPose } from "../../src/world/xr/tracked";

const UP = new Vector3(0, 1, 0);
const room: Pick<Place, "bounds" | "obstacles"> = {
  bounds: [{ kind: "box", center: [0, 0], size: [10, 10], yaw: 0, y: 0, rise: 0 }],
  obstacles: [{ shape: { kind: "circle", center: [0, -2.5], radius: 0.5, y: 0 }, height: 2 }],
};
const ground = new Ground(room);
const door: Door = {
  id: "clinic",
  to: "clinic",
  position: [0, 0, 5.2],
  yaw: 0,
  width: 1.4,
  height: 2.3,
  building: "",
  label_key: "",
  closed_reason_key: "",
};

test("a throw comes down on the floor ahead, in an arc", () => {
  const end = landing([0, 1.2, 0], [1, 0, 0], [0, 0], ground, []);

  const fall_s = Math.sqrt((2 * 1.2) / 9.81);
  expect(end?.isGood).toBe(true);
  expect(end?.at[0]).toBeCloseTo(7 * fall_s, 0);
  expect(end?.at[1]).toBe(0);
});

test("nobody jumps behind what one cannot look over, into it, or out of the room", () => {
  const onto = landing([0, 1.2, 0], [0, 0, -0.72], [0, 0], ground, []);
  const behind = landing([0, 1.2, 0], [0, 0, -1], [0, 0], ground, []);
  const out = landing([0, 1.2, 0], [0.9, 0.5, 0], [4, 0], ground, []);

  expect(onto?.isGood).toBe(false);
  expect(behind?.isGood).toBe(false);
  expect(out).toBeNull();
});

test("a throw at an open door goes through it", () => {
  const end = landing([0, 1.2, 2], [0, 0, 1], [0, 2], ground, [door]);

  expect(end?.door?.to).toBe("clinic");
  expect(end?.isGood).toBe(true);
});

test("feet are under the head, and hands are told from it", () => {
  const turn = new Quaternion().setFromAxisAngle(UP, Math.PI / 2);
  const head = { position: new Vector3(1, 1.7, 2), turn };
  const right = { position: new Vector3(1, 1.2, 1.7), turn: new Quaternion() };
  const pose = trackedPose(head, null, right, 0.1);

  expect(pose.position).toEqual([1, 0.1, 2]);
  expect(pose.yaw).toBeCloseTo(Math.PI / 2);
  expect(pose.flags).toBe(Flag.RIGHT);
  expect(pose.tracked?.headY).toBeCloseTo(1.6);
  expect(pose.tracked?.right.offset[1]).toBeCloseTo(-0.5);
  expect(pose.tracked?.right.offset[2]).toBeCloseTo(-0.3);
});

test("a head that lies or leaps is one the house takes", () => {
  const at = (y: number) => ({ position: new Vector3(0, y, 0), turn: new Quaternion() });

  expect(trackedPose(at(0.05), null, null, 0).tracked?.headY).toBe(0.3);
  expect(trackedPose(at(3), null, null, 0).tracked?.headY).toBe(2.6);
});

test("who sits is lifted to a standing person's eyes, who stands is not", () => {
  expect(1.15 + seatedLift(1.15)).toBeCloseTo(1.55);
  expect(seatedLift(1.65)).toBe(0);
  expect(seatedLift(0)).toBe(0);
});
