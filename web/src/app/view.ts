import { Box, FileText, type LucideIcon } from "lucide-react";
import { Store } from "../kit/store";

/** The place in three dimensions, or the same place as a plain page. */
export type View = "scene" | "flat";

const KEPT = "asklepion.view";

function hasWebGl(): boolean {
  try {
    return document.createElement("canvas").getContext("webgl2") !== null;
  } catch {
    return false;
  }
}

/** Whether this browser can draw in three dimensions at all. */
export const canDraw: boolean = hasWebGl();

export const view = new Store<View>(
  canDraw && localStorage.getItem(KEPT) !== "flat" ? "scene" : "flat",
);

export function setView(next: View): void {
  localStorage.setItem(KEPT, next);
  view.set(next);
}

/** What the switch leads to, and its picture. */
export const viewIcons: Record<View, LucideIcon> = { flat: FileText, scene: Box };

export function otherView(shown: View): View {
  return shown === "scene" ? "flat" : "scene";
}
