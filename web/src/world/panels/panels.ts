import type { Banner, Panel } from "../../kit/place";
import { calendarPanel } from "../calendar/panel";
import { reminderBanner } from "../calendar/ReminderBanner";
import { newsBanner } from "../order/NewsBanner";
import { orderPanels, safetyPanel } from "../order/panels";
import { photoPanel } from "../photo/panel";
import { showingPanel } from "../showing/panel";
import { showingBanner } from "../showing/ShowingBanner";
import { handsBanner, itemsPanel } from "../things/HandsBanner";
import { wardrobePanel } from "../wardrobe/panel";
import { announcer } from "./Announcer";
import { chatPanel } from "./ChatPanel";
import { lineBanner } from "./LineBanner";
import { thingsPanel } from "./ThingsPanel";
import { voicePanels } from "./VoicePanel";

/** What the world shows beside the scene, and instead of it. */
export const worldPanels: readonly Panel[] = [
  thingsPanel,
  itemsPanel,
  chatPanel,
  ...voicePanels,
  showingPanel,
  calendarPanel,
  photoPanel,
  safetyPanel,
  ...orderPanels,
  wardrobePanel,
];
export const worldBanners: readonly Banner[] = [
  announcer,
  lineBanner,
  handsBanner,
  showingBanner,
  newsBanner,
  reminderBanner,
];
