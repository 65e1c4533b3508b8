import { useEffect } from "react";
import { api } from "../../kit/api";
import { type Asked, useAsked } from "../../kit/asked";
import { language, moment } from "../../kit/text";
import { headersOf, type Subject } from "../../records/subject";
import type { ByHand } from "../by-hand";

/** What is to be measured when, and how that was kept, as the house tells it. */
export interface Plan {
  readonly id: string;
  readonly kind: ByHand;
  /** On the clock of `zone`, as 08:00. */
  readonly times: readonly string[];
  /** Of the week, Monday is 0; empty: every day. */
  readonly days: readonly number[];
  readonly until: string | null;
  readonly zone: string;
  readonly author: string;
  readonly author_name: string;
  readonly done: number;
  readonly missed: number;
  readonly share: number | null;
  readonly over_days: number;
  /** When the first of the measurements that are missing in a row was due. */
  readonly silent_since: string | null;
  readonly due_at: string | null;
  readonly next_at: string | null;
}

/** What can be planned. */
export const PLANNED = [
  "blood-pressure",
  "weight",
  "heart-rate",
  "temperature",
  "spo2",
  "glucose",
] as const satisfies readonly ByHand[];

const AGAIN_MS = 60_000;
const CALM = 5; // while nothing is due, only each so many times
/** Told within this browser when a plan was made or ended, or something was measured. */
export const PLANS_CHANGED = "asklepion.plans-changed";

export function pathOf({ patient, visit }: Subject): string {
  const more = visit ? `?visit=${encodeURIComponent(visit)}` : "";
  return `/api/devices/plans/${encodeURIComponent(patient)}${more}`;
}

/** Somebody's plans, asked again each minute while one is due, and when they change. */
export function usePlans(who: Subject | null): Asked<readonly Plan[]> {
  const asked = useAsked<readonly Plan[]>(
    (stop) => (who ? api.get(pathOf(who), stop, headersOf(who)) : Promise.resolve([])),
    [who?.patient, who?.purpose, who?.visit],
  );
  const { again } = asked;
  const isDue = asked.value?.some(({ due_at }) => due_at !== null) ?? false;
  useEffect(() => {
    const timer = setInterval(again, isDue ? AGAIN_MS : CALM * AGAIN_MS);
    addEventListener(PLANS_CHANGED, again);
    return () => {
      clearInterval(timer);
      removeEventListener(PLANS_CHANGED, again);
    };
  }, [again, isDue]);
  return asked;
}

export function tellPlansChanged(): void {
  dispatchEvent(new Event(PLANS_CHANGED));
}

/** The days of a plan as people here write them: Mon, Wed. */
export function daysOf(days: readonly number[]): string {
  const names = new Intl.DateTimeFormat(language.get(), { weekday: "short", timeZone: "UTC" });
  const monday = Date.UTC(2024, 0, 1);
  const words = days.map((day) => names.format(monday + day * 24 * 3600 * 1000));
  return new Intl.ListFormat(language.get(), { type: "conjunction" }).format(words);
}

/** The times of a plan as people here write them: 8:00 AM and 8:00 PM. */
export function timesOf(times: readonly string[]): string {
  const format = new Intl.DateTimeFormat(language.get(), { timeStyle: "short", timeZone: "UTC" });
  const words = times.map((time) => format.format(Date.parse(`2024-01-01T${time}Z`)));
  return new Intl.ListFormat(language.get(), { type: "conjunction" }).format(words);
}

/** A moment of today as its time, else with its day. */
export function soon(iso: string, now: number): string {
  const isToday = new Date(iso).toDateString() === new Date(now).toDateString();
  return moment(iso, isToday ? "time" : "moment");
}
