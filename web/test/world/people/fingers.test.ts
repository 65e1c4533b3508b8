import { Bone, Quaternion, Vector3 } from "three";
import { describe, expect, test } from "vitest";
import type { Fingers } from "../../../src/world/net/hands";
import { FingerBones } from "../../../src/world/people/fingers";

const NAMES = ["Thumb", "Index", "Middle", "Ring", "Pinky"] as const;

/** A hand that hangs: fingers down, the palm to the body, thumb ahead (+z); joints 3 cm apart. */
function hanging(side: "Left" | "Right") {
  const hand = new Bone();
  const bones = new Map<string, Bone>();
  for (const [i, name] of NAMES.entries()) {
    let above = hand;
    for (const joint of [1, 2, 3]) {
      const bone = new Bone();
      bone.name = `${side}Hand${name}${joint}`;
      const first = name === "Thumb" ? [0, -0.03, 0.04] : [0, -0.09, 0.03 - i * 0.02];
      bone.position.set(...((joint === 1 ? first : [0, -0.03, 0]) as [number, number, number]));
      above.add(bone);
      bones.set(bone.name, bone);
      above = bone;
    }
  }
  return { hand, bones, fingers: new FingerBones(bones) };
}

const straight: Fingers = {
  turns: NAMES.map(() => [0, 0, 0, 1] as const),
  bends: Array(10).fill(0),
};

function settle(side: "Left" | "Right", shown: Fingers) {
  const made = hanging(side);
  const both = side === "Left" ? { left: shown, right: null } : { left: null, right: shown };
  for (let i = 0; i < 60; i++) made.fingers.update(both, 0.05);
  made.hand.updateMatrixWorld(true);
  const at = (name: string) =>
    made.bones.get(`${side}Hand${name}`)?.getWorldPosition(new Vector3());
  const way = (finger: string) => at(`${finger}3`)?.sub(at(`${finger}2`) ?? new Vector3());
  return { ...made, way };
}

describe.each(["Left", "Right"] as const)("the fingers of a %s hand", (side) => {
  const palm = side === "Left" ? -1 : 1; // the way the palm looks, along x

  test("stay as they hang while the hand is straight", () => {
    const { way } = settle(side, straight);

    for (const finger of ["Index", "Middle", "Ring", "Pinky"]) {
      expect(way(finger)?.normalize().y).toBeCloseTo(-1, 1);
    }
  });

  test("bend towards the palm", () => {
    const { way } = settle(side, { ...straight, bends: Array(10).fill(0.8) });

    const ahead = way("Index")?.normalize();
    expect(Math.sign(ahead?.x ?? 0)).toBe(palm);
    expect(ahead?.x).toBeCloseTo(palm * Math.sin(0.8), 1);
  });

  test("spread away from each other", () => {
    const turn = (by: number) =>
      new Quaternion().setFromAxisAngle(new Vector3(0, 1, 0), by).toArray() as unknown as [
        number,
        number,
        number,
        number,
      ];
    const thumbwards = side === "Left" ? -0.3 : 0.3; // about the back of the hand
    const turns = [[0, 0, 0, 1], turn(thumbwards), turn(0), turn(0), turn(-thumbwards)] as const;
    const { way } = settle(side, { ...straight, turns });

    expect(way("Index")?.z).toBeGreaterThan(0.004);
    expect(way("Pinky")?.z).toBeLessThan(-0.004);
  });

  test("rest as they were baked when nobody shows them any more", () => {
    const { fingers, bones } = settle(side, { ...straight, bends: Array(10).fill(1.2) });

    fingers.rest();

    for (const bone of bones.values()) expect(bone.quaternion.w).toBe(1);
  });
});
