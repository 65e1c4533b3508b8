import { ScanLine } from "lucide-react";
import { lazy } from "react";
import type { Panel } from "../../kit/place";

/** Comes when it is opened first. */
export const imagingPanel: Panel = {
  id: "imaging",
  titleKey: "records.imaging",
  icon: ScanLine,
  places: ["home", "consulting-room-*"],
  roles: [],
  group: "record",
  order: 20,
  Component: lazy(() => import("./ImagingPanel").then((m) => ({ default: m.ImagingPanel }))),
};
