import {
  Age,
  BodyShape,
  Build,
  CLOTHS,
  Cover,
  EYE_COLOURS,
  FACES,
  HAIR_COLOURS,
  HairStyle,
  LOOK_VERSION,
  type Look,
  SKINS,
  Stature,
  Top,
  WORN_VERSION,
} from "../../wire/world";

/** The colours one chooses from, sRGB; a look holds their places in these lists. */
export const PALETTES = {
  skin: [
    ...["#f3d6c3", "#eac4ab", "#dfb094", "#d39e7d", "#c48b69", "#b27856"],
    ...["#9c6748", "#87573d", "#724934", "#5e3c2c", "#4b3025", "#38241d"],
  ],
  eyes: ["#4a3324", "#6b4c2e", "#70703f", "#4f7a5c", "#5e7c9c", "#6f7b80"],
  hair: [
    ...["#17120f", "#2b1d16", "#46301f", "#6b482c", "#9a6b3c"],
    ...["#c79a5b", "#a1452a", "#7b7772", "#b5b1ab", "#e6e2da"],
  ],
  cloth: [
    ...["#eeeae0", "#d3c6ad", "#b39a78", "#7d6048", "#463a32", "#2b3034", "#5f6b73", "#a9b3b6"],
    ...["#3a4d63", "#6f90aa", "#47837f", "#8aa68f", "#5d6e54", "#c9a468", "#ad6a54", "#82495a"],
  ],
} as const;

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";
const upto = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);
const AVATAR = /^[0-9a-f]{12}$/;
const NO_YES: readonly boolean[] = [false, true];

/** What one chooses oneself of a look; its avatar is worn and taken off elsewhere. */
export type LookField = Exclude<keyof Look, "avatar">;

/** What may be chosen for each field, in the order in which a look is told. */
export const CHOICES: Readonly<Record<LookField, readonly (string | number | boolean)[]>> = {
  shape: Object.values(BodyShape),
  age: Object.values(Age),
  build: Object.values(Build),
  stature: Object.values(Stature),
  face: upto(FACES),
  skin: upto(SKINS),
  eyes: upto(EYE_COLOURS),
  hair: Object.values(HairStyle),
  hair_colour: upto(HAIR_COLOURS),
  beard: NO_YES,
  top: Object.values(Top),
  top_colour: upto(CLOTHS),
  legs_colour: upto(CLOTHS),
  shoes_colour: upto(CLOTHS),
  cover: Object.values(Cover),
  cover_colour: upto(CLOTHS),
  glasses: NO_YES,
  hearing_aids: NO_YES,
  wheelchair: NO_YES,
};

const FIELDS = Object.entries(CHOICES);

/** The look that a text tells; null where it tells none. */
export function readLook(code: string): Look | null {
  const avatar = code.slice(FIELDS.length + 1);
  if (code.length <= FIELDS.length || code[0] !== (avatar ? WORN_VERSION : LOOK_VERSION))
    return null;
  if (avatar && !AVATAR.test(avatar)) return null;
  const told: Record<string, string | number | boolean> = { avatar };
  for (const [i, [name, options]] of FIELDS.entries()) {
    const chosen = options[DIGITS.indexOf(code[i + 1] ?? "")];
    if (chosen === undefined) return null;
    told[name] = chosen;
  }
  return told as unknown as Look;
}

/** A look as text. */
export function lookCode(look: Look): string {
  const signs = FIELDS.map(([name, options]) => DIGITS[options.indexOf(look[name as LookField])]);
  return (look.avatar ? WORN_VERSION : LOOK_VERSION) + signs.join("") + look.avatar;
}

/** Somebody of whom we know no look: plain, and always the same. */
export const SOMEBODY: Look = {
  shape: BodyShape.FEMININE,
  age: Age.ADULT,
  build: Build.MEDIUM,
  stature: Stature.MEDIUM,
  face: 0,
  skin: 4,
  eyes: 1,
  hair: HairStyle.BOB,
  hair_colour: 2,
  beard: false,
  top: Top.JUMPER,
  top_colour: 11,
  legs_colour: 6,
  shoes_colour: 3,
  cover: Cover.NONE,
  cover_colour: 0,
  glasses: false,
  hearing_aids: false,
  wheelchair: false,
  avatar: "",
};

/** Whether these are the clothes of a clinician; the house lets nobody else wear them. */
export function isClinical({ top }: Look): boolean {
  return top === Top.COAT || top === Top.SCRUBS;
}

const HIDES_HAIR: ReadonlySet<Cover> = new Set([Cover.HIJAB, Cover.TURBAN]);
const LOW_HAIR: ReadonlySet<HairStyle> = new Set([
  HairStyle.BALD,
  HairStyle.CROP,
  HairStyle.RECEDING,
  HairStyle.BUN,
]);

/** The top that is drawn: nobody baked a coat for a child. */
function topOf(look: Look): Top {
  return look.age === Age.CHILD && isClinical(look) ? Top.SHIRT : look.top;
}

/** The parts of the baked body that make up a look. */
export function partsOf(look: Look): string[] {
  const top = topOf(look);
  const isShort = top === Top.SCRUBS || top === Top.DRESS;
  const parts = [`face-${look.face}`, isShort ? "arms" : "hands", `top-${top}`, "shoes"];
  parts.push(top === Top.DRESS ? "legs-slim" : "legs-trousers");
  if (isClinical({ ...look, top })) parts.push(`badge-${top}`);
  if (look.hair !== HairStyle.BALD && !HIDES_HAIR.has(look.cover)) parts.push(`hair-${look.hair}`);
  if (look.cover === Cover.KIPPAH && !LOW_HAIR.has(look.hair)) parts.push("cover-kippah-high");
  else if (look.cover !== Cover.NONE) parts.push(`cover-${look.cover}`);
  if (look.beard && look.age !== Age.CHILD) parts.push("beard");
  if (look.glasses) parts.push("glasses");
  if (look.hearing_aids) parts.push("aids");
  return parts;
}

/** Which of the baked bodies a look has. */
export function bodyOf({ shape, age, build }: Look): string {
  return `${shape}-${age}-${build}`;
}

const STATURES: Readonly<Record<Stature, number>> = { short: 0.95, medium: 1, tall: 1.05 };

/** How much taller than its baked body somebody is. */
export function scaleOf({ stature }: Look): number {
  return STATURES[stature];
}

const pick = (colours: readonly string[], place: number): string => colours[place] ?? "#888888";
const COAT = "#efece4";

/** The colours of a look by what they are of: see Region in tools/figure.py. */
export function coloursOf(look: Look): readonly string[] {
  const { skin, hair, eyes, cloth } = PALETTES;
  const top = pick(cloth, look.top_colour);
  const isCoat = topOf(look) === Top.COAT;
  return [
    "#ffffff",
    pick(skin, look.skin),
    pick(hair, look.hair_colour),
    pick(eyes, look.eyes),
    isCoat ? COAT : top,
    pick(cloth, look.legs_colour),
    pick(cloth, look.shoes_colour),
    top, // under a coat
    pick(cloth, look.cover_colour),
    "#2b2622",
  ];
}
