import type { Visit } from "../../src/clinic/visit";

/** A visit as the house would tell it; invented. */
export function visit(changes: Partial<Visit> = {}): Visit {
  return {
    id: "v1",
    room: "consulting-room-1",
    my_part: "patient",
    patient: "Patient/p1",
    patient_name: "Mei Lin",
    clinician_name: "Dr Amara Okafor",
    clinician_account: null,
    why_alone: "",
    ask: { categories: ["vitals", "laboratory"], minutes: 60, reason: "" },
    answer: "open",
    granted: [],
    until: null,
    opened_at: "2026-03-01T12:00:00Z",
    closed_at: null,
    ...changes,
  };
}

export function inOneHour(): string {
  return new Date(Date.now() + 3_600_000).toISOString();
}

export function granted(changes: Partial<Visit> = {}): Visit {
  return visit({ answer: "granted", granted: ["vitals"], until: inOneHour(), ...changes });
}
