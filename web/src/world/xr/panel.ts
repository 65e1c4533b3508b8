import { QrCode } from "lucide-react";
import { lazy } from "react";
import type { Panel } from "../../kit/place";

/** Where something can stand on a table, two people in one room may share it. */
export const roomPanel: Panel = {
  id: "shared-room",
  titleKey: "world.room",
  icon: QrCode,
  places: ["home", "consulting-room-*"],
  roles: [],
  group: "here",
  order: 60,
  Component: lazy(() => import("./RoomPanel").then((m) => ({ default: m.RoomPanel }))),
};
