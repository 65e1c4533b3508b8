/** What one can let happen, with the few numbers that one may choose. */
export type What = "bleed" | "fluid" | "stand" | "legs" | "exercise" | "drug" | "breath" | "meal";

export const WHATS: readonly What[] = [
  "bleed",
  "fluid",
  "stand",
  "legs",
  "exercise",
  "drug",
  "breath",
  "meal",
];

/** What anybody may let happen to herself; the rest is for clinicians. */
const FOR_ALL: readonly What[] = ["stand", "legs", "exercise", "meal"];

/** What may be chosen: the house refuses anything else. */
export function whatsFor(isClinician: boolean): readonly What[] {
  return isClinician ? WHATS : FOR_ALL;
}

export const REFILLS = ["nothing", "crystalloid", "blood"] as const;

export interface Choice {
  readonly what: What;
  readonly ml: number;
  readonly minutes: number;
  readonly fluid: "crystalloid" | "blood";
  /** What is given into a vein once the blood is lost, and how much. */
  readonly refill: (typeof REFILLS)[number];
  readonly refillMl: number;
  readonly watts: number;
  readonly drug: string;
  readonly dose: number;
  readonly isOxygenFirst: boolean;
  readonly carbs: number;
  readonly insulin: number;
}

/** What is known now, in the house's unit or with its own. */
export type Told = Readonly<Record<string, number | readonly [number, string]>>;

export interface Wish {
  readonly kind: "circulation" | "glucose";
  readonly length: number;
  readonly events: readonly object[];
  readonly told?: Told;
}

/** How a drug is given here: at once, or so much each minute; and which doses one may choose. */
export const DRUGS: Readonly<
  Record<string, { how: "bolus" | "infuse"; unit: string; doses: readonly number[] }>
> = {
  propofol: { how: "bolus", unit: "mg", doses: [50, 100, 150, 200] },
  remifentanil: { how: "infuse", unit: "ug/min", doses: [3, 7, 14] },
  rocuronium: { how: "bolus", unit: "mg", doses: [20, 40, 60] },
  noradrenaline: { how: "infuse", unit: "ug/min", doses: [3, 7, 14, 25] },
  metoprolol: { how: "bolus", unit: "mg", doses: [5, 10, 15] },
  nitroglycerin: { how: "infuse", unit: "ug/min", doses: [25, 50, 100, 200] },
};

export const STEPS = {
  bleed: [250, 500, 1000, 1500, 2000],
  fluid: [250, 500, 1000],
  minutes: [5, 10, 20],
  watts: [25, 50, 100, 150],
  carbs: [30, 60, 75, 100],
  insulin: [0, 2, 4, 6, 8, 12],
} as const;

export const FIRST: Choice = {
  what: "bleed",
  ml: 1000,
  minutes: 10,
  fluid: "crystalloid",
  refill: "nothing",
  refillMl: 1000,
  watts: 50,
  drug: "propofol",
  dose: 100,
  isOxygenFirst: false,
  carbs: 60,
  insulin: 0,
};

/** Let something else happen; an amount that cannot be chosen for it becomes the nearest that can. */
export function withWhat(choice: Choice, what: What): Choice {
  const steps: readonly number[] = what === "fluid" ? STEPS.fluid : STEPS.bleed;
  return { ...choice, what, ml: nearest(choice.ml, steps) };
}

function nearest(value: number, steps: readonly number[]): number {
  return steps.reduce((best, one) => (Math.abs(one - value) < Math.abs(best - value) ? one : best));
}

const LEGS_UP_DEG = -20;
const OXYGEN_S = 180;

/** What the house is asked for a choice. */
export function wishOf(choice: Choice): Wish {
  const { ml, minutes } = choice;
  const seconds = minutes * 60;
  switch (choice.what) {
    case "bleed":
      return bleed(choice);
    case "fluid":
      return circulation((minutes + 10) * 60, event(choice.fluid, { ml, seconds }));
    case "stand":
      return circulation(240, event("tilt", { degrees: 90 }));
    case "legs":
      return circulation(240, event("tilt", { degrees: LEGS_UP_DEG }));
    case "exercise":
      return circulation(
        480,
        event("exercise", { watts: choice.watts }),
        event("exercise", { watts: 0 }, 300),
      );
    case "drug":
      return circulation(900, dose(choice));
    case "breath":
      return breath(choice);
    case "meal":
      return meal(choice);
    default:
      return choice.what satisfies never;
  }
}

function circulation(length: number, ...events: readonly object[]): Wish {
  return { kind: "circulation", length, events };
}

const REFILL_S = 600;

function bleed({ ml, minutes, refill, refillMl }: Choice): Wish {
  const seconds = minutes * 60;
  const lost = event("bleed", { ml_min: ml / minutes, seconds });
  if (refill === "nothing") return circulation(seconds + 300, lost);
  return circulation(
    seconds + REFILL_S + 300,
    lost,
    event(refill, { ml: refillMl, seconds: REFILL_S }, seconds),
  );
}

function event(kind: string, values: Readonly<Record<string, number>>, at = 0): object {
  return { at, kind, values };
}

function dose({ drug, dose: amount }: Choice): object {
  const how = DRUGS[drug]?.how ?? "bolus";
  const values = how === "bolus" ? { amount } : { per_min: amount };
  return { at: 0, kind: how, drug, values };
}

function breath({ isOxygenFirst }: Choice): Wish {
  const at = isOxygenFirst ? OXYGEN_S : 0;
  const stops = event("obstruct", { share: 1 }, at);
  const oxygen = isOxygenFirst ? [event("oxygen", { share: 1 })] : [];
  return circulation(isOxygenFirst ? 840 : 240, ...oxygen, stops);
}

function meal({ carbs, insulin }: Choice): Wish {
  const given = insulin > 0 ? [event("insulin", { units: insulin })] : [];
  return { kind: "glucose", length: 360, events: [event("meal", { carbs_g: carbs }), ...given] };
}
