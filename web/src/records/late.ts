import { FlaskConical, FolderInput, Scale, UsersRound } from "lucide-react";
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
