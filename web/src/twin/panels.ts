import {
  BellRing,
  ChartNoAxesColumn,
  FlaskConical,
  HeartPulse,
  History,
  MoonStar,
  PersonStanding,
  Split,
  Sprout,
} from "lucide-react";
import { lazy } from "react";
import type { Panel, ScenePart } from "../kit/place";

const PLACES = ["home", "consulting-room-*"];

/** The twin's panels; each comes when it is opened first. */
export const twinPanels: readonly Panel[] = [
  {
    id: "body",
    titleKey: "twin.ui.body",
    icon: PersonStanding,
    places: PLACES,
    roles: [],
    group: "health",
    order: 10,
    Component: lazy(() => import("./BodyPanel").then((m) => ({ default: m.BodyPanel }))),
  },
  {
    id: "vitals",
    titleKey: "twin.ui.vitals",
    icon: HeartPulse,
    places: PLACES,
    roles: [],
    group: "health",
    order: 20,
    Component: lazy(() => import("./VitalsPanel").then((m) => ({ default: m.VitalsPanel }))),
  },
  {
    id: "timeline",
    titleKey: "twin.ui.timeline",
    icon: History,
    places: PLACES,
    roles: [],
    group: "health",
    order: 30,
    Component: lazy(() => import("./TimelinePanel").then((m) => ({ default: m.TimelinePanel }))),
  },
  {
    id: "alerts",
    titleKey: "twin.alert.ui.title",
    icon: BellRing,
    places: ["home"],
    roles: [],
    group: "health",
    order: 40,
    Component: lazy(() => import("./alerts/AlertsPanel").then((m) => ({ default: m.AlertsPanel }))),
  },
  {
    id: "risks",
    titleKey: "twin.ui.risks",
    icon: ChartNoAxesColumn,
    places: PLACES,
    roles: [],
    group: "ahead",
    order: 10,
    Component: lazy(() => import("./RisksPanel").then((m) => ({ default: m.RisksPanel }))),
  },
  {
    id: "overnight",
    titleKey: "twin.ui.overnight",
    icon: MoonStar,
    places: ["home", "clinic"],
    roles: ["clinician"],
    group: "ahead",
    order: 15,
    Component: lazy(() =>
      import("./night/OvernightPanel").then((m) => ({ default: m.OvernightPanel })),
    ),
  },
  {
    id: "prevention",
    titleKey: "twin.ui.prevention",
    icon: Sprout,
    places: PLACES,
    roles: [],
    group: "ahead",
    order: 20,
    Component: lazy(() =>
      import("./prevention/PreventionPanel").then((m) => ({ default: m.PreventionPanel })),
    ),
  },
  {
    id: "futures",
    titleKey: "twin.ui.futures",
    icon: Split,
    places: PLACES,
    roles: [],
    group: "ahead",
    order: 30,
    Component: lazy(() =>
      import("./futures/FuturesPanel").then((m) => ({ default: m.FuturesPanel })),
    ),
  },
  {
    id: "simulation",
    titleKey: "twin.ui.simulation",
    icon: FlaskConical,
    places: PLACES,
    roles: [],
    group: "ahead",
    order: 40,
    Component: lazy(() =>
      import("./simulation/SimulationPanel").then((m) => ({ default: m.SimulationPanel })),
    ),
  },
];

/** The body on its pedestal. */
export const hologramPart: ScenePart = {
  id: "hologram",
  places: PLACES,
  anchor: "hologram",
  isForTable: true,
  Component: lazy(() => import("./HologramPart").then((m) => ({ default: m.HologramPart }))),
};
