import { inEarshot, maySpeak, onStage, spotsOf } from "../earshot";
import type { Pose } from "../net/poses";
import type { Voice } from "../voice";
import type { OwnPose } from "./own-pose";
import type { Roster } from "./roster";

const MOUTH_M = 1.5; // above the feet of one without a headset
const MEET_MS = 1000; // how often we look who is in earshot

/** With whom we talk, and from where each voice comes. */
export class Meeting {
  private metAt = 0;
  private talking: readonly number[] = [];

  constructor(
    private readonly voice: Voice,
    private readonly roster: Roster,
    private readonly own: OwnPose,
    private readonly now: () => number,
  ) {}

  /** Let voices come from where their people are. Once a frame. */
  update(now: number): void {
    const { me, others } = this.roster;
    for (const { slot, glide } of others) {
      const pose = glide.at(now);
      if (pose) this.place(slot, pose);
    }
    if (this.own.pose) this.place(me, this.own.pose);
    if (others.length > 0 && now - this.metAt >= MEET_MS) this.meet();
  }

  /** Somebody came near or went, or who may be heard has changed. */
  meet(): void {
    const { me, aside: mine, others: all } = this.roster;
    const others = all.filter(({ isSilent, aside }) => !isSilent && aside === mine);
    const now = this.now();
    const near = spotsOf(others, now);
    const speakers = this.roster.isStage.get() && mine === 0 ? this.speakers() : null;
    this.talking = speakers
      ? onStage(me, near, speakers, this.voice.isSfu)
      : inEarshot(this.own.pose?.position ?? null, near, this.talking);
    this.voice.meet(
      me,
      this.talking,
      others.map(({ slot }) => slot),
      all.map(({ slot }) => slot),
    );
    this.voice.heed(speakers);
    this.metAt = now;
  }

  /** Whether somebody's voice may reach us where we stand. */
  hears(slot: number): boolean {
    return this.talking.includes(slot);
  }

  /** Say goodbye to all: the same numbers will be other people. */
  part(): void {
    this.voice.meet(-1, []);
  }

  private speakers(): number[] {
    return this.roster.people
      .get()
      .filter(maySpeak)
      .map(({ slot }) => slot);
  }

  private place(slot: number, { position, yaw, tracked }: Omit<Pose, "at">): void {
    const [x, y, z] = position;
    this.voice.place(slot, x, y + (tracked?.headY ?? MOUTH_M), z, yaw);
  }
}
