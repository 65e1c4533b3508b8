import { ChevronDown, ChevronUp, X } from "lucide-react";
import { Suspense, useEffect, useRef, useState } from "react";
import { type Panel, wishedPanel } from "../kit/place";
import { useText } from "../kit/text";
import { ErrorNote, IconButton, Waiting } from "../kit/ui";
import { useCovering } from "./covered";
import { Guard } from "./Guard";
import { Rail } from "./Rail";

interface DockProps {
  place: string;
  panels: readonly Panel[];
}

const PHONE = "(max-width: 860px)";

function firstOpen(panels: readonly Panel[]): string {
  const first = panels[0];
  if (!first || first.group === "here") return ""; // not about this place: it waits to be called
  return !matchMedia(PHONE).matches || first.isUrgent ? first.id : "";
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
    const tab = rail.current?.querySelector<HTMLElement>(".dock-tab[aria-expanded=true]");
    (tab?.closest("[hidden]") ? headingOf(tab) : tab)?.focus();
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
      <Rail
        ref={rail}
        panels={panels}
        openId={open?.id ?? ""}
        isPhone={matchMedia(PHONE).matches}
        onCall={call}
      />
    </aside>
  );
}

/** Where one is instead of at a tab whose group is folded. */
function headingOf(tab: Element): HTMLElement | null | undefined {
  return tab.closest(".dock-group")?.querySelector<HTMLElement>(".dock-heading");
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
