import { Gavel, ShieldCheck } from "lucide-react";
import { lazy } from "react";
import type { Panel } from "../../kit/place";

/** Whom one follows, blocks and is friends with; comes when it is first opened. */
export const safetyPanel: Panel = {
  id: "safety",
  titleKey: "world.safety",
  icon: ShieldCheck,
  places: ["*"],
  roles: [],
  group: "here",
  order: 40,
  Component: lazy(() => import("./SafetyPanel").then((m) => ({ default: m.SafetyPanel }))),
};

const shared = {
  titleKey: "world.order",
  icon: Gavel,
  group: "here",
  order: 50,
  Component: lazy(() => import("./OrderPanel").then((m) => ({ default: m.OrderPanel }))),
} as const;

/** Where whom is a host: operators where everybody may go, clinicians in the clinic, staff where its maker lets them. */
export const orderPanels: readonly Panel[] = [
  { ...shared, id: "order", places: ["plaza"], roles: ["operator"] },
  { ...shared, id: "order-clinic", places: ["clinic"], roles: ["operator", "clinician"] },
  { ...shared, id: "order-room", places: ["consulting-room-*"], roles: ["clinician"] },
  {
    ...shared,
    id: "order-made",
    places: ["place-*"],
    roles: ["operator", "clinician", "educator"],
  },
];
