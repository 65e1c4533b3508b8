import { Camera } from "lucide-react";
import { lazy } from "react";
import type { Panel } from "../../kit/place";

/** A photo of what one sees, or of oneself there; comes when it is first opened. */
export const photoPanel: Panel = {
  id: "photo",
  titleKey: "world.photo",
  icon: Camera,
  places: ["*"],
  roles: [],
  group: "here",
  order: 45,
  Component: lazy(() => import("./PhotoPanel").then((m) => ({ default: m.PhotoPanel }))),
};
