import type { Spot } from "../../wire/world";
import type { Pose } from "../net/poses";
import { Steps } from "../net/steps";

const QUIET_MS = 1000; // nobody walks us: say now and then that we stand there

/** Where we stand, and what the others are told of it. */
export class OwnPose {
  private readonly steps: Steps;
  private own: Omit<Pose, "at"> | null = null;
  private shownAt = 0;

  /** @param show sends a frame; false if it did not leave. */
  constructor(show: (frame: Uint8Array<ArrayBuffer>) => boolean) {
    this.steps = new Steps(show);
  }

  /** As we showed it last; null while we are in no place. */
  get pose(): Omit<Pose, "at"> | null {
    return this.own;
  }

  show(pose: Omit<Pose, "at">, now: number): void {
    this.own = pose;
    this.shownAt = now;
    this.steps.take(pose, now);
  }

  /** Nobody walks us (a plain page, a hidden tab): we still stand where we stood. */
  stand(now: number): void {
    if (this.own && now - this.shownAt >= QUIET_MS) this.steps.take(this.own, now);
  }

  /** The house let us in here. */
  settle({ position, yaw }: Spot): void {
    this.steps.reset();
    this.own = { position, yaw, pitch: 0, flags: 0, tracked: null };
  }

  /** The house would not have us go on. */
  moved(spot: Spot): void {
    this.steps.reset();
    if (this.own) this.own = { ...this.own, ...spot };
  }

  forget(): void {
    this.own = null;
  }
}
