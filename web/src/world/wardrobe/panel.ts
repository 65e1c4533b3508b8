import { Shirt } from "lucide-react";
import { lazy } from "react";
import type { Panel } from "../../kit/place";

/** How one looks to others; comes when it is first opened, with the mirror that draws it. */
export const wardrobePanel: Panel = {
  id: "wardrobe",
  titleKey: "world.wardrobe",
  icon: Shirt,
  places: ["plaza", "home"],
  roles: [],
  group: "self",
  order: 60,
  Component: lazy(() => import("./WardrobePanel").then((m) => ({ default: m.WardrobePanel }))),
};
