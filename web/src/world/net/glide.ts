import { Flag, TICKS_PER_S } from "../../wire/world";
import type { Pose, Tracked, Turn, Vec3 } from "./poses";

const DELAY_MS = 100; // two ticks: the pose after the one that is drawn has nearly always arrived
const SPARE_MS = 10; // beyond what the line and the sender's rhythm ask for
const SLEW = 0.1; // a walk is drawn at most a tenth slower or faster while the delay changes
const LATE_SHARE = 0.9; // of the poses that should be in time
const LATE_STEP_MS = 30;
const LONGEST_GAP_MS = 1500; // of one who is told of rarely, being far away
const AHEAD_MS = 120; // how long somebody walks on without word
const STEP_MS = 1000 / TICKS_PER_S;
const PAUSE_MS = 3 * STEP_MS; // longer without a pose: they stood still meanwhile
const SETTLE_MS = 90; // a wrong guess is made good over about twice this
const SNAP_M = 3; // farther off than this nobody walks: be there at once
const STRANGE_MS = 1000; // a clock that is so far off is another clock
const KEEP = 40; // poses: two seconds of one who comes near after having been far
const WRAP = 65536; // the sender's milliseconds begin again

interface Sample {
  /** The sender's time, begun again as often as needed [ms]. */
  readonly t: number;
  readonly pose: Pose;
}

/**
 * One avatar's way, drawn a little in the past, so that it is smooth however unevenly the poses come
 * in: a tenth of a second on a good line, more on a bad one and for those far away, of whom we hear
 * now and then. Times are handed in [ms]; the sender's clock has nothing to do with ours.
 */
export class Glide {
  private samples: Sample[] = [];
  /** Our time less the sender's, at the quickest the line has been [ms]. */
  private lag = 0;
  /** How far in the past we draw [ms]. */
  private delay = DELAY_MS;
  /** The time between the last two poses of a walk [ms]. */
  private gap = STEP_MS;
  /** How much later than at its quickest the line brings nine poses of ten [ms]. */
  private late = 0;
  private heardAt = Number.NEGATIVE_INFINITY;
  private drawnAt = Number.NaN;
  /** What we drew less what we should have drawn; it fades. */
  private error: [number, number, number] = [0, 0, 0];
  private errorYaw = 0;
  private fadedAt = 0;
  private pace = 0;

  /** How fast they walk in what was drawn last [m/s]. */
  get speed(): number {
    return this.pace;
  }

  /** Take in a pose that arrives now. */
  add(pose: Pose, now: number): void {
    const before = this.samples.length > 0 ? this.drawn(now) : null;
    const last = this.samples.at(-1);
    const t = this.timeOf(pose.at, now);
    if (!last || t < last.t || Math.abs(now - t - this.lag) > STRANGE_MS) this.begin(t, now);
    else this.listen(last, t, now);
    this.lag = Math.min(this.lag, now - t);
    if (this.samples.at(-1)?.t === t) this.samples.pop();
    this.samples.push({ t, pose });
    if (this.samples.length > KEEP) this.samples.shift();
    if (before) this.forgive(before, pose, now);
  }

  /** Where to draw them now; null before the first pose. */
  at(now: number): Pose | null {
    if (this.samples.length === 0) return null;
    this.fade(now);
    this.settle(now);
    return this.drawn(now);
  }

  /** Our guess which of the sender's times is meant: the one nearest to what we expect. */
  private timeOf(at: number, now: number): number {
    if (this.samples.length === 0) return at;
    const expected = now - this.lag;
    return expected + ((((at - expected + WRAP / 2) % WRAP) + WRAP) % WRAP) - WRAP / 2;
  }

  /** Learn how late and how rarely poses come; those that come at once were held up by one thing. */
  private listen(last: Sample, t: number, now: number): void {
    if (now - this.heardAt < SPARE_MS / 2) return;
    this.heardAt = now;
    if (last.pose.flags & Flag.MOVING) this.gap = Math.min(t - last.t, LONGEST_GAP_MS);
    const late = Math.max(0, now - t - this.lag);
    this.late += LATE_STEP_MS * (late > this.late ? LATE_SHARE : LATE_SHARE - 1);
    this.late = Math.max(0, this.late);
    this.lag += late * 0.02; // the line may have become slower for good
  }

  /** Draw as late as it takes, without a jolt: the delay changes little by little. */
  private settle(now: number): void {
    const most = SLEW * Math.max(0, now - this.drawnAt || 0);
    this.drawnAt = now;
    const wanted = Math.max(DELAY_MS, this.gap + this.late + SPARE_MS);
    this.delay += Math.max(-most, Math.min(most, wanted - this.delay));
  }

  /** A new clock: what was heard on the old one cannot be set against it. */
  private begin(t: number, now: number): void {
    const last = this.samples.at(-1);
    this.lag = now - t;
    this.samples = last ? [{ t: t - PAUSE_MS - 1, pose: last.pose }] : [];
  }

  /** Keep drawing where we drew, and let the difference fade; but a jump is a jump. */
  private forgive(before: Pose, newest: Pose, now: number): void {
    this.error = [0, 0, 0];
    this.errorYaw = 0;
    this.fadedAt = now;
    const after = this.drawn(now);
    const gap = minus(before.position, after.position);
    if (newest.flags & Flag.JUMP || Math.hypot(...gap) > SNAP_M) return;
    this.error = gap;
    this.errorYaw = turnBetween(after.yaw, before.yaw);
  }

  private fade(now: number): void {
    const share = Math.exp(-Math.max(0, now - this.fadedAt) / SETTLE_MS);
    this.fadedAt = now;
    this.error = [this.error[0] * share, this.error[1] * share, this.error[2] * share];
    this.errorYaw *= share;
  }

  private drawn(now: number): Pose {
    const pose = this.meant(now - this.lag - this.delay);
    const position = plus(pose.position, this.error, 1);
    return { ...pose, position, yaw: pose.yaw + this.errorYaw };
  }

  /** Where they were at one of the sender's times. */
  private meant(t: number): Pose {
    const next = this.samples.findIndex((sample) => sample.t > t);
    const to = next < 0 ? this.samples.at(-1) : this.samples[next];
    const from = next < 0 ? this.samples.at(-2) : this.samples[next - 1];
    if (!to) throw new Error("no pose has come yet");
    if (!from) return this.rest(to.pose);
    if (next < 0) return this.onward(from, to, t);
    if (to.pose.flags & Flag.JUMP) return this.rest(from.pose);
    const wasStill = to.t - from.t > PAUSE_MS && !(from.pose.flags & Flag.MOVING);
    const start = wasStill ? to.t - STEP_MS : from.t;
    if (t <= start) return this.rest(from.pose);
    this.pace = speedBetween(from.pose, to.pose, to.t - start);
    return between(from.pose, to.pose, (t - start) / (to.t - start));
  }

  private rest(pose: Pose): Pose {
    this.pace = 0;
    return pose;
  }

  /** Past the last pose: a little farther the same way, if they said that they go on. */
  private onward(from: Sample, to: Sample, t: number): Pose {
    const step = to.t - from.t;
    const goesOn = to.pose.flags & Flag.MOVING && !(to.pose.flags & Flag.JUMP);
    if (!goesOn || step > LONGEST_GAP_MS || t - to.t > 4 * AHEAD_MS) return this.rest(to.pose);
    const share = Math.min(t - to.t, AHEAD_MS) / step;
    this.pace = speedBetween(from.pose, to.pose, step);
    const way = minus(to.pose.position, from.pose.position);
    return { ...to.pose, position: plus(to.pose.position, way, share) };
  }
}

function speedBetween(from: Pose, to: Pose, ms: number): number {
  const [x, , z] = minus(to.position, from.position);
  return (Math.hypot(x, z) / ms) * 1000;
}

function between(from: Pose, to: Pose, share: number): Pose {
  return {
    ...to,
    position: plus(from.position, minus(to.position, from.position), share),
    yaw: from.yaw + turnBetween(from.yaw, to.yaw) * share,
    pitch: from.pitch + (to.pitch - from.pitch) * share,
    tracked: to.tracked && from.tracked ? blend(from.tracked, to.tracked, share) : to.tracked,
  };
}

function blend(from: Tracked, to: Tracked, share: number): Tracked {
  const hand = (side: "left" | "right") => ({
    offset: plus(from[side].offset, minus(to[side].offset, from[side].offset), share),
    turn: turned(from[side].turn, to[side].turn, share),
  });
  return {
    headY: from.headY + (to.headY - from.headY) * share,
    head: turned(from.head, to.head, share),
    left: hand("left"),
    right: hand("right"),
  };
}

/** The shorter way from one direction to another, −π…π. */
function turnBetween(from: number, to: number): number {
  const circle = 2 * Math.PI;
  return ((((to - from + Math.PI) % circle) + circle) % circle) - Math.PI;
}

/** Straight from one rotation to another, made whole again: in 50 ms no different from the arc. */
function turned(from: Turn, to: Turn, share: number): Turn {
  const cosine = from[0] * to[0] + from[1] * to[1] + from[2] * to[2] + from[3] * to[3];
  const sign = cosine < 0 ? -1 : 1;
  const part = (i: 0 | 1 | 2 | 3) => from[i] * (1 - share) + sign * to[i] * share;
  const length = Math.hypot(part(0), part(1), part(2), part(3)) || 1;
  return [part(0) / length, part(1) / length, part(2) / length, part(3) / length];
}

function minus(a: Vec3, b: Vec3): [number, number, number] {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function plus(a: Vec3, b: Vec3, share: number): [number, number, number] {
  return [a[0] + b[0] * share, a[1] + b[1] * share, a[2] + b[2] * share];
}
