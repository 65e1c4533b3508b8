import type { Look } from "../../wire/world";
import { Top } from "../../wire/world";
import { CHOICES, type LookField, type PALETTES } from "../people/look";

/** One thing to choose: from words, from colours, or yes and no. */
export interface Choice {
  readonly field: LookField;
  readonly kind: "words" | "colours" | "switch";
  readonly palette?: keyof typeof PALETTES;
}

/** What one chooses, in groups as a person thinks of them. */
export const GROUPS: readonly { readonly id: string; readonly choices: readonly Choice[] }[] = [
  {
    id: "body",
    choices: [
      { field: "shape", kind: "words" },
      { field: "age", kind: "words" },
      { field: "build", kind: "words" },
      { field: "stature", kind: "words" },
      { field: "face", kind: "words" },
      { field: "skin", kind: "colours", palette: "skin" },
      { field: "eyes", kind: "colours", palette: "eyes" },
    ],
  },
  {
    id: "hair",
    choices: [
      { field: "hair", kind: "words" },
      { field: "hair_colour", kind: "colours", palette: "hair" },
      { field: "beard", kind: "switch" },
    ],
  },
  {
    id: "clothes",
    choices: [
      { field: "top", kind: "words" },
      { field: "top_colour", kind: "colours", palette: "cloth" },
      { field: "legs_colour", kind: "colours", palette: "cloth" },
      { field: "shoes_colour", kind: "colours", palette: "cloth" },
    ],
  },
  {
    id: "with",
    choices: [
      { field: "cover", kind: "words" },
      { field: "cover_colour", kind: "colours", palette: "cloth" },
      { field: "glasses", kind: "switch" },
      { field: "hearing_aids", kind: "switch" },
      { field: "wheelchair", kind: "switch" },
    ],
  },
];

/** What somebody may choose; the clothes of clinicians are offered to clinicians. */
export function optionsOf(field: LookField, isClinician: boolean): readonly (string | number)[] {
  const all = CHOICES[field].filter((one) => typeof one !== "boolean");
  const isOpen = (one: string | number) => one !== Top.COAT && one !== Top.SCRUBS;
  return field === "top" && !isClinician ? all.filter(isOpen) : all;
}

/** A look by chance: everything anew but what one does not change for fun. */
export function anyLook(look: Look, chance: () => number = Math.random): Look {
  const drawn: Record<string, unknown> = { ...look };
  const kept = ["age", "skin", "cover", "glasses", "hearing_aids", "wheelchair", "face", "shape"];
  for (const { choices } of GROUPS) {
    for (const { field, kind } of choices) {
      if (kept.includes(field) || kind === "switch") continue;
      const options = optionsOf(field, false);
      drawn[field] = options[Math.floor(chance() * options.length)];
    }
  }
  return drawn as unknown as Look;
}
