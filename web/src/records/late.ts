import {
  Blocks,
  BookOpenCheck,
  FlaskConical,
  FolderInput,
  HandHeart,
  Luggage,
  Scale,
  Share2,
  Users,
  UsersRound,
} from "lucide-react";
import { lazy } from "react";
import type { Panel } from "../kit/place";

/** Panels that come when they are first opened. */
export const importPanel: Panel = {
  id: "import",
  titleKey: "records.import.short",
  icon: FolderInput,
  places: ["home"],
  roles: ["patient", "operator"],
  group: "record",
  order: 40,
  Component: lazy(() => import("./ImportPanel").then((m) => ({ default: m.ImportPanel }))),
};

export const researchPanel: Panel = {
  id: "research",
  titleKey: "records.research.short",
  icon: FlaskConical,
  places: ["home"],
  roles: ["clinician"],
  group: "record",
  order: 60,
  Component: lazy(() => import("./ResearchPanel").then((m) => ({ default: m.ResearchPanel }))),
};

export const reviewPanel: Panel = {
  id: "review",
  titleKey: "records.review",
  icon: Scale,
  places: ["home", "plaza"],
  roles: ["operator"],
  group: "house",
  order: 30,
  Component: lazy(() =>
    import("./emergency/ReviewPanel").then((m) => ({ default: m.ReviewPanel })),
  ),
};

export const duplicatesPanel: Panel = {
  id: "duplicates",
  titleKey: "records.duplicates.short",
  icon: UsersRound,
  places: ["home"],
  roles: ["operator"],
  group: "house",
  order: 40,
  Component: lazy(() => import("./DuplicatesPanel").then((m) => ({ default: m.DuplicatesPanel }))),
};

export const choicesPanel: Panel = {
  id: "choices",
  titleKey: "records.choices",
  icon: HandHeart,
  places: ["home"],
  roles: ["patient"],
  group: "sharing",
  order: 10,
  Component: lazy(() =>
    import("./choices/ChoicesPanel").then((m) => ({ default: m.ChoicesPanel })),
  ),
};

export const helpersPanel: Panel = {
  id: "helpers",
  titleKey: "records.helpers",
  icon: Users,
  places: ["home"],
  roles: ["patient"],
  group: "sharing",
  order: 20,
  Component: lazy(() =>
    import("./helpers/HelpersPanel").then((m) => ({ default: m.HelpersPanel })),
  ),
};

export const linksPanel: Panel = {
  id: "links",
  titleKey: "records.links.short",
  icon: Share2,
  places: ["home"],
  roles: ["patient"],
  group: "sharing",
  order: 30,
  Component: lazy(() => import("./LinksPanel").then((m) => ({ default: m.LinksPanel }))),
};

export const appsPanel: Panel = {
  id: "apps",
  titleKey: "records.apps.short",
  icon: Blocks,
  places: ["home", "consulting-room-*"],
  roles: ["patient", "clinician"],
  group: "sharing",
  order: 40,
  Component: lazy(() => import("./apps/AppsPanel").then((m) => ({ default: m.AppsPanel }))),
};

export const takePanel: Panel = {
  id: "take",
  titleKey: "records.take.short",
  icon: Luggage,
  places: ["home"],
  roles: ["patient"],
  group: "record",
  order: 50,
  Component: lazy(() => import("./TakePanel").then((m) => ({ default: m.TakePanel }))),
};

export const accessPanel: Panel = {
  id: "accesses",
  titleKey: "records.accesses.short",
  icon: BookOpenCheck,
  places: ["home"],
  roles: ["patient"],
  group: "record",
  order: 30,
  Component: lazy(() => import("./AccessPanel").then((m) => ({ default: m.AccessPanel }))),
};
