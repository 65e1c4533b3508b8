import { useEffect, useState } from "react";

/** What a band at the bottom must keep clear of [CSS pixels]. */
export interface Room {
  readonly right: number;
  readonly bottom: number;
}

const EDGE_PX = 12;
const ALL: Room = { right: EDGE_PX, bottom: EDGE_PX };

/** Beside what lies at the right edge, or, where it is as wide as the view, above it. */
export function roomBeside(box: DOMRect, width: number, height: number): Room {
  const isBelow = box.left <= 0 && box.right >= width;
  return isBelow
    ? { right: EDGE_PX, bottom: Math.max(0, height - box.top) + EDGE_PX }
    : { right: Math.max(0, width - box.left) + EDGE_PX, bottom: EDGE_PX };
}

/** The room that the dock leaves, measured while it is needed. */
export function useRoom(place: string, isNeeded: boolean): Room {
  const [room, setRoom] = useState(ALL);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each place has a dock of its own
  useEffect(() => {
    const dock = document.getElementById("dock");
    if (!isNeeded) return;
    if (!dock) return setRoom(ALL);
    const measure = () =>
      setRoom(roomBeside(dock.getBoundingClientRect(), innerWidth, innerHeight));
    const watch = new ResizeObserver(measure);
    watch.observe(dock);
    watch.observe(document.documentElement);
    measure();
    return () => watch.disconnect();
  }, [place, isNeeded]);
  return room;
}
