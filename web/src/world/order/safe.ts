import { goTo } from "../../kit/place";
import type { Company } from "../company";
import type { Following } from "./following";

export const SAFE_PLACE = "home"; // each has one of their own, and nobody else gets in
const HELD_MS = 700;

/** Home at once: voice off, nobody followed, and nobody can come after. */
export function goSafe(company: Pick<Company, "voice">, following: Following): void {
  company.voice.leave();
  following.stop();
  goTo(SAFE_PLACE);
}

/** Calls when Escape was held long enough; one short press stays what it is elsewhere. */
export class HeldEscape {
  private cancel: (() => void) | null = null;

  constructor(
    private readonly held: () => void,
    private readonly after: (ms: number, then: () => void) => () => void,
  ) {}

  down(key: string): void {
    if (key !== "Escape" || this.cancel) return;
    this.cancel = this.after(HELD_MS, this.held);
  }

  up(key: string): void {
    if (key === "Escape") this.letGo();
  }

  /** The window lost the keyboard, so that no key is held any more. */
  letGo(): void {
    this.cancel?.();
    this.cancel = null;
  }
}
