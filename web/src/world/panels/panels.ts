import type { Banner, Panel } from "../../kit/place";
import { makingPanel } from "../making/panel";
import { newsBanner } from "../order/NewsBanner";
import { orderPanels, safetyPanel } from "../order/panels";
import { asideBanner } from "../talk/AsideBanner";
import { talkBanner } from "../talk/TalkBanner";
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
  safetyPanel,
  ...orderPanels,
  wardrobePanel,
  makingPanel,
];
export const worldBanners: readonly Banner[] = [
  announcer,
  lineBanner,
  handsBanner,
  newsBanner,
  talkBanner,
  asideBanner,
];
