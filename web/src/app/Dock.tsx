import { ChevronDown, ChevronUp, X } from "lucide-react";
import { type Ref, Suspense, useEffect, useRef, useState } from "react";
import { type Panel, wishedPanel } from "../kit/place";
import { useText } from "../kit/text";
import { ErrorNote, IconButton, Waiting } from "../kit/ui";
import { useCovering } from "./covered";
import { Guard } from "./Guard";

interface DockProps {
  place: string;
  panels: readonly Panel[];
}

/** From here on panels are not about this place: they wait to be called. */
const ELSEWHERE = 70;

/** Where a group of panels ends: her body · who may see it · who is here · what comes in and out. */
const GROUP_ENDS = [52, ELSEWHERE, 80];

/** Whether a panel is the first of its group, and not of the whole rail. */
function opensGroup(panel: Panel, before: Panel | undefined): boolean {
  return before !== undefined && GROUP_ENDS.some((end) => before.order < end && panel.order >= end);
}

function firstOpen(panels: readonly Panel[]): string {
  const isPhone = matchMedia("(max-width: 860px)").matches;
  const first = panels[0];
  if (!first || first.order >= ELSEWHERE) return "";
  return !isPhone || first.isUrgent ? first.id : "";
}

/** The place's panels, one at a time: beside the scene, on a phone in a sheet from below. */
export function Dock({ place, panels }: DockProps) {
  const [openId, setOpenId] = useState(() => firstOpen(panels));
  const [isCalled, setCalled] = useState(false);
  const [isTall, setTall] = useState(false);
  const rail = useRef<HTMLElement>(null);
  useEffect(() => wishedPanel.subscribe(() => setOpenId(wishedPanel.get().id)), []);
  const open = panels.find(({ id }) => id === openId);
  if (panels.length === 0) return null;

  /** By the keyboard one goes into what one opens; by a mouse one sees it. */
  function call(id: string, isByKeyboard: boolean): void {
    setCalled(isByKeyboard);
    setOpenId(id === openId ? "" : id);
  }

  function close(): void {
    rail.current?.querySelector<HTMLElement>("[aria-expanded=true]")?.focus();
    setOpenId("");
  }

  return (
    <aside className="dock" id="dock" data-open={open !== undefined} data-tall={isTall}>
      {open && (
        <OpenPanel
          key={open.id}
          panel={open}
          place={place}
          isCalled={isCalled}
          isTall={isTall}
          onTall={() => setTall(!isTall)}
          onClose={close}
        />
      )}
      <Rail ref={rail} panels={panels} openId={openId} onCall={call} />
    </aside>
  );
}

interface OpenPanelProps {
  panel: Panel;
  place: string;
  isCalled: boolean;
  isTall: boolean;
  onTall: () => void;
  onClose: () => void;
}

function OpenPanel({ panel, place, isCalled, isTall, onTall, onClose }: OpenPanelProps) {
  const text = useText();
  const section = useRef<HTMLElement>(null);
  useCovering(section, true);
  useEffect(() => {
    if (isCalled) section.current?.focus();
  }, [isCalled]);
  return (
    <section
      className="dock-panel"
      id="dock-panel"
      ref={section}
      tabIndex={-1}
      aria-label={text(panel.titleKey)}
    >
      <div className="dock-head">
        <IconButton
          className="dock-tall"
          icon={isTall ? ChevronDown : ChevronUp}
          label={text(isTall ? "app.panel.lower" : "app.panel.higher")}
          onClick={onTall}
        />
        <IconButton icon={X} label={text("kit.close")} onClick={onClose} />
      </div>
      <div className="dock-scroll">
        <Guard fallback={<ErrorNote error={new Error(panel.id)} />}>
          <Suspense fallback={<Waiting label={text("app.panel.waiting")} />}>
            <panel.Component place={place} />
          </Suspense>
        </Guard>
      </div>
    </section>
  );
}

interface RailProps {
  ref: Ref<HTMLElement>;
  panels: readonly Panel[];
  openId: string;
  onCall: (id: string, isByKeyboard: boolean) => void;
}

function Rail({ ref, panels, openId, onCall }: RailProps) {
  const text = useText();
  return (
    <nav className="dock-rail" ref={ref} aria-label={text("app.panels")}>
      {panels.map((panel, index) => {
        const { id, titleKey, icon: Icon } = panel;
        return (
          <button
            key={id}
            type="button"
            className="dock-tab"
            data-opens={opensGroup(panel, panels[index - 1]) || undefined}
            aria-expanded={id === openId}
            aria-controls={id === openId ? "dock-panel" : undefined}
            onClick={({ detail }) => onCall(id, detail === 0)}
          >
            <Icon aria-hidden />
            <span>{text(titleKey)}</span>
          </button>
        );
      })}
    </nav>
  );
}
