import type { Somebody, Stay } from "../company";
import type { TalkMemory } from "./settings";

export interface VolumesParts {
  readonly memory: TalkMemory;
  /** What stands for somebody between us two, for ever; rejects for those who are gone to us. */
  readonly markOf: (who: string) => Promise<string>;
  readonly turn: (slot: number, volume: number) => void;
}

/** Who was made louder or softer once is so again when we meet them. */
export class Volumes {
  private readonly marks = new Map<string, Promise<string>>();
  private met = new Set<string>();
  private stay: Stay | null = null;

  constructor(private readonly parts: VolumesParts) {}

  /**
   * These are here. The house is asked about them only where this device remembers anybody.
   *
   * @param stay with each that is new, whoever came along is met anew: all slots are others' then.
   */
  meet(people: readonly Somebody[], stay: Stay | null = this.stay): void {
    if (stay !== this.stay) this.met.clear();
    this.stay = stay;
    const others = people.filter(({ isMe, who }) => !isMe && who);
    const fresh = others.filter(({ who }) => !this.met.has(who));
    this.met = new Set(others.map(({ who }) => who));
    for (const who of [...this.marks.keys()]) if (!this.met.has(who)) this.marks.delete(who);
    if (Object.keys(this.parts.memory.store.get().volumes).length === 0) return;
    for (const { who, slot } of fresh) void this.recall(who, slot);
  }

  /** Somebody is louder or softer from now on. */
  async turn({ who, slot }: Pick<Somebody, "who" | "slot">, volume: number): Promise<void> {
    this.parts.turn(slot, volume);
    const mark = await this.mark(who).catch(() => "");
    if (mark) this.parts.memory.turn(mark, volume);
  }

  private async recall(who: string, slot: number): Promise<void> {
    const mark = await this.mark(who).catch(() => "");
    const volume = this.parts.memory.store.get().volumes[mark];
    if (volume !== undefined && this.met.has(who)) this.parts.turn(slot, volume);
  }

  private mark(who: string): Promise<string> {
    const known = this.marks.get(who) ?? this.parts.markOf(who);
    this.marks.set(who, known);
    known.catch(() => this.marks.delete(who)); // the next time we ask again
    return known;
  }
}
