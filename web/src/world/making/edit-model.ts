import { Store } from "../../kit/store";
import type { Op } from "./ops";
import type { Doc } from "./parts";

const MOST_STEPS = 300;

/** How many steps can be undone, and done again. */
export interface Steps {
  readonly back: number;
  readonly ahead: number;
}

/**
 * A place in the making, with every step that was taken. Each step is the whole value before it, and
 * values share what is the same: undoing all of it gives the start, whatever was done.
 */
export class EditModel {
  readonly doc: Store<Doc>;
  readonly steps = new Store<Steps>({ back: 0, ahead: 0 });
  /** The key of the part that is chosen; "" for none. */
  readonly chosen = new Store("");
  private past: Doc[] = [];
  private future: Doc[] = [];
  private gesture = "";

  constructor(start: Doc) {
    this.doc = new Store(start);
  }

  /**
   * Take a step.
   *
   * @param gesture steps of one gesture, such as one drag, are undone together.
   */
  apply(op: Op, gesture = ""): void {
    const before = this.doc.get();
    const after = op(before);
    if (after === before || JSON.stringify(after) === JSON.stringify(before)) return;
    if (!gesture || gesture !== this.gesture) this.past = [...this.past, before].slice(-MOST_STEPS);
    this.gesture = gesture;
    this.future = [];
    this.show(after);
  }

  /** Whatever comes next is a step of its own. */
  endGesture(): void {
    this.gesture = "";
  }

  undo(): void {
    this.swap("past", "future");
  }

  redo(): void {
    this.swap("future", "past");
  }

  private swap(from: "past" | "future", to: "past" | "future"): void {
    const next = this[from].at(-1);
    if (!next) return;
    this[from] = this[from].slice(0, -1);
    this[to] = [...this[to], this.doc.get()];
    this.gesture = "";
    this.show(next);
  }

  private show(doc: Doc): void {
    this.doc.set(doc);
    this.steps.set({ back: this.past.length, ahead: this.future.length });
    const { entries } = doc;
    if (!entries.some(({ key }) => key === this.chosen.get())) this.chosen.set("");
  }
}
