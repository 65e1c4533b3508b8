import {
  Armchair,
  Dices,
  DoorOpen,
  GraduationCap,
  House,
  Landmark,
  type LucideIcon,
  Scale,
  Slice,
  Stethoscope,
  Store as StoreIcon,
} from "lucide-react";

export interface PlaceSign {
  readonly id: string;
  readonly icon: LucideIcon;
  /** Where its doors lead. */
  readonly doors: readonly string[];
  /** Drawn, but not built yet: the sign says what is still to come. */
  readonly isClosed?: boolean;
}

const ROOMS = ["consulting-room-1", "consulting-room-2", "consulting-room-3"];

export const places: readonly PlaceSign[] = [
  { id: "plaza", icon: Landmark, doors: ["home", "clinic"] },
  { id: "home", icon: House, doors: ["plaza", "clinic"] },
  { id: "clinic", icon: Stethoscope, doors: [...ROOMS, "plaza", "home"] },
  ...ROOMS.map((id) => ({ id, icon: DoorOpen, doors: ["clinic"] })),
  { id: "surgery", icon: Slice, doors: [], isClosed: true },
  { id: "academy", icon: GraduationCap, doors: [], isClosed: true },
  { id: "arcade", icon: Dices, doors: [], isClosed: true },
  { id: "market", icon: StoreIcon, doors: [], isClosed: true },
  { id: "council", icon: Scale, doors: [], isClosed: true },
];

const elsewhere: PlaceSign = { id: "elsewhere", icon: Armchair, doors: ["plaza"] };

export function signOf(place: string): PlaceSign {
  return places.find(({ id }) => id === place) ?? elsewhere;
}

export function isOpenPlace(place: string): boolean {
  return places.some(({ id, isClosed }) => id === place && !isClosed);
}
