import { useEffect } from "react";
import type { Me } from "../kit/session";
import { subject } from "../records/subject";

/** At home one's own record stands open; leaving home closes it. Elsewhere others decide. */
export function useOwnSubject(me: Me, place: string): void {
  const patient = me.person?.startsWith("Patient/") ? me.person.slice("Patient/".length) : null;
  useEffect(() => {
    if (place !== "home" || !patient) return;
    subject.set({ patient, purpose: "PATRQT", visit: null });
    return () => subject.set(null);
  }, [place, patient]);
}
