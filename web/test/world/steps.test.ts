import { expect, test } from "vitest";
import { Flag } from "../../src/wire/world";
import { type Pose, readPose } from "../../src/world/net/poses";
import { Steps } from "../../src/world/net/steps";

const HERE = { position: [0, 0, 0], yaw: 0, pitch: 0, flags: 0, tracked: null } as const;

function at(x: number, flags = 0): Omit<Pose, "at"> {
  return { ...HERE, position: [x, 0, 0], flags };
}

/** Draw at 60 frames a second; gives every pose that was sent, with its moment. */
function record(frames: number, where: (ms: number) => Omit<Pose, "at">, leaves = () => true) {
  const sent: { ms: number; pose: Pose }[] = [];
  let ms = 0;
  const steps = new Steps((frame) => {
    if (leaves()) sent.push({ ms, pose: readPose(new DataView(frame.buffer), 1, false) });
    return leaves();
  });
  for (let i = 0; i < frames; i++) {
    ms = (i * 1000) / 60;
    steps.take(where(ms), ms);
  }
  return sent;
}

test("a walk is told twenty times a second", () => {
  const sent = record(121, (ms) => at(ms / 700));

  expect(sent).toHaveLength(41);
  expect(sent.slice(1).every(({ pose }) => pose.flags === Flag.MOVING)).toBe(true);
});

test("one who stops says so once, and then only every five seconds that they are there", () => {
  const sent = record(60 * 12, (ms) => at(Math.min(1, ms / 700)));

  const after = sent.filter(({ ms }) => ms > 720);
  expect(after.map(({ pose }) => pose.flags)).toEqual([0, 0, 0]);
  expect(after[0]?.pose.position[0]).toBe(1);
  expect((after[1]?.ms ?? 0) - (after[0]?.ms ?? 0)).toBeGreaterThan(4900);
});

test("the moment is one's own, and begins again after a minute", () => {
  const sent = record(60 * 70, (ms) => at(ms / 1000));

  expect(sent.some(({ ms }) => ms > 66_000)).toBe(true);
  for (const { ms, pose } of sent) expect(pose.at).toBe(Math.round(ms) % 65536);
});

test("a jump between two moments of telling is told with the next", () => {
  const sent = record(20, (ms) => at(ms < 20 ? 0 : 5, ms >= 20 && ms < 35 ? Flag.JUMP : 0));

  const jumps = sent.filter(({ pose }) => pose.flags & Flag.JUMP);
  expect(jumps).toHaveLength(1);
  expect(jumps[0]?.pose.position[0]).toBe(5);
});

test("what did not leave is told again, a jump as well", () => {
  let isOpen = false;
  const sent = record(
    30,
    (ms) => {
      isOpen = ms > 200;
      return at(4, ms < 10 ? Flag.JUMP : 0);
    },
    () => isOpen,
  );

  expect(sent.map(({ pose }) => [pose.position[0], pose.flags])).toEqual([
    [4, Flag.JUMP],
    [4, 0],
  ]);
});

test("in another place even an unchanged pose is news", () => {
  const frames: number[] = [];
  const steps = new Steps((frame) => frames.push(frame.length) > 0);
  steps.take(at(0), 0);
  steps.take(at(0), 100);
  steps.reset();
  steps.take(at(0), 200);

  expect(frames).toHaveLength(2);
});
