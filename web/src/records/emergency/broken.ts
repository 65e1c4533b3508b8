import { useEffect } from "react";
import { api } from "../../kit/api";
import { useNow } from "../../kit/clock";
import { isIn } from "../../kit/place";
import { Store, useStore } from "../../kit/store";
import { emergencyOver, subject } from "../subject";
import { type Breaking, goesOn } from "./model";

/** Where a record can be shown. */
const SHOWN_IN = ["home", "consulting-room-*"];
const PATIENCE_MS = 30_000; // between two looks whether it still goes on

/** The emergency in which this clinician looks now, or null. */
export const broken = new Store<Breaking | null>(null);

/** Whom somebody wants to look at who is not allowed to; the panel begins with her. */
export const sought = new Store<{ readonly patient: string; readonly name: string } | null>(null);

/** Whether a record can be shown in this place. */
export function canShow(place: string): boolean {
  return isIn(place, SHOWN_IN);
}

async function readMine(): Promise<void> {
  const mine = await api.get<Breaking[]>("/api/records/emergencies/mine");
  const before = broken.get();
  const same = mine.find(({ id }) => id === before?.id);
  broken.set(same ?? mine[0] ?? null);
}

/** Keep what the house says of it, for as long as this stands: it may be ended by others. */
export function useBroken(isClinician: boolean): Breaking | null {
  const over = useStore(emergencyOver);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when the stream says it is over
  useEffect(() => {
    if (!isClinician) return;
    const ask = (): void => void readMine().catch(() => {}); // the server decides anyway
    ask();
    const timer = setInterval(ask, PATIENCE_MS);
    return () => clearInterval(timer);
  }, [isClinician, over]);
  useEffect(
    () => () => {
      broken.set(null);
      sought.set(null); // nobody who signs in next learns whom somebody looked for
    },
    [],
  );
  const now = useNow();
  const held = useStore(broken);
  return held && goesOn(held, now) ? held : null;
}

/** Where a record can be shown and none stands open, hers does: by the emergency, until its end. */
export function useEmergencySubject(place: string, held: Breaking | null): void {
  const patient = held && canShow(place) ? held.patient.replace("Patient/", "") : null;
  useEffect(() => {
    if (!patient) return;
    const mine = { patient, purpose: "BTG", visit: null } as const;
    const follow = (): void => {
      if (subject.get() === null) subject.set(mine);
    };
    follow();
    const stop = subject.subscribe(follow);
    return () => {
      stop();
      if (subject.get()?.purpose === "BTG") subject.set(null);
    };
  }, [patient]);
}
