import { Group, type Quaternion, Quaternion as Turn, Vector3 } from "three";
import { describe, expect, test } from "vitest";
import { Motion } from "../../../src/wire/world";
import { BorrowedBones, JOINTS, restOf } from "../../../src/world/people/borrowed";
import { show } from "../../../src/world/people/emotes";
import { FingerBones } from "../../../src/world/people/fingers";
import { Gait } from "../../../src/world/people/gait";
import { places } from "./vrm-places";

const WALKING = { speed: 1.4, pitch: 0.2, isSeated: false, isHandUp: true, waved_s: 0.4 };

function moved(without: readonly string[] = []) {
  const at = places(without);
  const borrowed = new BorrowedBones(at);
  const body = new Group();
  body.add(borrowed.root);
  const gait = new Gait(body, 1.55, 3);
  for (let i = 0; i < 40; i++) gait.update(WALKING, 1 / 60);
  show(borrowed.bones, { motion: Motion.HEART, for_s: 1 });
  body.updateMatrixWorld(true);
  const told = new Map<string, Quaternion>();
  borrowed.tell((bone, by) => told.set(bone, by.clone()));
  return { at, borrowed, told };
}

/** How and where the bones of the VRM are, turned as it was told. */
function follow({ at, borrowed, told }: ReturnType<typeof moved>) {
  const turns = new Map<string, Quaternion>();
  const stands = new Map<string, Vector3>();
  const aboveOf = new Map(JOINTS.map(([name, above]) => [name, above]));
  const boneOf = new Map(JOINTS.map(([name, , bone]) => [name, bone]));
  for (const [name, , bone] of JOINTS) {
    const place = at.get(bone);
    if (!place) continue;
    let above = aboveOf.get(name) ?? "";
    while (above && !at.has(boneOf.get(above) ?? "")) above = aboveOf.get(above) ?? "";
    const over = boneOf.get(above) ?? "";
    const from = at.get(over);
    const turn = turns.get(over)?.clone() ?? new Turn();
    const step = from ? place.clone().sub(from).applyQuaternion(turn) : null;
    stands.set(bone, step ? step.add(stands.get(over) as Vector3) : borrowed.root.position.clone());
    turns.set(bone, turn.multiply(told.get(bone) as Quaternion));
  }
  return { turns, stands };
}

describe("a body that somebody brought", () => {
  test("stands joint for joint where a body of ours stands that moves it", () => {
    const all = moved();
    const { stands } = follow(all);

    for (const [name, , bone] of JOINTS) {
      const ours = all.borrowed.bones.get(name)?.getWorldPosition(new Vector3());
      expect(stands.get(bone)?.distanceTo(ours as Vector3), name).toBeLessThan(1e-6);
    }
  });

  test("turns its bones as ours are turned, also where it lacks some", () => {
    const less = ["chest", "upperChest", "neck", "leftShoulder", "rightShoulder", "leftToes"];
    const all = moved(less);
    const { turns } = follow(all);

    for (const [name, , bone] of JOINTS) {
      const turn = turns.get(bone);
      if (!turn) continue;
      const ours = all.borrowed.bones.get(name)?.getWorldQuaternion(new Turn()) as Quaternion;
      expect(turn.angleTo(ours.multiply(restOf(name))), name).toBeLessThan(1e-5);
    }
  });

  test("hangs its arms where it only stands, palms to the thighs", () => {
    const at = places();
    const borrowed = new BorrowedBones(at);
    const body = new Group();
    body.add(borrowed.root);
    body.updateMatrixWorld(true);
    const [shoulder, hand] = ["LeftArm", "LeftHand"].map((name) =>
      borrowed.bones.get(name)?.getWorldPosition(new Vector3()),
    );

    expect((shoulder?.y ?? 0) - (hand?.y ?? 0)).toBeGreaterThan(0.35);
    const palm = new Vector3(0, -1, 0).applyQuaternion(restOf("LeftHand"));
    expect(palm.x).toBeLessThan(-0.9);
  });

  test("has hands that sign, where it has fingers", () => {
    expect(new FingerBones(moved().borrowed.bones).frame("Left")).not.toBeNull();
    const fingers = [...places().keys()].filter((bone) => /Index|Middle|Ring|Little/.test(bone));
    expect(new FingerBones(moved(fingers).borrowed.bones).frame("Left")).toBeNull();
  });
});
