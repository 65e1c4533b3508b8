import { useEffect } from "react";
import { api } from "../../kit/api";
import type { Me } from "../../kit/session";
import { Store, useStore } from "../../kit/store";
import { type Named, titleOf } from "../choices/names";
import type { Act, Subject } from "../subject";

/** Somebody in whose place one may do something. */
export interface Represented {
  /** Id of the FHIR Patient, without "Patient/". */
  readonly patient: string;
  readonly name: string;
  readonly acts: readonly Act[];
}

interface Held {
  readonly people: readonly Represented[];
  /** Whose record is meant at home: "" is one's own. */
  readonly chosen: string;
}

const NOBODY: Held = { people: [], chosen: "" };
const held = new Store<Held>(NOBODY);

export function useRepresented(): Held {
  return useStore(held);
}

/** From now on home shows this person's record, and what one does there is done for her. */
export function choose(patient: string): void {
  held.update((before) => ({ ...before, chosen: patient }));
}

/** Id of the patient that somebody is, or "". */
export function ownPatient({ person }: Me): string {
  return person?.startsWith("Patient/") ? person.slice("Patient/".length) : "";
}

/** Whose record stands open at home; null where there is none. */
export function homeSubject(me: Me, { people, chosen }: Held): Subject | null {
  const own = ownPatient(me);
  const helped = people.find(({ patient }) => patient === chosen) ?? (own ? undefined : people[0]);
  if (helped) {
    const { patient, acts } = helped;
    return { patient, purpose: "FAMRQT", visit: null, acts };
  }
  return own ? { patient: own, purpose: "PATRQT", visit: null } : null;
}

/** Ask whom one represents, for as long as one is signed in. */
export function useReadRepresented(me: Me): void {
  const isWanted = me.roles.includes("patient");
  useEffect(() => {
    if (!isWanted) return;
    const stop = new AbortController();
    read(stop.signal).then(
      (people) => held.update(({ chosen }) => ({ people, chosen })),
      () => {}, // then one's own record stands open, as without anybody
    );
    return () => {
      stop.abort();
      held.set(NOBODY);
    };
  }, [isWanted]);
}

async function read(stop: AbortSignal): Promise<Represented[]> {
  const found = await api.get<Record<string, Act[]>>("/api/records/represented", stop);
  return Promise.all(
    Object.entries(found).map(async ([reference, acts]) => ({
      patient: reference.replace("Patient/", ""),
      name: await nameOf(reference, stop),
      acts,
    })),
  );
}

async function nameOf(reference: string, stop: AbortSignal): Promise<string> {
  const headers = { "X-Purpose-Of-Use": "FAMRQT" };
  try {
    return titleOf(await api.get<Named>(`/fhir/R4/${reference}`, stop, headers));
  } catch {
    return "";
  }
}
