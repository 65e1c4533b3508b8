import { MonitorUp } from "lucide-react";
import { lazy } from "react";
import type { Panel } from "../../kit/place";

/** Show a window or screen to those who are near; comes when it is first opened. */
export const showingPanel: Panel = {
  id: "showing",
  titleKey: "world.show",
  icon: MonitorUp,
  places: ["*"],
  roles: [],
  group: "here",
  order: 35,
  Component: lazy(() => import("./ShowingPanel").then((m) => ({ default: m.ShowingPanel }))),
};
