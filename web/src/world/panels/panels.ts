import type { Banner, Panel } from "../../kit/place";
import { calendarPanel } from "../calendar/panel";
import { reminderBanner } from "../calendar/ReminderBanner";
import { captionBand } from "../captions/CaptionBand";
import { ownWordsStrip } from "../captions/OwnWordsStrip";
import { captionPanel } from "../captions/panel";
import { makingPanel } from "../making/panel";
import { newsBanner } from "../order/NewsBanner";
import { orderPanels, safetyPanel } from "../order/panels";
import { photoPanel } from "../photo/panel";
import { showingPanel } from "../showing/panel";
import { showingBanner } from "../showing/ShowingBanner";
import { asideBanner } from "../talk/AsideBanner";
import { talkBanner } from "../talk/TalkBanner";
import { handsBanner, itemsPanel } from "../things/HandsBanner";
import { wardrobePanel } from "../wardrobe/panel";
import { roomPanel } from "../xr/panel";
import { announcer } from "./Announcer";
import { besideBanner } from "./BesideBanner";
import { chatPanel } from "./ChatPanel";
import { lineBanner } from "./LineBanner";
import { thingsPanel } from "./ThingsPanel";
import { voicePanels } from "./VoicePanel";

/** What the world shows beside the scene, and instead of it. */
export const worldPanels: readonly Panel[] = [
  ...[thingsPanel, itemsPanel, chatPanel, ...voicePanels, showingPanel].map(live),
  ...[captionPanel, calendarPanel, photoPanel].map(live),
  safetyPanel,
  ...orderPanels.map(live),
  wardrobePanel,
  makingPanel,
  roomPanel,
];
export const worldBanners: readonly Banner[] = [
  announcer,
  lineBanner,
  besideBanner,
  handsBanner,
  showingBanner,
  newsBanner,
  talkBanner,
  ownWordsStrip,
  asideBanner,
  reminderBanner,
  captionBand,
];

function live(panel: Panel): Panel {
  return { ...panel, isLive: true };
}
