// Made by `make wire` from asklepion/twin/wire. Change that, never this.

/** Something that asks for attention. It holds no value: those are read in the record. */
export interface Alert {
  readonly id: string;
  readonly patient: string;
  readonly name: string;
  readonly is_mine: boolean;
  readonly rule: string;
  readonly title_key: string;
  readonly about_key: string;
  readonly severity: "grave" | "notice" | "urgent";
  readonly state: "answered" | "ended" | "open";
  readonly raised_at: string;
  readonly changed_at: string;
  readonly ended_at: string | null;
  readonly end_key: string;
  readonly is_unanswered: boolean;
  readonly is_quiet: boolean;
  readonly snoozed_until: string | null;
  readonly answers: readonly AlertAnswer[];
  readonly references: readonly string[];
}

/** What somebody said to an alert. */
export interface AlertAnswer {
  readonly act: "looking" | "no_problem";
  readonly name: string;
  readonly note: string;
  readonly at: string;
  readonly is_me: boolean;
  readonly is_patient: boolean;
}

/** The readings that an alert rests on, with what is usual for her, where that is known. */
export interface AlertChart {
  readonly key: string;
  readonly label_key: string;
  readonly unit: string;
  readonly digits: number;
  readonly series: readonly Point[];
  readonly low: number | null;
  readonly high: number | null;
  readonly days: number;
}

/** How often the watch rings, and how often for nothing, over some days. */
export interface AlertFigures {
  readonly days: number;
  readonly patient_days: number;
  readonly raised: number;
  readonly answered: number;
  readonly no_problem: number;
  readonly per_patient_day: number | null;
  readonly no_problem_share: number | null;
}

/** What travels on the line: all alerts of one patient, again at each change. */
export interface AlertNews {
  readonly kind: "alerts" | "listening" | "quiet";
  readonly patient: string;
  readonly alerts: readonly Alert[];
}

/** One alert with its readings, its rule's source, and what it is not. */
export interface AlertSheet {
  readonly alert: Alert;
  readonly charts: readonly AlertChart[];
  readonly sources: readonly Source[];
  readonly limits: readonly Text[];
}

/** How somebody wants to be watched over and told. */
export interface AlertWish {
  readonly is_on: boolean;
  readonly quiet_from: string;
  readonly quiet_until: string;
  readonly zone: string;
  readonly escalate_min: number;
  readonly first: readonly string[];
}

/** A number and where the truth may lie. */
export interface Amount {
  readonly value: number;
  readonly interval: Interval;
}

/** One outcome with these values. */
export interface Associated {
  readonly outcome: string;
  readonly label_key: string;
  readonly amount: Amount;
  readonly less: Amount | null;
}

/** A patient's organs, and which figure to show them in. */
export interface Body {
  readonly patient: string;
  readonly sex: "female" | "male" | "unknown";
  readonly age: number | null;
  readonly height_m: number | null;
  readonly bmi: number | null;
  readonly organs: readonly Organ[];
  readonly is_whole: boolean;
}

/** How a clinician's own estimates fared beside the model's. */
export interface Calibration {
  readonly scored: number;
  readonly waiting: number;
  readonly declined: number;
  readonly least: number;
  readonly forecasters: readonly Forecaster[];
}

/** One prediction or score with everything one must know to use it. */
export interface Card {
  readonly id: string;
  readonly title_key: string;
  readonly about_key: string;
  readonly state: "asked_first" | "cannot" | "computed";
  readonly value: number | null;
  readonly unit: string;
  readonly digits: number;
  readonly horizon: Text;
  readonly interval: Interval | null;
  readonly band: Text | null;
  readonly parts: readonly Part[];
  readonly inputs: readonly Input[];
  readonly missing: readonly Missing[];
  readonly source: Source;
  readonly limits: readonly Text[];
  readonly would_change: readonly Change[];
  readonly change_key: string;
  readonly as_of: string | null;
  readonly reasons: readonly Reason[];
  readonly version: string;
  readonly estimate: CardEstimate | null;
}

/** What the clinician who looks thought before the card told its number. */
export interface CardEstimate {
  readonly id: string;
  readonly share: number | null;
  readonly at: string;
}

/** The computation again with one input changed: an association, not a treatment's effect. */
export interface Change {
  readonly key: string;
  readonly label_key: string;
  readonly to: number | boolean;
  readonly to_key: string;
  readonly unit: string;
  readonly value_then: number;
}

/** One patient of whom something changed overnight, and what did most. */
export interface Changed {
  readonly patient: string;
  readonly name: string;
  readonly at: string;
  readonly before_at: string;
  readonly most: Since;
  readonly more: number;
}

/** How much of what an organ is judged by is known, and how fresh it is. */
export interface Completeness {
  readonly asked: number;
  readonly fresh: number;
  readonly old: number;
  readonly hidden: number;
  readonly newest_at: string | null;
  readonly missing_keys: readonly string[];
}

/** What one quantity does in a simulation: a value for each of its times. */
export interface Curve {
  readonly key: string;
  readonly label_key: string;
  readonly unit: string;
  readonly digits: number;
  readonly values: readonly (number | null)[];
}

/** A screening or a vaccination that is advised to somebody like her. */
export interface Due {
  readonly key: string;
  readonly kind: "screening" | "vaccination";
  readonly title_key: string;
  readonly say: Text;
  readonly state: "cannot_tell" | "done" | "due";
  readonly last_at: string | null;
  readonly reference: string | null;
  readonly next_at: string | null;
  readonly by: string;
  readonly source: Source;
  readonly since: string;
}

/** What a treatment did in trials, put on the risk that somebody has without it. */
export interface Effect {
  readonly treatment: string;
  readonly title_key: string;
  readonly outcome: string;
  readonly outcome_key: string;
  readonly state: "computed" | "refused";
  readonly horizon: Text;
  readonly ratio: Amount | null;
  readonly baseline: Amount | null;
  readonly then: Amount | null;
  readonly less: Amount | null;
  readonly treated: Amount | null;
  readonly harms: readonly Harm[];
  readonly missing: readonly Missing[];
  readonly limits: readonly Text[];
  readonly source: Source;
}

/** One thing that happened, on the timeline. */
export interface Entry {
  readonly id: string;
  readonly kind: string;
  readonly kind_key: string;
  readonly at: string;
  readonly until: string | null;
  readonly text: string;
  readonly note: string;
  readonly author: string;
  readonly values: readonly Measured[];
  readonly count: number;
  readonly has_more: boolean;
  readonly references: readonly string[];
}

/** What a clinician thought, what the model said, and what came of it. */
export interface Estimated {
  readonly id: string;
  readonly card: string;
  readonly title_key: string;
  readonly by: string;
  readonly at: string;
  readonly share: number | null;
  readonly model_share: number;
  readonly model_interval: Interval;
  readonly version: string;
  readonly as_of: string;
  readonly until: string;
  readonly outcome: Outcome | null;
}

/** One thing known of an organ, and by which rule it was judged. */
export interface Finding {
  readonly kind: "condition" | "measurement";
  readonly label_key: string;
  readonly text: string;
  readonly value: number | null;
  readonly unit: string;
  readonly at: string | null;
  readonly reference: string;
  readonly state: "attention" | "calm" | "unknown" | "watch";
  readonly rule: Text;
  readonly source: Source | null;
}

/** How near the model's rest comes to what was measured. */
export interface Fit {
  readonly key: string;
  readonly label_key: string;
  readonly measured: number;
  readonly simulated: number;
}

/** People of whom about the same was foretold, and to how many of them it happened [%]. */
export interface Forecast {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  readonly told: number;
  readonly happened: number;
  readonly interval: Interval;
}

/** How one who foretold fared. */
export interface Forecaster {
  readonly who: string;
  readonly brier: number;
  readonly groups: readonly Forecast[];
}

/** What may follow from one set of choices, each tier by itself. */
export interface Future {
  readonly choices: Readonly<Record<string, number | boolean>>;
  readonly treatments: readonly string[];
  readonly association: readonly Associated[];
  readonly trials: readonly Effect[];
  readonly simulation: null;
}

/** Two futures side by side, or why there are none. */
export interface Futures {
  readonly patient: string;
  readonly state: "asked_first" | "cannot" | "computed";
  readonly ask: string;
  readonly horizon: Text;
  readonly a: Future | null;
  readonly b: Future | null;
  readonly offers: readonly Offer[];
  readonly missing: readonly Missing[];
  readonly limits: readonly Text[];
  readonly source: Source;
  readonly as_of: string | null;
}

/** What a treatment does beside what it is given for. */
export interface Harm {
  readonly key: string;
  readonly label_key: string;
  readonly extra: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly ratio: Interval | null;
  readonly ratio_value: number | null;
  readonly period: Text;
  readonly source: Source;
}

/** One thing that went into a card, or would have. */
export interface Input {
  readonly key: string;
  readonly label_key: string;
  readonly value: number | boolean | string | null;
  readonly value_key: string;
  readonly unit: string;
  readonly at: string | null;
  readonly reference: string | null;
  readonly missing: boolean;
  readonly points: number | null;
}

/** Between which values the truth may lie, and in which sense. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly meaning_key: string;
  readonly params: Readonly<Record<string, string | number>>;
}

/** An equation again with one thing changed that people can change: an association. */
export interface Lever {
  readonly key: string;
  readonly label_key: string;
  readonly now: number | boolean;
  readonly to: number | boolean;
  readonly to_key: string;
  readonly unit: string;
  readonly then: Amount;
  readonly less: Amount;
  readonly say: Text;
  readonly source: Source;
}

/** A value with the name that the record gives it. */
export interface Measured {
  readonly text: string;
  readonly label_key: string;
  readonly value: number | string;
  readonly unit: string;
}

/** One thing that a card needs before it can be computed, and why what is there will not do. */
export interface Missing {
  readonly key: string;
  readonly label_key: string;
  readonly why_key: string;
  readonly low: number | null;
  readonly high: number | null;
  readonly unit: string;
}

/** One input that was another the night before. */
export interface Moved {
  readonly key: string;
  readonly label_key: string;
  readonly before: number | boolean | string | null;
  readonly before_key: string;
  readonly now: number | boolean | string | null;
  readonly now_key: string;
  readonly unit: string;
  readonly at: string | null;
  readonly reference: string | null;
  readonly before_reference: string | null;
}

/** What was computed of a patient overnight; what changed most comes first. */
export interface Night {
  readonly patient: string;
  readonly at: string;
  readonly before_at: string | null;
  readonly found: readonly Since[];
  readonly held: readonly string[];
}

/** One number: of a card (also of a learned model), or of a score. */
export interface Noted {
  readonly kind: "card" | "score";
  readonly name: string;
  readonly title_key: string;
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly unit: string;
  readonly digits: number;
  readonly as_of: string | null;
  readonly version: string;
}

/** One thing that can be chosen. */
export interface Offer {
  readonly key: string;
  readonly label_key: string;
  readonly tier: "association" | "trial";
  readonly now: number | boolean | null;
  readonly to: number | boolean | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly unit: string;
  readonly is_for_her: boolean;
}

/** One of several that an input may be. */
export interface Option {
  readonly value: string;
  readonly label_key: string;
}

/** One organ of the hologram; its state is that of its gravest finding. */
export interface Organ {
  readonly id: string;
  readonly name_key: string;
  readonly state: "attention" | "calm" | "unknown" | "watch";
  readonly findings: readonly Finding[];
  readonly completeness: Completeness;
  readonly confidence: number;
}

/** What came of something foretold. */
export interface Outcome {
  readonly happened: boolean;
  readonly on: string | null;
  readonly reference: string | null;
}

/** What one equation foretells, and what would lower it, strongest first. */
export interface Outlook {
  readonly id: string;
  readonly title_key: string;
  readonly horizon: Text;
  readonly unit: string;
  readonly value: number | null;
  readonly interval: Interval;
  readonly risk: Interval | null;
  readonly levers: readonly Lever[];
  readonly together: Amount | null;
  readonly source: Source;
}

/** Whose numbers changed overnight, of all whom one may see; who changed most comes first. */
export interface Overnight {
  readonly found: readonly Changed[];
  readonly looked_at: number;
  readonly outdated: number;
  readonly is_whole: boolean;
}

/** A further result of the same computation. */
export interface Part {
  readonly key: string;
  readonly label_key: string;
  readonly value: number;
  readonly interval: Interval;
  readonly band: Text | null;
}

/** One reading of a vital sign. */
export interface Point {
  readonly at: string;
  readonly value: number;
  readonly reference: string;
}

/** What lowers her risk most, and what is due. */
export interface Prevention {
  readonly patient: string;
  readonly state: "asked_first" | "cannot" | "computed";
  readonly ask: string;
  readonly used: Text | null;
  readonly outlooks: readonly Outlook[];
  readonly effects: readonly Effect[];
  readonly wants: readonly Want[];
  readonly missing: readonly Missing[];
  readonly due: readonly Due[];
  readonly limits: readonly Text[];
  readonly as_of: string | null;
}

/** What one input adds to a learned model's score; all reasons of a card sum to it. */
export interface Reason {
  readonly key: string;
  readonly label_key: string;
  readonly adds: number;
}

/** One thing that a score asks for, and what is known of it. */
export interface ScoreInput {
  readonly key: string;
  readonly label_key: string;
  readonly kind: "answer" | "choice" | "number";
  readonly needed: boolean;
  readonly unit: string;
  readonly low: number | null;
  readonly high: number | null;
  readonly whole: boolean;
  readonly options: readonly Option[];
  readonly of: readonly string[];
  readonly origin: "assumed" | "follows" | "none" | "record" | "told";
  readonly value: number | boolean | string | null;
  readonly value_key: string;
  readonly at: string | null;
  readonly reference: string | null;
  readonly why_key: string;
}

/** What a score finds. */
export interface ScoreResult {
  readonly value: number;
  readonly unit: string;
  readonly digits: number;
  readonly interval: Interval | null;
  readonly band: Text | null;
  readonly risk: Text | null;
}

/** One published score with what this record tells of its inputs, and its result if any. */
export interface Scored {
  readonly name: string;
  readonly title_key: string;
  readonly about_key: string;
  readonly range_key: string;
  readonly organ: string;
  readonly organ_key: string;
  readonly horizon: Text;
  readonly state: "asked_first" | "cannot" | "computed";
  readonly result: ScoreResult | null;
  readonly inputs: readonly ScoreInput[];
  readonly missing: readonly Missing[];
  readonly sources: readonly Source[];
  readonly limits: readonly Text[];
  readonly as_of: string | null;
}

/** What may follow in a model made like this person: no forecast, and no treatment's effect. */
export interface Simulation {
  readonly kind: "circulation" | "glucose";
  readonly state: "cannot" | "computed";
  readonly label: Text;
  readonly calibrated: Text;
  readonly pulse: Text | null;
  readonly times: readonly number[];
  readonly curves: readonly Curve[];
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly stopped_at: number | null;
  readonly fit: readonly Fit[];
  readonly inputs: readonly Input[];
  readonly missing: readonly Missing[];
  readonly limits: readonly Text[];
  readonly sources: readonly Source[];
  readonly as_of: string | null;
}

/** One number, and what it was the night before. */
export interface Since {
  readonly now: Noted;
  readonly before: number | null;
  readonly moved_by: readonly Moved[];
  readonly is_beyond: boolean;
  readonly is_worse: boolean | null;
  readonly is_another_version: boolean;
}

/** Where a formula or a rule was published. */
export interface Source {
  readonly citation: string;
  readonly url: string;
}

/** One sentence or word of the catalogues. */
export interface Text {
  readonly key: string;
  readonly params: Readonly<Record<string, string | number>>;
}

/** One page of the timeline, newest first. */
export interface Timeline {
  readonly entries: readonly Entry[];
  readonly before: string | null;
  readonly is_whole: boolean;
}

/** One vital sign: the latest reading and the recent ones, oldest first. */
export interface Vital {
  readonly key: string;
  readonly label_key: string;
  readonly unit: string;
  readonly digits: number;
  readonly latest: Point;
  readonly series: readonly Point[];
  readonly state: "attention" | "calm" | "unknown" | "watch";
  readonly rule: Text;
  readonly source: Source | null;
}

/** What to measure, repeat or tell so that a range becomes narrower, and how much. */
export interface Want {
  readonly key: string;
  readonly label_key: string;
  readonly how: "measure" | "repeat" | "tell";
  readonly outlook: string;
  readonly title_key: string;
  readonly unit: string;
  readonly now: number;
  readonly then: number;
}
