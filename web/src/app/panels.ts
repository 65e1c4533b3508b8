import { lazy } from "react";
import { accessBanner } from "../clinic/AccessBanner";
import { dropDraftsAtSignOut } from "../clinic/draft";
import { notePanel } from "../clinic/NotePanel";
import { roomsPanel } from "../clinic/Rooms";
import { visitPanel } from "../clinic/VisitPanel";
import { devicesPanel, plansPanel } from "../devices/panel";
import { dueBanner } from "../devices/plans/DueBanner";
import { clientsPanel } from "../identity/Clients";
import { cardsPanel, issuedPanel } from "../identity/cards/panels";
import { keysBanner } from "../identity/keys/KeysBanner";
import { keysPanel } from "../identity/keys/panel";
import { peoplePanel } from "../identity/People";
import { addBanners, addPanels, addSceneParts, type ScenePart } from "../kit/place";
import { emergencyBanner } from "../records/emergency/EmergencyBanner";
import { emergencyPanel } from "../records/emergency/EmergencyPanel";
import { noticeBanner } from "../records/emergency/NoticeBanner";
import { whoseRecordBanner } from "../records/helpers/WhoseRecord";
import { imagingPanel } from "../records/imaging/panel";
import {
  accessPanel,
  appsPanel,
  choicesPanel,
  duplicatesPanel,
  helpersPanel,
  importPanel,
  linksPanel,
  researchPanel,
  reviewPanel,
  takePanel,
} from "../records/late";
import { signedPanel } from "../records/signed/panel";
import { hologramPart, twinPanels } from "../twin/panels";
import { forgetAtParting } from "../world/forgetting";
import { worldBanners, worldPanels } from "../world/panels/panels";

/** Draws nothing; comes with the scene, since it needs three. */
const centrePart: ScenePart = {
  id: "centre",
  places: ["*"],
  Component: lazy(() => import("./Centre").then((m) => ({ default: m.Centre }))),
};

/** Which rooms bring which panels, banners and parts of the scene: one line each. */
export function joinPanels(): void {
  addPanels(peoplePanel, clientsPanel, keysPanel);
  addPanels(cardsPanel, issuedPanel);
  addPanels(choicesPanel, helpersPanel, signedPanel, accessPanel);
  addPanels(linksPanel, appsPanel, importPanel, takePanel, imagingPanel);
  addPanels(duplicatesPanel, researchPanel);
  addPanels(emergencyPanel, reviewPanel);
  addPanels(devicesPanel, plansPanel);
  addPanels(...twinPanels);
  addSceneParts(hologramPart, centrePart);
  addPanels(...worldPanels);
  addPanels(roomsPanel, visitPanel, notePanel);
  addBanners(
    keysBanner,
    noticeBanner,
    emergencyBanner,
    accessBanner,
    whoseRecordBanner,
    dueBanner,
    ...worldBanners,
  );
  dropDraftsAtSignOut();
  forgetAtParting();
}
