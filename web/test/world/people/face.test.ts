import { Bone, Vector3 } from "three";
import { describe, expect, test } from "vitest";
import { Face, gazeTo } from "../../../src/world/people/face";

const NAMES = ["Jaw", "Head", "LeftLid", "RightLid", "LeftEye", "RightEye"];

function face() {
  const bones = new Map(NAMES.map((name) => [name, new Bone()]));
  const at = (name: string) => bones.get(name)?.rotation ?? new Bone().rotation;
  return { at, face: new Face(bones, 3) };
}

const QUIET = { mouth: 0, gaze: null, isWorn: false };

describe("a face", () => {
  test("opens its mouth while its voice is heard, and shuts it after", () => {
    const { at, face: one } = face();
    let widest = 0;

    for (let i = 0; i < 60; i++) {
      one.update({ ...QUIET, mouth: 1 }, 1 / 60);
      widest = Math.max(widest, at("Jaw").x);
    }
    for (let i = 0; i < 60; i++) one.update(QUIET, 1 / 60);

    expect(widest).toBeGreaterThan(0.1);
    expect(at("Jaw").x).toBeLessThan(0.005);
  });

  test("blinks with both lids now and then, and mostly keeps its eyes open", () => {
    const { at, face: one } = face();
    let [shut, blinks, was] = [0, 0, false];

    for (let i = 0; i < 60 * 30; i++) {
      one.update(QUIET, 1 / 60);
      expect(at("LeftLid").x).toBe(at("RightLid").x);
      const is = at("LeftLid").x > 0.3;
      shut += Number(is);
      blinks += Number(is && !was);
      was = is;
    }

    expect(blinks).toBeGreaterThan(4);
    expect(blinks).toBeLessThan(20);
    expect(shut / (60 * 30)).toBeLessThan(0.1);
  });

  test("looks to who speaks with eyes and head, but not behind itself", () => {
    const { at, face: one } = face();
    const look = (gaze: Vector3) => {
      for (let i = 0; i < 90; i++) {
        at("Head").set(0, 0, 0);
        one.update({ ...QUIET, gaze }, 1 / 60);
      }
      return at("Head").y;
    };

    expect(look(new Vector3(2, 0, 2))).toBeGreaterThan(0.4);
    expect(at("LeftEye").y).toBeGreaterThan(0.1);
    expect(Math.abs(look(new Vector3(0.2, 0, -3)))).toBeLessThan(0.01);
  });

  test("leaves the head to the headset that turns it", () => {
    const { at, face: one } = face();

    for (let i = 0; i < 90; i++)
      one.update({ ...QUIET, gaze: new Vector3(1, 0, 1), isWorn: true }, 1 / 60);

    expect(at("Head").y).toBe(0);
  });
});

describe("a gaze", () => {
  test.each([
    [0, [0, 1.6, -3], "ahead"],
    [0, [-3, 1.6, 0], "left"],
    [Math.PI / 2, [-3, 1.6, 0], "ahead"],
  ] as const)("of one turned by %s to %s goes %s", (yaw, to, way) => {
    const { x, z } = gazeTo([0, 1.6, 0], yaw, to);
    const [wantedX, wantedZ] = way === "ahead" ? [0, 3] : [3, 0];

    expect(x).toBeCloseTo(wantedX);
    expect(z).toBeCloseTo(wantedZ);
  });
});
