import { api } from "../../kit/api";
import { twoDigits } from "../../kit/clock";
import { accountNow } from "../../kit/session";
import { Store } from "../../kit/store";

const OURS = "/api/world";

export const AUDIENCES = ["all", "patient", "clinician", "friends"] as const;
export type Audience = (typeof AUDIENCES)[number];

/** Something planned, as the house tells it to us. */
export interface Planned {
  readonly id: string;
  readonly place: string;
  readonly title: string;
  readonly starts_at: string;
  readonly ends_at: string;
  readonly audience: Audience;
  /** 0: as many as the place holds. */
  readonly capacity: number;
  readonly by: string;
  readonly coming: number;
  readonly is_coming: boolean;
  /** We may cancel it. */
  readonly is_ours: boolean;
  readonly is_off: boolean;
}

export interface Plan {
  readonly place: string;
  readonly title: string;
  readonly starts_at: string;
  readonly minutes: number;
  readonly audience: Audience;
  readonly capacity: number;
}

/** What is planned, as it was last heard; the list and the reminder share it. */
export const planned = new Store<readonly Planned[] | null>(null);

/** Ask what is planned. */
export async function readPlanned(stop?: AbortSignal): Promise<readonly Planned[]> {
  const account = accountNow();
  const found = await api.get<readonly Planned[]>(`${OURS}/events`, stop);
  if (account === accountNow()) planned.set(found);
  return found;
}

async function changing<T>(work: Promise<T>): Promise<T> {
  const done = await work;
  await readPlanned();
  return done;
}

/** What we ask of the house about events, one verb each. */
export const asking = {
  plan: (plan: Plan) => changing(api.post<{ id: string }>(`${OURS}/events`, plan)),
  come: (id: string, coming: boolean) =>
    changing(api.put(`${OURS}/events/${id}/coming`, { coming })),
  cancel: (id: string, off: boolean) => changing(api.put(`${OURS}/events/${id}/off`, { off })),
  openFeed: () => api.post<{ url: string }>(`${OURS}/calendar`),
};

/** Where an event is to be had as a file for calendar programs. */
export function fileOf(id: string): string {
  return `${OURS}/events/${id}/event.ics`;
}

const SOON_MS = 10 * 60_000;

/** What we come to and begins within ten minutes, or has begun; the next first. */
export function soon(all: readonly Planned[], now: number): Planned | null {
  const found = all.filter(({ is_coming, is_off, starts_at, ends_at }) => {
    const isNear = Date.parse(starts_at) - SOON_MS <= now && now < Date.parse(ends_at);
    return is_coming && !is_off && isNear;
  });
  return found[0] ?? null;
}

/** The moment that somebody wrote into a field of their own clock, as the house takes it. */
export function momentOf(local: string): string {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? "" : at.toISOString();
}

/** A moment as such a field wants it: year to minute, by our own clock. */
export function localOf(at: Date): string {
  const day = `${at.getFullYear()}-${twoDigits(at.getMonth() + 1)}-${twoDigits(at.getDate())}`;
  return `${day}T${twoDigits(at.getHours())}:${twoDigits(at.getMinutes())}`;
}
