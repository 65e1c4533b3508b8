import { lazy, Suspense, useEffect } from "react";
import { bannersOf, panelsOf, usePlace } from "../kit/place";
import type { Me } from "../kit/session";
import { useStore } from "../kit/store";
import { useText } from "../kit/text";
import { Waiting } from "../kit/ui";
import { accompany, isBeside } from "../world/beside";
import { lookForPlaces, madePlaces } from "../world/places";
import { attend } from "../world/world";
import { Dock } from "./Dock";
import { FlatPlace } from "./FlatPlace";
import { Guard } from "./Guard";
import { useOwnSubject } from "./own-subject";
import { signOf } from "./places";
import { followAddress } from "./route";
import { TopBar } from "./TopBar";
import { view } from "./view";

const WorldView = lazy(() => import("../world/WorldView").then((m) => ({ default: m.WorldView })));

/** Inside: the place, what can be done there, and the bar above. */
export function Shell({ me }: { me: Me }) {
  const text = useText();
  const shown = useStore(view);
  const { place } = usePlace();
  useEffect(followAddress, []);
  const beside = useStore(isBeside);
  useEffect(() => (beside ? accompany() : attend()), [beside]);
  useStore(madePlaces); // what a made place is called comes a moment later
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked for anew wherever one goes
  useEffect(() => void lookForPlaces().catch(() => {}), [place]);
  useOwnSubject(me, place);
  const panels = panelsOf(place, me.roles).filter(({ isLive }) => !(beside && isLive));
  return (
    <div className="shell" data-view={beside ? "flat" : shown} data-place={place}>
      <button type="button" className="skip" onClick={focusDock}>
        {text("app.skip")}
      </button>
      <TopBar me={me} />
      <div className="banners">
        {bannersOf(place).map(({ id, Component }) => (
          <Component key={id} place={place} />
        ))}
      </div>
      <main className="stage" aria-label={text(signOf(place).nameKey)}>
        {shown === "scene" && !beside ? (
          <Guard key="scene" fallback={<FlatPlace me={me} place={place} isForced />}>
            <Suspense fallback={<Waiting label={text("app.world.waiting")} />}>
              <WorldView />
            </Suspense>
          </Guard>
        ) : (
          <FlatPlace me={me} place={place} />
        )}
      </main>
      <Dock key={place} place={place} panels={panels} />
    </div>
  );
}

function focusDock(): void {
  document.querySelector<HTMLElement>("#dock button")?.focus();
}
