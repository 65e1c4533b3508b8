import { Bone, Group, Quaternion, Vector3 } from "three";
import { describe, expect, test } from "vitest";
import { Gait } from "../../../src/world/people/gait";
import { reach } from "../../../src/world/people/reach";

/** Hips, a trunk, and an arm of 0.3 and 0.25 m that hangs from a shoulder. */
function arm() {
  const [hips, trunk, upper, lower, end] = [0, 1, 2, 3, 4].map(() => new Bone()) as [
    Bone,
    Bone,
    Bone,
    Bone,
    Bone,
  ];
  hips.position.set(0, 0.9, 0);
  trunk.position.set(0, 0.5, 0);
  upper.position.set(0.2, 0, 0);
  lower.position.set(0.02, -0.3, 0);
  end.position.set(0, -0.25, 0.01);
  hips.add(trunk);
  trunk.add(upper);
  upper.add(lower);
  lower.add(end);
  trunk.rotation.set(0.2, 0.4, -0.1);
  const root = new Group();
  root.add(hips);
  return { root, hips, limb: { upper, lower, end } };
}

function endOf(root: Group, end: Bone): Vector3 {
  root.updateMatrixWorld(true);
  return end.getWorldPosition(new Vector3());
}

describe("a limb that reaches", () => {
  test.each([
    [0.3, 1.3, 0.35],
    [0.5, 1.5, 0.1],
    [0.1, 1.1, -0.2],
  ])("comes to %s %s %s, however its trunk is turned", (x, y, z) => {
    const { root, hips, limb } = arm();

    reach(limb, hips, new Vector3(x, y, z), new Vector3(0.3, -1, -0.5));

    expect(endOf(root, limb.end).distanceTo(new Vector3(x, y, z))).toBeLessThan(1e-5);
  });

  test("points at what lies too far, stretched", () => {
    const { root, hips, limb } = arm();

    reach(limb, hips, new Vector3(3, 3, 3), new Vector3(0, -1, 0));

    const shoulder = endOf(root, limb.upper);
    const way = endOf(root, limb.end).sub(shoulder);
    const aim = new Vector3(3, 3, 3).sub(shoulder);
    expect(way.angleTo(aim)).toBeLessThan(1e-3);
    expect(way.length()).toBeGreaterThan(0.54);
  });

  test("bends its elbow towards the pole", () => {
    const { root, hips, limb } = arm();

    reach(limb, hips, new Vector3(0.2, 1.4, 0.4), new Vector3(0, -1, 0));

    expect(endOf(root, limb.lower).y).toBeLessThan(1.4);
  });
});

describe("a body", () => {
  function body(): Group {
    const { root, hips, limb } = arm();
    hips.name = "Hips";
    limb.upper.name = "LeftArm";
    limb.lower.name = "LeftForeArm";
    limb.end.name = "LeftHand";
    const head = new Bone();
    head.name = "Head";
    head.position.set(0, 0.65, 0);
    hips.add(head);
    return root;
  }
  const STILL = { speed: 0, pitch: 0, isSeated: false, isHandUp: false, waved_s: Infinity };

  test("holds its hand where the headset has it, whichever way it faces", () => {
    const root = body();
    root.rotation.y = Math.PI; // bodies are baked facing the other way
    const stage = new Group().add(root);
    const yaw = 0.7;
    stage.rotation.y = yaw;
    const gait = new Gait(root, 1.55);
    const hand = { offset: [0, -0.35, -0.2], turn: [0, 0, 0, 1] } as const;
    const ahead = new Vector3(...hand.offset).applyAxisAngle(new Vector3(0, 1, 0), yaw);
    const offset = [ahead.x, ahead.y, ahead.z] as const;
    const head = new Quaternion().setFromAxisAngle(new Vector3(0, 1, 0), yaw).toArray();
    const tracked = {
      headY: 1.55,
      head: head as unknown as readonly [number, number, number, number],
      left: { offset, turn: hand.turn },
      right: { offset, turn: hand.turn },
    };

    gait.update({ ...STILL, headset: { tracked, yaw, hasLeft: true, hasRight: false } }, 0.016);

    stage.updateMatrixWorld(true);
    const end = root.getObjectByName("LeftHand")?.getWorldPosition(new Vector3());
    const wanted = new Vector3(0, 1.2, -0.26).applyAxisAngle(new Vector3(0, 1, 0), yaw);
    expect(end?.distanceTo(wanted)).toBeLessThan(0.01);
  });

  test("sinks when the headset sinks", () => {
    const root = body();
    const gait = new Gait(root, 1.55);
    const hand = { offset: [0, 0, 0], turn: [0, 0, 0, 1] } as const;
    const tracked = { headY: 1.35, head: [0, 0, 0, 1], left: hand, right: hand } as const;

    gait.update({ ...STILL, headset: { tracked, yaw: 0, hasLeft: false, hasRight: false } }, 0.016);

    expect(root.getObjectByName("Hips")?.position.y).toBeCloseTo(0.7);
  });

  test("takes as many steps for its way at 30 as at 120 pictures a second", () => {
    const [slow, quick] = [new Gait(body()), new Gait(body())];
    const walking = { ...STILL, speed: 1.2 };

    for (let i = 0; i < 30; i++) slow.update(walking, 1 / 30);
    for (let i = 0; i < 120; i++) quick.update(walking, 1 / 120);

    expect(Reflect.get(slow, "phase")).toBeCloseTo(Reflect.get(quick, "phase"));
  });
});
