import { useEffect, useState } from "react";

/** What a band at the bottom must keep clear of [CSS pixels]. */
export interface Room {
  readonly right: number;
  readonly bottom: number;
  /** What is left for it, from the bar at the top. */
  readonly maxHeight: number;
}

const EDGE_PX = 12;
const BAR_PX = 66;

/** Beside what lies at the right edge, or, where it is as wide as the view, above it. */
export function roomBeside(box: DOMRect, width: number, height: number): Room {
  const isBelow = box.left <= 0 && box.right >= width;
  const right = isBelow ? 0 : Math.max(0, width - box.left);
  const bottom = isBelow ? Math.max(0, height - box.top) : 0;
  return {
    right: right + EDGE_PX,
    bottom: bottom + EDGE_PX,
    maxHeight: Math.max(0, height - bottom - EDGE_PX - BAR_PX),
  };
}

/** The room that the dock leaves, measured while it is needed. */
export function useRoom(place: string, isNeeded: boolean): Room | null {
  const [room, setRoom] = useState<Room | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each place has a dock of its own
  useEffect(() => {
    const dock = document.getElementById("dock");
    if (!isNeeded) return;
    const measure = () => {
      const box = dock?.getBoundingClientRect() ?? new DOMRect(innerWidth, 0, 0, 0);
      setRoom(roomBeside(box, innerWidth, innerHeight));
    };
    const watch = new ResizeObserver(measure);
    if (dock) watch.observe(dock);
    watch.observe(document.documentElement);
    measure();
    return () => watch.disconnect();
  }, [place, isNeeded]);
  return room;
}
