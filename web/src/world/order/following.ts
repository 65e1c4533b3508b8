import { Store } from "../../kit/store";
import type { Company } from "../company";
import type { Wish } from "../walk/walker";
import type { Errand } from "../world";

const LOOK_MS = 400;
const NEAR_M = 1.8; // an arm's length, and a little
const OWN_WAY = 0.1; // of a full push: less is a finger at rest

export interface FollowingParts {
  readonly company: Pick<Company, "people">;
  readonly walk: (errand: Errand) => void;
  readonly now: () => number;
  readonly every: (ms: number, look: () => void) => () => void;
}

/** Walks us after somebody until they are gone, we are told to stop, or we walk ourselves. */
export class Following {
  /** Who is followed, by what stands for them; "" is nobody. */
  readonly whom = new Store("");
  private cancel = () => {};

  constructor(private readonly parts: FollowingParts) {}

  begin(who: string): void {
    this.stop();
    this.whom.set(who);
    this.cancel = this.parts.every(LOOK_MS, () => this.look());
  }

  stop(): void {
    this.cancel();
    this.cancel = () => {};
    this.whom.set("");
  }

  /** Whoever goes their own way, by keys or by thumb, follows nobody. */
  heed({ ahead, right }: Wish): void {
    if (this.whom.get() && Math.hypot(ahead, right) > OWN_WAY) this.stop();
  }

  private look(): void {
    const somebody = this.parts.company.people.get().find(({ who }) => who === this.whom.get());
    if (!somebody) {
      this.stop();
      return;
    }
    const position = somebody.glide.at(this.parts.now())?.position;
    if (position) this.parts.walk({ position, near_m: NEAR_M });
  }
}
