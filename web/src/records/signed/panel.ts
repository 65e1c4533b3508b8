import { FileSignature } from "lucide-react";
import { lazy } from "react";
import type { Panel } from "../../kit/place";

/** Comes when it is first opened: it brings the checks of signatures with it. */
export const signedPanel: Panel = {
  id: "signed",
  titleKey: "records.signed.short",
  icon: FileSignature,
  places: ["home"],
  roles: ["patient"],
  order: 30,
  group: "self",
  Component: lazy(() => import("./SignedPanel").then((m) => ({ default: m.SignedPanel }))),
};
