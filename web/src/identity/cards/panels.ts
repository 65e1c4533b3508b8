import { BadgeCheck, IdCard } from "lucide-react";
import { lazy } from "react";
import type { Panel } from "../../kit/place";

export const cardsPanel: Panel = {
  id: "cards",
  titleKey: "identity.cards",
  icon: IdCard,
  places: ["home"],
  roles: [],
  group: "self",
  order: 20,
  Component: lazy(() => import("./CardsPanel").then((m) => ({ default: m.Cards }))),
};

export const issuedPanel: Panel = {
  id: "issued",
  titleKey: "identity.issued.short",
  icon: BadgeCheck,
  places: ["home", "plaza"],
  roles: ["operator", "educator"],
  group: "house",
  order: 15,
  Component: lazy(() => import("./IssuedPanel").then((m) => ({ default: m.IssuedCards }))),
};
