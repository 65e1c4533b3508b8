import type { Offer } from "../../wire/twin";

/** What is chosen for one future, as the house wants it. */
export interface Chosen {
  readonly choices: Readonly<Record<string, number | boolean>>;
  readonly treatments: readonly string[];
}

export const NOTHING: Chosen = { choices: {}, treatments: [] };

/** The same with one thing more, or without it. */
export function toggle(chosen: Chosen, { key, tier, to }: Offer): Chosen {
  if (tier === "trial") {
    const has = chosen.treatments.includes(key);
    const treatments = has
      ? chosen.treatments.filter((one) => one !== key)
      : [...chosen.treatments, key];
    return { ...chosen, treatments };
  }
  const { [key]: had, ...rest } = chosen.choices;
  if (had !== undefined || to === null) return { ...chosen, choices: rest };
  return { ...chosen, choices: { ...chosen.choices, [key]: to } };
}

export function isChosen(chosen: Chosen, { key, tier }: Offer): boolean {
  return tier === "trial" ? chosen.treatments.includes(key) : key in chosen.choices;
}
