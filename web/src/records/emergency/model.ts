import { api } from "../../kit/api";

/** One time that somebody looked without being allowed, because it could not wait. */
export interface Breaking {
  readonly id: string;
  /** Patient/… */
  readonly patient: string;
  readonly actor: string;
  readonly actor_name: string;
  readonly actor_person: string;
  readonly reason: string;
  readonly at: string;
  readonly until: string;
  readonly state: "open" | "over" | "justified" | "unjustified";
  readonly reviewer: string;
  readonly remark: string;
  readonly reviewed_at: string | null;
}

/** The house takes no shorter reason or remark: the patient will read it. */
export const LEAST = 10;
export const MOST = 1000;

const PATH = "/api/records/emergencies";

/** Whether it goes on at this moment. */
export function goesOn({ until, state }: Breaking, now: number): boolean {
  return state === "open" && new Date(until).getTime() > now;
}

export function isJudged({ state }: Breaking): boolean {
  return state === "justified" || state === "unjustified";
}

export function endEarly({ id }: Breaking): Promise<void> {
  return api.delete(`${PATH}/${id}`);
}

/** Minutes that are left, the last one whole. */
export function minutesLeft({ until }: Breaking, now: number): number {
  return Math.max(0, Math.ceil((new Date(until).getTime() - now) / 60_000));
}
