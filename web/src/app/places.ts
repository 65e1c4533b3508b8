import {
  Armchair,
  Blocks,
  Dices,
  DoorOpen,
  GraduationCap,
  House,
  Landmark,
  type LucideIcon,
  Scale,
  Slice,
  Stethoscope,
} from "lucide-react";
import { isMade, madePlaces } from "../world/places";

export interface PlaceSign {
  readonly id: string;
  readonly icon: LucideIcon;
  /** The same words as on its sign in the scene: those of its place file. */
  readonly nameKey: string;
  /** What is there; of a closed one, what is still to come. */
  readonly aboutKey: string;
  /** Where its doors lead. */
  readonly doors: readonly string[];
  /** Drawn, but not built yet. */
  readonly isClosed: boolean;
}

function open(id: string, icon: LucideIcon, doors: readonly string[], kind = id): PlaceSign {
  const nameKey = `world.place.${id}`;
  return { id, icon, nameKey, aboutKey: `world.place.${kind}-about`, doors, isClosed: false };
}

function closed(id: string, icon: LucideIcon): PlaceSign {
  const nameKey = `world.place.${id}`;
  return { id, icon, nameKey, aboutKey: `world.closed.${id}`, doors: [], isClosed: true };
}

const ROOMS = ["consulting-room-1", "consulting-room-2", "consulting-room-3"];

export const places: readonly PlaceSign[] = [
  open("plaza", Landmark, ["home", "clinic"]),
  open("home", House, ["plaza", "clinic"]),
  open("clinic", Stethoscope, [...ROOMS, "plaza", "home"]),
  ...ROOMS.map((id) => open(id, DoorOpen, ["clinic"], "consulting-room")),
  closed("surgery", Slice),
  closed("academy", GraduationCap),
  closed("hall", Scale),
  closed("arcade", Dices),
];

const elsewhere: PlaceSign = {
  id: "elsewhere",
  icon: Armchair,
  nameKey: "world.refused.unknown-place",
  aboutKey: "",
  doors: ["plaza"],
  isClosed: false,
};

/** The places that people made here. */
export function madeSigns(): readonly PlaceSign[] {
  return madePlaces.get().map(({ id, name_key, about_key }) => ({
    id,
    icon: Blocks,
    nameKey: name_key,
    aboutKey: about_key,
    doors: ["plaza"],
    isClosed: false,
  }));
}

export function signOf(place: string): PlaceSign {
  const known = places.find(({ id }) => id === place);
  return known ?? madeSigns().find(({ id }) => id === place) ?? elsewhere;
}

export function isOpenPlace(place: string): boolean {
  return isMade(place) || places.some(({ id, isClosed }) => id === place && !isClosed);
}
