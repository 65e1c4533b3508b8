import { useEffect } from "react";
import { api } from "../../kit/api";
import { live } from "../../kit/live";
import type { Me } from "../../kit/session";
import { Store, useStore } from "../../kit/store";
import { ownPatient, useRepresented } from "../helpers/represented";
import { emergencyTold, linedPatient } from "../subject";
import { type Breaking, isJudged } from "./model";

interface Notice {
  readonly kind: "listening" | "quiet" | "emergency";
  readonly id?: string;
  readonly patient?: string;
}

/** Every emergency look at her, and at those for whom she decides; by the patient's id. */
const told = new Store<Readonly<Record<string, readonly Breaking[]>>>({});
const NONE: readonly Breaking[] = [];
/** Grows when something is to be read again. */
export const emergenciesChanged = new Store(0);

function keptIn(account: string): string {
  return `asklepion.read-emergencies.${account}`;
}

/** What she has read: an emergency, and again its judgement. Opaque ids, kept in this browser. */
const read = new Store<readonly string[]>([]);
const MOST_READ = 400;

function markOf(it: Breaking): string {
  return isJudged(it) ? `${it.id} judged` : it.id;
}

export function markRead(account: string, all: readonly Breaking[]): void {
  const marks = [...new Set([...read.get(), ...all.map(markOf)])].slice(-MOST_READ);
  read.set(marks);
  localStorage.setItem(keptIn(account), JSON.stringify(marks));
}

function remember(account: string): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keptIn(account)) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

/** Those that somebody has not read yet, newest first. */
export function useUnread(): readonly Breaking[] {
  const all = Object.values(useStore(told)).flat();
  const known = useStore(read);
  return all
    .filter((it) => !known.includes(markOf(it)))
    .sort((one, other) => other.at.localeCompare(one.at));
}

export function useEmergenciesOf(patient: string): readonly Breaking[] {
  return useStore(told)[patient] ?? NONE;
}

/** Hear of emergencies at once while this stands; what came before is asked for at the beginning. */
export function useTold(me: Me): void {
  const { people } = useRepresented();
  const own = ownPatient(me);
  const patients = [
    ...(own ? [own] : []),
    ...people.filter(({ acts }) => acts.includes("decide")).map(({ patient }) => patient),
  ].join(" ");
  const turn = useStore(emergenciesChanged) + useStore(emergencyTold);
  // A browser holds few streams to one house: where her record's own tells, no second is opened.
  const isHeard = useStore(linedPatient) === patients;

  useEffect(() => {
    read.set(remember(me.account));
    return () => told.set({});
  }, [me.account]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again at each turn
  useEffect(() => {
    const stop = new AbortController();
    for (const patient of patients.split(" ").filter(Boolean)) {
      const path = `/api/records/patients/${patient}/emergencies`;
      api.get<Breaking[]>(path, stop.signal).then(
        (found) => told.update((all) => ({ ...all, [patient]: found })),
        () => {}, // asked again with the next notice
      );
    }
    return () => stop.abort();
  }, [patients, turn]);

  useEffect(() => {
    if (!patients) return;
    const again = (): void => emergenciesChanged.update((n) => n + 1);
    again(); // what happened between two lines
    const stop = isHeard
      ? undefined
      : live<Notice>("/api/records/notices", ({ kind }) => {
          if (kind !== "quiet") again();
        });
    const onSight = (): void => {
      if (document.visibilityState === "visible") again();
    };
    document.addEventListener("visibilitychange", onSight);
    return () => {
      stop?.();
      document.removeEventListener("visibilitychange", onSight);
    };
  }, [patients, isHeard]);
}
