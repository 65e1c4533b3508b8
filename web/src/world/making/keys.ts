import type { EditModel } from "./edit-model";
import { copy, move, remove, TURN, turn } from "./ops";
import type { Point } from "./parts";

const NO_GRID_M = 0.05;

const WAYS: Readonly<Record<string, Point>> = {
  ArrowLeft: [-1, 0, 0],
  ArrowRight: [1, 0, 0],
  ArrowUp: [0, 0, -1],
  ArrowDown: [0, 0, 1],
  PageUp: [0, 1, 0],
  PageDown: [0, -1, 0],
};

/** One step of the grid, or a small one where there is none. */
export function stepOf(grid: number): number {
  return grid || NO_GRID_M;
}

/** Undo and redo, from anywhere but a field that has its own; whether the press was meant. */
export function pressAnywhere(event: KeyboardEvent, model: EditModel): boolean {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return false;
  const key = event.key.toLowerCase();
  if (key === "z") {
    if (event.shiftKey) model.redo();
    else model.undo();
  } else if (key === "y") model.redo();
  else return false;
  return true;
}

/** What a key does to what is chosen, while the picture has the focus; whether it was meant. */
export function pressInPicture(event: KeyboardEvent, model: EditModel, grid: number): boolean {
  const key = model.chosen.get();
  if (event.key === "Escape" && key) {
    model.chosen.set("");
    return true;
  }
  if (!key || event.altKey) return false;
  const doc = model.doc.get();
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "d") {
    duplicate(model, key);
    return true;
  }
  if (event.ctrlKey || event.metaKey) return false;
  const way = WAYS[event.key];
  if (way) {
    const step = stepOf(grid);
    const by: Point = [way[0] * step, way[1] * step, way[2] * step];
    model.apply(move(doc, key, by, grid), `keys ${key}`);
  } else if (event.key === "[") model.apply(turn(key, TURN));
  else if (event.key === "]") model.apply(turn(key, -TURN));
  else if (event.key === "Delete" || event.key === "Backspace") model.apply(remove(key));
  else return false;
  return true;
}

/** Copy a part and choose the copy. */
export function duplicate(model: EditModel, key: string): void {
  const doc = model.doc.get();
  model.apply(copy(doc, key, 0.5));
  const made = `part-${doc.next}`;
  if (model.doc.get().entries.some((one) => one.key === made)) model.chosen.set(made);
}
