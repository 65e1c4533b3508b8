import { ChevronDown, ChevronUp, X } from "lucide-react";
import { Suspense, useEffect, useRef, useState } from "react";
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

function firstOpen(panels: readonly Panel[]): string {
  const isPhone = matchMedia("(max-width: 860px)").matches;
  const first = panels[0];
  if (!first || first.order >= ELSEWHERE) return "";
  return !isPhone || first.isUrgent ? first.id : "";
}

/** The place's panels, one at a time: beside the scene, on a phone in a sheet from below. */
export function Dock({ place, panels }: DockProps) {
  const text = useText();
  const [openId, setOpenId] = useState(() => firstOpen(panels));
  const [isTall, setTall] = useState(false);
  useEffect(() => wishedPanel.subscribe(() => setOpenId(wishedPanel.get().id)), []);
  const open = panels.find(({ id }) => id === openId);
  const section = useRef<HTMLElement>(null);
  useCovering(section, open !== undefined);
  if (panels.length === 0) return null;
  return (
    <aside className="dock" id="dock" data-open={open !== undefined} data-tall={isTall}>
      {open && (
        <section
          className="dock-panel"
          id="dock-panel"
          ref={section}
          aria-label={text(open.titleKey)}
        >
          <div className="dock-head">
            <IconButton
              className="dock-tall"
              icon={isTall ? ChevronDown : ChevronUp}
              label={text(isTall ? "app.panel.lower" : "app.panel.higher")}
              onClick={() => setTall(!isTall)}
            />
            <IconButton icon={X} label={text("kit.close")} onClick={() => setOpenId("")} />
          </div>
          <div className="dock-scroll">
            <Guard key={open.id} fallback={<ErrorNote error={new Error(open.id)} />}>
              <Suspense fallback={<Waiting label={text("app.panel.waiting")} />}>
                <open.Component place={place} />
              </Suspense>
            </Guard>
          </div>
        </section>
      )}
      <nav className="dock-rail" aria-label={text("app.panels")}>
        {panels.map(({ id, titleKey, icon: Icon }) => (
          <button
            key={id}
            type="button"
            className="dock-tab"
            aria-expanded={id === openId}
            aria-controls={id === openId ? "dock-panel" : undefined}
            onClick={() => setOpenId(id === openId ? "" : id)}
          >
            <Icon aria-hidden />
            <span>{text(titleKey)}</span>
          </button>
        ))}
      </nav>
    </aside>
  );
}
