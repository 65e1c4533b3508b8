import { Store, useStore } from "../kit/store";

/** Whose record stands open here, and why we may look. */
export interface Subject {
  /** Id of the FHIR Patient, without "Patient/". */
  readonly patient: string;
  /** v3 ActReason: PATRQT for one's own record, TREAT in a visit. */
  readonly purpose: "PATRQT" | "TREAT";
  readonly visit: string | null;
}

/**
 * The one person whose body, timeline and cards are shown. Null the moment consent ends: whatever
 * shows her must then be gone from the screen and from memory.
 */
export const subject = new Store<Subject | null>(null);

/** Grows whenever something was allowed or ended here, so that lists of it read again. */
export const consentsChanged = new Store(0);

export function useSubject(): Subject | null {
  return useStore(subject);
}
