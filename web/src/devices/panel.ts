import { CalendarClock, HousePlug } from "lucide-react";
import { lazy } from "react";
import type { Panel } from "../kit/place";

export const devicesPanel: Panel = {
  id: "devices",
  titleKey: "devices.title",
  icon: HousePlug,
  places: ["home"],
  roles: ["patient"],
  group: "measuring",
  order: 10,
  Component: lazy(() => import("./DevicesPanel").then((m) => ({ default: m.DevicesPanel }))),
};

export const plansPanel: Panel = {
  id: "plans",
  titleKey: "devices.plans.title",
  icon: CalendarClock,
  places: ["home", "consulting-room-*"],
  roles: [],
  group: "measuring",
  order: 20,
  Component: lazy(() => import("./plans/PlansPanel").then((m) => ({ default: m.PlansPanel }))),
};
