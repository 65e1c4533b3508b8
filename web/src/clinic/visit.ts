import { useEffect } from "react";
import { api } from "../kit/api";
import { type LiveState, live } from "../kit/live";
import { Store, useStore } from "../kit/store";
import type { Category } from "../records/categories";
import { consentsChanged } from "../records/subject";

export type Answer = "open" | "granted" | "refused" | "ended";

/** One patient in one consulting room, as the house tells it to either of the two. */
export interface Visit {
  readonly id: string;
  readonly room: string;
  readonly my_part: "patient" | "clinician";
  readonly patient: string;
  readonly patient_name: string;
  readonly clinician_name: string | null;
  /** An opaque id: by it his licence is checked. */
  readonly clinician_account: string | null;
  /** Why nobody is with her any more. */
  readonly why_alone: "" | "licence";
  readonly ask: {
    readonly categories: readonly Category[];
    readonly minutes: number;
    readonly reason: string;
  };
  readonly answer: Answer;
  readonly granted: readonly Category[];
  readonly until: string | null;
  readonly opened_at: string;
  readonly closed_at: string | null;
}

interface Line {
  readonly visit: Visit | null;
  /** While the line is lost nobody can tell us that consent ended. */
  readonly state: LiveState;
}

const line = new Store<Line>({ visit: null, state: "connecting" });

/** How often the line spoke: it tells of every change, each newer than the one before. */
let spoken = 0;

/** Take in a newer state of the visit: from the line, or as the answer to what we did. */
export function hearVisit(visit: Visit | null): void {
  const before = line.get().visit?.granted.join();
  line.update(({ state }) => ({ visit: visit?.closed_at ? null : visit, state }));
  if (line.get().visit?.granted.join() === before) return;
  // A moment later: whoever showed her record must be gone first, and ask for nothing any more.
  setTimeout(() => consentsChanged.update((n) => n + 1));
}

/** Keep the line to our visit open while this component stands. */
export function useVisitLine(): void {
  useEffect(() => {
    const stop = live<{ visit: Visit | null }>(
      "/api/clinic/live",
      ({ visit }) => {
        spoken += 1;
        hearVisit(visit);
      },
      (state) => line.update(({ visit }) => ({ visit, state })),
    );
    return () => {
      stop();
      line.set({ visit: null, state: "connecting" });
    };
  }, []);
}

export function useVisit(): Line {
  return useStore(line);
}

/** Do something with the visit, and take in what became of it. */
export function change(visit: string, verb: string, body: unknown = {}): Promise<void> {
  return hearAnswer(`/api/clinic/visits/${visit}/${verb}`, body);
}

/** Walk into a consulting room: a patient's visit opens, a clinician attends the room. */
export function walkIn(room: string): Promise<void> {
  return hearAnswer("/api/clinic/visits", { room });
}

/**
 * An answer comes by another way than the line, and may be overtaken: somebody came in, or took
 * everything back, while it was on its way. Then the line has told, or is about to.
 */
async function hearAnswer(path: string, body: unknown): Promise<void> {
  const before = spoken;
  const { visit } = await api.post<{ visit: Visit | null }>(path, body);
  if (spoken === before) hearVisit(visit);
}
