import {
  Armchair,
  Box as Cube,
  DoorOpen,
  Flower2,
  Frame,
  Lamp,
  LampFloor,
  Library,
  type LucideIcon,
  PanelTop,
  RectangleHorizontal,
  Sofa,
  SquarePen,
  Table2,
  TreeDeciduous,
} from "lucide-react";
import type { Thing } from "../../wire/world";
import type { Part, Point } from "./parts";

/** Something to put into a place. */
export interface Offer {
  readonly id: string;
  readonly icon: LucideIcon;
  readonly nameKey: string;
  make(at: Point, yaw: number): Part;
}

type Size = Point;

function thing(kind: string, icon: LucideIcon, size: Size, more: Partial<Thing> = {}): Offer {
  return {
    id: more.variant ? `${kind}-${more.variant}` : kind,
    icon,
    nameKey: `world.thing.${kind}`,
    make: (position, yaw) => ({
      kind: "things",
      value: {
        kind,
        position: [position[0], position[1] + (kind === "painting" ? 1.3 : 0), position[2]],
        size,
        yaw,
        id: "",
        variant: "",
        blocks: "",
        footprint: null,
        ...more,
      },
    }),
  };
}

const door: Offer = {
  id: "door",
  icon: DoorOpen,
  nameKey: "world.role.door",
  make: (position, yaw) => ({
    kind: "doors",
    value: {
      id: "door",
      position,
      label_key: "",
      to: "plaza",
      closed_reason_key: "",
      yaw,
      width: 1.4,
      height: 2.4,
      building: "",
    },
  }),
};

const board: Offer = {
  id: "board",
  icon: SquarePen,
  nameKey: "world.item.board",
  make: ([x, y, z], yaw) => ({
    kind: "fixtures",
    value: {
      id: "board",
      position: [x, y + 1.6, z],
      yaw,
      is_locked: true,
      state: { kind: "board", width: 2, height: 1.125, marks: [] },
    },
  }),
};

const light: Offer = {
  id: "light",
  icon: Lamp,
  nameKey: "world.making.light",
  make: ([x, y, z]) => ({
    kind: "lights",
    value: { id: "light", position: [x, y + 2.2, z], color: "#ffd9a0", strength: 1, reach: 5 },
  }),
};

const BLOCKS = { blocks: "box" } as const;
const ROUND = { blocks: "circle" } as const;

export const PALETTE: readonly Offer[] = [
  thing("wall", PanelTop, [4, 3, 0.24], { ...BLOCKS, variant: "stone" }),
  thing("glass", Frame, [4, 3, 0.1], { ...BLOCKS, variant: "garden" }),
  door,
  thing("chair", Armchair, [0.5, 0.85, 0.5]),
  thing("armchair", Armchair, [0.8, 0.9, 0.8]),
  thing("sofa", Sofa, [2.3, 0.8, 0.95], BLOCKS),
  thing("bench", RectangleHorizontal, [1.9, 0.46, 0.55], BLOCKS),
  thing("table", Table2, [1.6, 0.75, 0.8], { ...BLOCKS, variant: "desk" }),
  board,
  light,
  thing("lamp", LampFloor, [0.45, 1.7, 0.45], { ...ROUND, variant: "floor" }),
  thing("shelf", Library, [1.6, 2, 0.38], { ...BLOCKS, variant: "books" }),
  thing("painting", Frame, [1.8, 1.1, 0.06], { variant: "sea" }),
  thing("rug", RectangleHorizontal, [3, 0.02, 2.2], { variant: "sea" }),
  thing("laurel", Flower2, [0.8, 1.9, 0.8], ROUND),
  thing("olive", TreeDeciduous, [2.4, 3.2, 2.4], {
    ...ROUND,
    variant: "young",
    footprint: [0.5, 0.5],
  }),
  thing("column", Cube, [0.5, 3, 0.5], { ...ROUND, variant: "stone" }),
];
