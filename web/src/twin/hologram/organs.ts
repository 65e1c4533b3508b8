/** How an organ is drawn: as a solid, as a veil that others shine through, as bone or as skin. */
export type Look = "solid" | "veil" | "bone" | "skin";

export interface OrganForm {
  readonly id: string;
  readonly look: Look;
  /** Colour of the whole, then of parts whose name begins with more than the organ's own. */
  readonly colour: string;
  readonly parts?: Readonly<Record<string, string>>;
  /** From where it is best seen [degrees]: 0 from the front, 90 from the person's left. */
  readonly seenFrom: number;
}

/** Calm, natural tones; a finding alone may add a colour that means something. */
export const forms: readonly OrganForm[] = [
  {
    id: "brain",
    look: "solid",
    colour: "#dcb7aa",
    parts: { "brain.stem": "#e2cdb4" },
    seenFrom: 55,
  },
  {
    id: "eyes",
    look: "solid",
    colour: "#e9e3d8",
    parts: { "eyes.iris": "#4b6a6e" },
    seenFrom: 20,
  },
  { id: "thyroid", look: "solid", colour: "#b0665b", seenFrom: 0 },
  { id: "airways", look: "solid", colour: "#ddd0bb", seenFrom: 0 },
  { id: "lungs", look: "veil", colour: "#d69a95", seenFrom: -20 },
  {
    id: "heart",
    look: "solid",
    colour: "#a2453f",
    parts: {
      "heart.coronaries": "#d9705c",
      "heart.lung-artery": "#5b7396",
      "heart.lung-veins": "#b6564e",
    },
    seenFrom: 15,
  },
  {
    id: "vessels",
    look: "solid",
    colour: "#b04a42",
    parts: { "vessels.veins": "#50709b" },
    seenFrom: 0,
  },
  { id: "oesophagus", look: "solid", colour: "#c08f80", seenFrom: 150 },
  { id: "liver", look: "solid", colour: "#8d4f41", seenFrom: -20 },
  { id: "gallbladder", look: "solid", colour: "#76904f", seenFrom: -15 },
  { id: "stomach", look: "solid", colour: "#cd9686", seenFrom: 20 },
  { id: "spleen", look: "solid", colour: "#7b414c", seenFrom: 100 },
  { id: "pancreas", look: "solid", colour: "#d9b47f", seenFrom: 0 },
  { id: "adrenals", look: "solid", colour: "#d8b766", seenFrom: 180 },
  { id: "kidneys", look: "solid", colour: "#934b41", seenFrom: 180 },
  {
    id: "intestines",
    look: "solid",
    colour: "#d8a493",
    parts: {
      "intestines.colon": "#c18a78",
      "intestines.sigmoid": "#c18a78",
      "intestines.appendix": "#c18a78",
    },
    seenFrom: 0,
  },
  { id: "bladder", look: "solid", colour: "#d7c194", seenFrom: 0 },
  { id: "uterus", look: "solid", colour: "#c78188", seenFrom: 25 },
  { id: "prostate", look: "solid", colour: "#b98675", seenFrom: 25 },
  { id: "skeleton", look: "bone", colour: "#e9e2d2", seenFrom: 20 },
  { id: "skin", look: "skin", colour: "#2b9d98", seenFrom: 0 },
];

/** Which organ a surface of the file belongs to: "lungs.right.upper" to "lungs". */
export function organOf(name: string): string {
  return name.split(".")[0] ?? name;
}

export function colourOf(form: OrganForm, name: string): string {
  const part = Object.keys(form.parts ?? {}).find((start) => `${name}.`.startsWith(`${start}.`));
  return part ? (form.parts?.[part] ?? form.colour) : form.colour;
}

/** Which of the baked bodies stands for this person. */
export function variantOf(sex: "female" | "male" | "unknown", age: number | null): string {
  if (age !== null && age < 4) return "infant";
  const isMale = sex === "male";
  if (age !== null && age < 15) return isMale ? "boy" : "girl";
  if (age !== null && age >= 65) return isMale ? "elder-man" : "elder-woman";
  return isMale ? "man" : "woman";
}
