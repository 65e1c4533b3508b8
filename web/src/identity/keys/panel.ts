import { KeyRound } from "lucide-react";
import { lazy } from "react";
import type { Panel } from "../../kit/place";

export const keysPanel: Panel = {
  id: "keys",
  titleKey: "identity.keys",
  icon: KeyRound,
  places: ["home", "plaza"],
  roles: [],
  group: "self",
  order: 10,
  Component: lazy(() => import("./KeysPanel").then((m) => ({ default: m.KeysPanel }))),
};
