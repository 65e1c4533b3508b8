import { Group, Quaternion, Vector3 } from "three";
import { describe, expect, test, vi } from "vitest";
import golden from "../../../tests/world/golden_hands.json";
import { readFrame } from "../../src/world/net/frames";
import { type BothHands, type Fingers, handsFrame } from "../../src/world/net/hands";
import { HandsShown } from "../../src/world/net/hands-shown";
import { fingersOf, type Joints, wristOf } from "../../src/world/xr/hand-sense";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

function toldHand(about: (typeof golden.hands)[number]): Fingers {
  return { turns: about.turns as unknown as Fingers["turns"], bends: about.bends };
}

const [flat, fist] = golden.hands.map(toldHand) as [Fingers, Fingers];

describe("hands on the line", () => {
  test.each(golden.hands)("are the same bytes here and in the house: $about", (told) => {
    const frame = handsFrame({ left: toldHand(told), right: null });

    expect(hex(frame?.subarray(2) ?? new Uint8Array())).toBe(told.bytes);
  });

  test("of those near are read as the house tells them", () => {
    const heard = readFrame(Uint8Array.from(Buffer.from(golden.near, "hex")).buffer);

    if (heard?.type !== "hands") throw new Error("no hands");
    expect([...heard.hands.keys()]).toEqual([3, 260]);
    expect(heard.hands.get(3)?.right).toBeNull();
    for (const [i, bend] of (heard.hands.get(260)?.left?.bends ?? []).entries()) {
      expect(bend).toBeCloseTo(fist.bends[i] ?? Number.NaN, 1);
    }
  });

  test("are told at most 20 times a second, and held still only now and then", () => {
    const show = vi.fn(() => true);
    const shown = new HandsShown(show);
    const moving = (i: number): BothHands => ({
      left: { ...flat, bends: flat.bends.map(() => (i % 50) / 50) },
      right: null,
    });

    for (let i = 0; i < 90; i++) shown.take(moving(i), (i * 1000) / 90);
    expect(show.mock.calls.length).toBeGreaterThan(14);
    expect(show.mock.calls.length).toBeLessThanOrEqual(21);

    show.mockClear();
    for (let i = 0; i < 90; i++) shown.take(moving(7), 2000 + (i * 1000) / 90);
    expect(show.mock.calls.length).toBeLessThan(6);
  });

  test("are not told while none is seen, and forgotten when they are old", () => {
    const show = vi.fn(() => true);
    const shown = new HandsShown(show);

    shown.take({ left: null, right: null }, 0);
    shown.hear({ type: "hands", hands: new Map([[4, { left: flat, right: null }]]) }, 100);

    expect(show).not.toHaveBeenCalled();
    expect(shown.of(4, 300)?.left).toBe(flat);
    expect(shown.of(4, 1000)).toBeNull();
    shown.forget();
    expect(shown.of(4, 300)).toBeNull();
  });
});

/** The joints of a hand that lies turned in the room, each finger joint bent so far [rad]. */
function hand(bend: number): Joints {
  const joints: Partial<Record<XRHandJoint, Group>> = {};
  const add = (name: XRHandJoint, turn: Quaternion) => {
    const made = new Group();
    made.quaternion.copy(turn);
    joints[name] = made;
    return made;
  };
  const wrist = new Quaternion().setFromAxisAngle(new Vector3(0.3, 0.8, 0.2).normalize(), 1.1);
  add("wrist", wrist).position.set(0.2, 1.2, -0.4);
  const down = (by: number) => new Quaternion().setFromAxisAngle(new Vector3(1, 0, 0), -by);
  const chain = (names: readonly XRHandJoint[]) => {
    const turn = wrist.clone();
    for (const name of names) add(name, turn.multiply(down(bend)));
  };
  chain(["thumb-metacarpal", "thumb-phalanx-proximal", "thumb-phalanx-distal"]);
  for (const finger of ["index", "middle", "ring", "pinky"] as const) {
    chain([
      `${finger}-finger-phalanx-proximal`,
      `${finger}-finger-phalanx-intermediate`,
      `${finger}-finger-phalanx-distal`,
    ]);
  }
  return joints;
}

describe("a hand in the room", () => {
  test("is told by its bends, however the wrist is turned", () => {
    const seen = fingersOf(hand(0.7));

    expect(seen?.bends).toHaveLength(10);
    for (const bend of seen?.bends ?? []) expect(bend).toBeCloseTo(0.7);
    for (const [x, y, z] of seen?.turns ?? []) {
      expect([x, y, z].map((part) => Math.round(part * 1000) / 1000 + 0)).toEqual([-0.343, 0, 0]);
    }
  });

  test("is not told while the headset does not see it", () => {
    const joints = hand(0.2);
    if (joints.wrist) joints.wrist.visible = false;

    expect(fingersOf(joints)).toBeNull();
    expect(wristOf(joints)).toBeNull();
    expect(fingersOf({})).toBeNull();
  });
});
