import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { Kind } from "../../src/wire/world";
import { controlFrame, readFrame } from "../../src/world/net/frames";
import { type Pose, poseFrame, readPose, readSnapshot, type Turn } from "../../src/world/net/poses";

interface GoldenHand {
  offset: [number, number, number];
  turn: [number, number, number, number];
}
interface Golden {
  about: string;
  bytes: string;
  pose: {
    position: [number, number, number];
    yaw: number;
    pitch: number;
    flags: number;
    at: number;
    tracked: {
      head_y: number;
      head: [number, number, number, number];
      left: GoldenHand;
      right: GoldenHand;
    } | null;
  };
}

const file = resolve(import.meta.dirname, "../../../tests/world/golden.json");
const golden: {
  poses: Golden[];
  snapshot: {
    tick: number;
    whole: boolean;
    bytes: string;
    flat: [number, string][];
    tracked: [number, string][];
    coarse: [number, string][];
  };
} = JSON.parse(readFileSync(file, "utf8"));

function poseOf({ pose }: Golden): Pose {
  const { tracked, ...rest } = pose;
  if (!tracked) return { ...rest, tracked: null };
  const { head_y, ...more } = tracked;
  return { ...rest, tracked: { headY: head_y, ...more } };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function viewOf(text: string): DataView {
  const bytes = Uint8Array.from(Buffer.from(text, "hex"));
  return new DataView(bytes.buffer);
}

function degreesBetween(one: Turn, other: Turn): number {
  const cosine = one.reduce((sum, part, i) => sum + part * (other[i] ?? 0), 0);
  const full = Math.hypot(...one) * Math.hypot(...other);
  return (2 * Math.acos(Math.min(1, Math.abs(cosine) / full)) * 180) / Math.PI;
}

describe.each(golden.poses)("$about", (one) => {
  test("becomes the bytes that the house reads", () => {
    const frame = poseFrame(poseOf(one));

    expect(frame[0]).toBe(Kind.POSE);
    expect(hex(frame.subarray(1))).toBe(one.bytes);
  });

  test("packed again is the same", () => {
    const again = readPose(viewOf(one.bytes), 0, one.bytes.length > 24);

    expect(hex(poseFrame(again).subarray(1))).toBe(one.bytes);
  });
});

test("a headset's pose is read to within a step", () => {
  const one = golden.poses.find((g) => g.about === "a headset with both hands");
  if (!one?.pose.tracked) throw new Error("the golden file has no headset");

  const pose = readPose(viewOf(one.bytes), 0, true);

  const { tracked } = pose;
  expect(pose.position).toEqual(one.pose.position);
  expect(pose.yaw).toBeCloseTo(one.pose.yaw, 3);
  expect(pose.pitch).toBeCloseTo(one.pose.pitch, 1);
  expect(tracked?.headY).toBeCloseTo(one.pose.tracked.head_y, 3);
  expect(degreesBetween(tracked?.head ?? [0, 0, 0, 1], one.pose.tracked.head)).toBeLessThan(0.25);
  for (const side of ["left", "right"] as const) {
    const hand = tracked?.[side];
    expect(degreesBetween(hand?.turn ?? [1, 0, 0, 0], one.pose.tracked[side].turn)).toBeLessThan(
      0.25,
    );
    hand?.offset.forEach((v, i) => {
      expect(Math.abs(v - (one.pose.tracked?.[side].offset[i] ?? 9))).toBeLessThanOrEqual(0.00126);
    });
  }
});

/** What a coarse entry keeps of a pose, in hexadecimal: not the pitch, and half of the yaw. */
function coarseOf(body: string): string {
  return body.slice(0, 12) + body.slice(14, 16) + body.slice(18);
}

test("a snapshot of the house is taken apart", () => {
  const { snapshot } = golden;

  const seen = readSnapshot(viewOf(snapshot.bytes));

  expect([seen.tick, seen.whole]).toEqual([snapshot.tick, snapshot.whole]);
  const bodies = [...seen.poses].map(([slot, pose]) => [slot, hex(poseFrame(pose).subarray(1))]);
  expect(bodies.slice(0, 3)).toEqual([...snapshot.flat, ...snapshot.tracked]);
  const coarse = bodies.slice(3).map(([slot, body]) => [slot, coarseOf(String(body))]);
  expect(coarse).toEqual(snapshot.coarse);
});

test("a snapshot that is shorter than it says is an error", () => {
  const { bytes } = golden.snapshot;

  expect(() => readSnapshot(viewOf(bytes.slice(0, -2)))).toThrow(RangeError);
});

test("a message goes and comes as a zero and JSON", () => {
  const frame = controlFrame({ type: "say", text: "早安" });

  expect(frame[0]).toBe(Kind.CONTROL);
  expect(readFrame(frame.buffer)).toEqual({ type: "say", text: "早安" });
});

test("a kind of frame from a newer house is passed over", () => {
  expect(readFrame(Uint8Array.of(9, 1, 2).buffer)).toBeNull();
});
