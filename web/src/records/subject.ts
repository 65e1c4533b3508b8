import type { Headers } from "../kit/api";
import { Store, useStore } from "../kit/store";

/** What one may do with another's record: look, write, say in her name who else may. */
export type Act = "access" | "correct" | "decide";

/** Whose record stands open here, and why we may look. */
export interface Subject {
  /** Id of the FHIR Patient, without "Patient/". */
  readonly patient: string;
  /** v3 ActReason: one's own record, one's relative's, in a visit, in an emergency. */
  readonly purpose: "PATRQT" | "FAMRQT" | "TREAT" | "BTG";
  readonly visit: string | null;
  /** Of a relative's record: what one may do there. */
  readonly acts?: readonly Act[];
}

/**
 * The one person whose body, timeline and cards are shown. Null the moment consent ends: whatever
 * shows her must then be gone from the screen and from memory.
 */
export const subject = new Store<Subject | null>(null);

/** Grows whenever something was allowed or ended here, so that lists of it read again. */
export const consentsChanged = new Store(0);

/** Grows when the house says that a look in an emergency is over. */
export const emergencyOver = new Store(0);

/** Whose record's live line is open in this window, and so tells of emergencies; "" while none is. */
export const linedPatient = new Store("");

/** Grows when that line tells of an emergency. */
export const emergencyTold = new Store(0);

export function useSubject(): Subject | null {
  return useStore(subject);
}

/** Whether it is one's own record, or that of somebody whom one helps. */
export function isHome(who: Subject | null): who is Subject {
  return who?.purpose === "PATRQT" || who?.purpose === "FAMRQT";
}

/** Whether one may say here who else may see it. */
export function mayDecide(who: Subject | null): who is Subject {
  return who?.purpose === "PATRQT" || (isHome(who) && (who.acts?.includes("decide") ?? false));
}

/** Why we ask about this person, for every request that does; nothing where the house knows it. */
export function headersOf(who: Subject | null): Headers {
  const isSaid = who?.purpose === "BTG" || who?.purpose === "FAMRQT";
  return {
    ...(isSaid ? { "X-Purpose-Of-Use": who.purpose } : {}),
    ...(who?.visit ? { "X-Visit": who.visit } : {}),
  };
}

/** The same for a stream, which sends no headers. */
export function streamParams(who: Subject): string {
  const params = new URLSearchParams();
  if (who.visit) params.set("visit", who.visit);
  if (who.purpose === "BTG" || who.purpose === "FAMRQT") params.set("purpose", who.purpose);
  const text = params.toString();
  return text ? `?${text}` : "";
}
