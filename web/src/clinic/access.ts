import { useEffect, useState } from "react";
import { subject } from "../records/subject";
import { useVisit, type Visit } from "./visit";

/** How long the line may be lost before the clinician's screen is emptied [ms]. */
const GRACE_MS = 3000;

/** Whether what was allowed in this visit stands at this moment, also while more is asked for. */
export function stands(visit: Visit | null, now: number): visit is Visit & { until: string } {
  return (
    visit !== null &&
    visit.granted.length > 0 &&
    visit.until !== null &&
    new Date(visit.until).getTime() > now
  );
}

/** True for the moment that access stands; false the instant its time is over. */
function useStands(visit: Visit | null): boolean {
  const [, setEnded] = useState("");
  const until = visit?.until;
  useEffect(() => {
    if (!until) return;
    const left_ms = new Date(until).getTime() - Date.now();
    const timer = setTimeout(() => setEnded(until), Math.max(0, left_ms) + 10);
    return () => clearTimeout(timer);
  }, [until]);
  return stands(visit, Date.now());
}

function useIsDeaf(isLost: boolean): boolean {
  const [isDeaf, setDeaf] = useState(false);
  useEffect(() => {
    if (!isLost) return setDeaf(false);
    const timer = setTimeout(() => setDeaf(true), GRACE_MS);
    return () => clearTimeout(timer);
  }, [isLost]);
  return isDeaf;
}

/**
 * In a consulting room the patient's own record stands open to herself, and to the clinician only
 * while her permission does and we can hear of its end.
 */
export function useSubjectOfVisit(place: string): void {
  const { visit, state } = useVisit();
  const isAllowed = useStands(visit);
  const isDeaf = useIsDeaf(state !== "open");
  const isHere = visit !== null && visit.room === place;
  const mayLook = isHere && (visit.my_part === "patient" || (isAllowed && !isDeaf));
  const patient = mayLook ? visit.patient.replace("Patient/", "") : null;
  const part = visit?.my_part;
  const id = visit?.id ?? null;

  useEffect(() => {
    if (!patient) return;
    subject.set(
      part === "clinician"
        ? { patient, purpose: "TREAT", visit: id }
        : { patient, purpose: "PATRQT", visit: null },
    );
    return () => subject.set(null);
  }, [patient, part, id]);
}
