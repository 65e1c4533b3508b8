import type { LucideIcon } from "lucide-react";
import type { ComponentType } from "react";
import type { Role } from "./session";
import { Store, useStore } from "./store";

export interface PanelProps {
  /** Where we are: "plaza", "home", "clinic", "consulting-room-1", … */
  readonly place: string;
}

/** What panels are about, in the order in which their groups stand. */
export const PANEL_GROUPS = [
  "visit",
  "house",
  "health",
  "ahead",
  "measuring",
  "record",
  "sharing",
  "here",
  "self",
] as const;
export type PanelGroup = (typeof PANEL_GROUPS)[number];

/** One card of a place, laid beside the scene on a desktop and over it on a phone. */
export interface Panel {
  readonly id: string;
  readonly titleKey: string;
  readonly icon: LucideIcon;
  /** Place ids; a trailing `*` stands for the rest ("consulting-room-*"). */
  readonly places: readonly string[];
  /** Empty: everybody. */
  readonly roles: readonly Role[];
  /** What it is about; the first of the first group is open when one arrives. */
  readonly group: PanelGroup;
  /** Within its group; lower comes first. */
  readonly order: number;
  /** Opens by itself on a phone as well, where panels otherwise wait to be called. */
  readonly isUrgent?: boolean;
  /** Needs one to be there: a window that only accompanies a visit does not have it. */
  readonly isLive?: boolean;
  readonly Component: ComponentType<PanelProps>;
}

/** A strip under the top bar that stays whatever else is open; draws nothing while it has nothing to say. */
export interface Banner {
  readonly id: string;
  readonly places: readonly string[];
  readonly Component: ComponentType<PanelProps>;
}

export interface ScenePartProps {
  readonly place: string;
  /** It stands small on one's own table, in a room that is seen through the headset. */
  readonly isOnTable?: boolean;
}

/** A part of the 3D scene that another room brings; the world stands it on the place's anchor. */
export interface ScenePart {
  readonly id: string;
  readonly places: readonly string[];
  /** Name of an anchor in the place file; left out, the part stands at the origin. */
  readonly anchor?: string;
  /** Whether it can stand on one's own table, where the real room is seen. */
  readonly isForTable?: boolean;
  readonly Component: ComponentType<ScenePartProps>;
}

export function isIn(place: string, patterns: readonly string[]): boolean {
  return patterns.some((p) => (p.endsWith("*") ? place.startsWith(p.slice(0, -1)) : p === place));
}

const panels = new Map<string, Panel>();
const banners = new Map<string, Banner>();
const sceneParts = new Map<string, ScenePart>();

export function addPanels(...more: readonly Panel[]): void {
  for (const panel of more) panels.set(panel.id, panel);
}

export function addBanners(...more: readonly Banner[]): void {
  for (const banner of more) banners.set(banner.id, banner);
}

export function addSceneParts(...more: readonly ScenePart[]): void {
  for (const part of more) sceneParts.set(part.id, part);
}

export function panelsOf(place: string, roles: readonly Role[]): readonly Panel[] {
  return [...panels.values()]
    .filter((p) => isIn(place, p.places))
    .filter((p) => p.roles.length === 0 || p.roles.some((role) => roles.includes(role)))
    .sort((a, b) => placeOf(a) - placeOf(b) || a.order - b.order);
}

function placeOf({ group }: Panel): number {
  return PANEL_GROUPS.indexOf(group);
}

export function bannersOf(place: string): readonly Banner[] {
  return [...banners.values()].filter((banner) => isIn(place, banner.places));
}

export function scenePartsOf(place: string): readonly ScenePart[] {
  return [...sceneParts.values()].filter((part) => isIn(place, part.places));
}

/** The panel that something in the scene asked for last; each wish is a new one. */
export const wishedPanel = new Store<{ readonly id: string }>({ id: "" });

/** Open a panel beside the scene, as when somebody touched what it tells of. */
export function showPanel(id: string): void {
  wishedPanel.set({ id });
}

/** Somebody in this place, as far as the interface needs to know. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly isMe: boolean;
  readonly isSpeaking: boolean;
}

export type PlaceState = "entering" | "here" | "refused" | "lost";

export interface Whereabouts {
  /** Where we are or want to be: whoever walks through a door sets it. */
  readonly place: string;
  /** What the world says about it; "here" also where there is no world (flat version). */
  readonly state: PlaceState;
  /** Text key why the place would not take us in ("refused"), else "". */
  readonly reasonKey: string;
  readonly people: readonly Person[];
}

/** Where we are. Doors and links call `goTo`; the world answers with `arrived` or `refused`. */
export const whereabouts = new Store<Whereabouts>({
  place: "plaza",
  state: "entering",
  reasonKey: "",
  people: [],
});

export function goTo(place: string): void {
  if (whereabouts.get().place === place && whereabouts.get().state !== "refused") return;
  whereabouts.set({ place, state: "entering", reasonKey: "", people: [] });
}

export function arrived(place: string, people: readonly Person[] = []): void {
  whereabouts.set({ place, state: "here", reasonKey: "", people });
}

export function refused(place: string, reasonKey: string): void {
  whereabouts.set({ place, state: "refused", reasonKey, people: [] });
}

/** The line to the world broke; it tries again by itself. */
export function lost(): void {
  whereabouts.update((here) => ({ ...here, state: "lost" }));
}

export function setPeople(people: readonly Person[]): void {
  whereabouts.update((here) => ({ ...here, people }));
}

export function usePlace(): Whereabouts {
  return useStore(whereabouts);
}
