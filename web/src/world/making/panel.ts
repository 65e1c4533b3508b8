import { Blocks } from "lucide-react";
import { lazy } from "react";
import type { Panel } from "../../kit/place";

/** Places of one's own, for those who make them; comes when it is first opened. */
export const makingPanel: Panel = {
  id: "making",
  titleKey: "world.making",
  icon: Blocks,
  places: ["*"],
  roles: ["operator", "clinician", "educator"],
  group: "here",
  order: 70,
  Component: lazy(() => import("./MakingPanel").then((m) => ({ default: m.MakingPanel }))),
};
