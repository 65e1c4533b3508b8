import { useEffect } from "react";
import type { Me } from "../kit/session";
import { homeSubject, useRepresented } from "../records/helpers/represented";
import { subject } from "../records/subject";

/**
 * At home one's own record stands open, or that of somebody whom one helps; leaving home closes it.
 * Elsewhere others decide.
 */
export function useOwnSubject(me: Me, place: string): void {
  const held = useRepresented();
  const mine = homeSubject(me, held);
  const key = JSON.stringify(mine);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says whether it is another
  useEffect(() => {
    if (place !== "home" || !mine) return;
    subject.set(mine);
    return () => subject.set(null);
  }, [place, key]);
}
