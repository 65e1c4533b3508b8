import type { Act, ChangeItem, MakeItem, RemoveItem, UndoItem } from "../../wire/world";

/** What may be sent again after the line broke: the house knows it by its `op`. */
export type Lasting = MakeItem | ChangeItem | RemoveItem | UndoItem;

interface Waiting {
  readonly wish: Lasting;
  /** Once the house has told it: which item it came to, and at which revision; −1: gone. */
  told: { readonly item: string; readonly revision: number } | null;
}

/** What we asked for that does not yet survive a power cut, in the order in which we asked. */
export class Wishes {
  private readonly waiting = new Map<string, Waiting>();

  get count(): number {
    return this.waiting.size;
  }

  add(wish: Lasting): void {
    this.waiting.set(wish.op, { wish, told: null });
  }

  /** The house has done it; in a place that keeps nothing that is all. */
  tell(op: string, item: string, revision: number, isKept: boolean): void {
    const one = this.waiting.get(op);
    if (!one) return;
    if (isKept) one.told = { item, revision };
    else this.waiting.delete(op);
  }

  refuse(op: string): Lasting | null {
    const one = this.waiting.get(op);
    this.waiting.delete(op);
    return one?.wish ?? null;
  }

  /** These items survive as they were at that revision; −1 for what is gone. */
  keep(kept: readonly (readonly [string, number])[]): void {
    const revisions = new Map(kept);
    for (const [op, { told }] of this.waiting) {
      const revision = told && revisions.get(told.item);
      if (told && revision !== undefined && revision !== null) {
        if (revision < 0 || revision >= told.revision) this.waiting.delete(op);
      }
    }
  }

  /** What to send again on a new line: all of it, since the house knows what it has done. */
  again(): readonly Lasting[] {
    const all = [...this.waiting.values()];
    for (const one of all) one.told = null;
    return all.map(({ wish }) => wish);
  }

  /** Acts on an item that the house has not told yet, in order: we show them already. */
  actsOn(item: string): readonly Act[] {
    const acts: Act[] = [];
    for (const { wish, told } of this.waiting.values()) {
      if (!told && wish.type === "change-item" && wish.item === item) acts.push(wish.act);
    }
    return acts;
  }

  forget(): void {
    this.waiting.clear();
  }
}
