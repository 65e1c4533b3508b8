import { type RefObject, useEffect } from "react";
import { Store } from "../kit/store";

/** How much of the view the open panel hides [CSS pixels]. */
export interface Covered {
  readonly right: number;
  readonly bottom: number;
}

const NOTHING: Covered = { right: 0, bottom: 0 };

export const covered = new Store<Covered>(NOTHING);

/** What an element at the edge of a view hides of it: beside it, or, where it is as wide, below. */
export function coveredBy(box: DOMRect, width: number, height: number): Covered {
  const isBelow = box.left <= 0 && box.right >= width;
  return isBelow
    ? { right: 0, bottom: Math.max(0, height - box.top) }
    : { right: Math.max(0, width - box.left), bottom: 0 };
}

/** Tell how much the panel hides, for as long as it is open. */
export function useCovering(panel: RefObject<HTMLElement | null>, isOpen: boolean): void {
  useEffect(() => {
    const element = panel.current;
    if (!isOpen || !element) return;
    const measure = (): void =>
      covered.set(coveredBy(element.getBoundingClientRect(), innerWidth, innerHeight));
    const watch = new ResizeObserver(measure);
    watch.observe(element);
    watch.observe(document.body);
    measure();
    return () => {
      watch.disconnect();
      covered.set(NOTHING);
    };
  }, [panel, isOpen]);
}
