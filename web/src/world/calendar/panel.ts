import { CalendarDays } from "lucide-react";
import { lazy } from "react";
import type { Panel } from "../../kit/place";

/** What takes place, here and elsewhere; comes when it is first opened. */
export const calendarPanel: Panel = {
  id: "calendar",
  titleKey: "world.events",
  icon: CalendarDays,
  places: ["*"],
  roles: [],
  group: "here",
  order: 42,
  Component: lazy(() => import("./CalendarPanel").then((m) => ({ default: m.CalendarPanel }))),
};
