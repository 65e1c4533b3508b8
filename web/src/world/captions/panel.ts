import { Captions } from "lucide-react";
import { lazy } from "react";
import type { Panel } from "../../kit/place";

/** What is said as words to read, and one's own words as such; comes when it is first opened. */
export const captionPanel: Panel = {
  id: "captions",
  titleKey: "world.captions",
  icon: Captions,
  places: ["*"],
  roles: [],
  group: "here",
  order: 32,
  Component: lazy(() => import("./CaptionPanel").then((m) => ({ default: m.CaptionPanel }))),
};
