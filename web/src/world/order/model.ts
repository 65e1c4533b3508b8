import type { Place } from "../../wire/world";

/** What the house answers about ourselves and others; accounts stand in none of it. */
export interface CompanyAnswer {
  readonly self: {
    readonly bubble: boolean;
    readonly followers: Followers;
    readonly is_child: boolean;
    readonly phrases_only: boolean;
    readonly in_photos: boolean;
  };
  readonly blocked: readonly { readonly id: string; readonly name: string; readonly at: string }[];
  readonly friends: readonly Friend[];
  readonly children: readonly Child[];
  readonly acts: readonly ActView[];
  readonly reports: readonly ReportView[];
}

export const FOLLOWERS = ["nobody", "friends", "anybody"] as const;
export type Followers = (typeof FOLLOWERS)[number];

export interface Friend {
  readonly id: string;
  readonly name: string;
  readonly state: "friends" | "asks" | "asked";
  readonly shows: boolean;
  readonly shown: boolean;
  readonly place: string;
}

export interface Child {
  readonly patient: string;
  readonly name: string;
  readonly is_child: boolean;
  readonly phrases_only: boolean;
}

export type Deed = "kick" | "ban" | "mute" | "slow" | "read";

export interface ActView {
  readonly id: string;
  readonly deed: Deed;
  readonly place: Place["id"];
  readonly reason: string;
  readonly at: string;
  readonly until: string | null;
  readonly lifted_at: string | null;
  readonly appeal: string;
  readonly every_s: number;
}

export interface ListedAct extends ActView {
  readonly name: string;
  readonly by: string;
  readonly stands: boolean;
}

export interface OrderAnswer {
  readonly people: readonly {
    readonly who: string;
    readonly name: string;
    readonly is_host: boolean;
    readonly is_silent: boolean;
  }[];
  readonly acts: readonly ListedAct[];
}

export const REASONS = [
  "insult",
  "harassment",
  "threat",
  "sexual",
  "child",
  "pretending",
  "other",
] as const;
export type Reason = (typeof REASONS)[number];
export const OUTCOMES = ["acted", "no-breach", "unclear"] as const;
export type Outcome = "open" | (typeof OUTCOMES)[number];

export interface ReportView {
  readonly id: string;
  readonly number: string;
  readonly place: string;
  readonly why: Reason;
  readonly at: string;
  readonly outcome: Outcome;
  readonly answer: string;
  readonly answered_at: string | null;
}

export interface ListedReport extends ReportView {
  readonly reporter: string;
  readonly about: string;
}

/** The sealed minute, opened. */
export interface Minute {
  readonly report: ListedReport;
  readonly people: readonly {
    readonly name: string;
    readonly is_reported: boolean;
    /** Seconds before the report, x and z in metres. */
    readonly stood: readonly (readonly [number, number, number])[];
    /** Seconds before the report, what was done, in which words. */
    readonly did: readonly (readonly [number, string, string])[];
    /** Seconds before the report, whose words they typed, the words. */
    readonly typed: readonly (readonly [number, string, string])[];
  }[];
}
