import { HousePlug } from "lucide-react";
import { lazy } from "react";
import type { Panel } from "../kit/place";

export const devicesPanel: Panel = {
  id: "devices",
  titleKey: "devices.title",
  icon: HousePlug,
  places: ["home"],
  roles: ["patient"],
  group: "health",
  order: 50,
  Component: lazy(() => import("./DevicesPanel").then((m) => ({ default: m.DevicesPanel }))),
};
