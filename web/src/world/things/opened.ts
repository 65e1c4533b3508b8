import { Store } from "../../kit/store";

/** The thing that is looked at on the flat page: a board, a note, slides. */
export const openedThing = new Store("");

export function openThing(id: string): void {
  openedThing.set(id);
}

export interface Tool {
  readonly kind: "pen" | "rubber" | "words";
  readonly ink: number;
  readonly width: number;
}

/** What one draws with, on the page and in the scene alike. */
export const tool = new Store<Tool>({ kind: "pen", ink: 0, width: 20 });
