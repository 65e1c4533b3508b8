import { ArrowRight, Box, TriangleAlert, Users } from "lucide-react";
import { useEffect, useRef } from "react";
import { useAsked } from "../kit/asked";
import { arrived, goTo, usePlace } from "../kit/place";
import type { Me } from "../kit/session";
import { useStore } from "../kit/store";
import { useText } from "../kit/text";
import { Avatar, Badge, Card, Scenery } from "../kit/ui";
import { isBeside } from "../world/beside";
import { signFor } from "../world/panels/things";
import { isMade, readPlace, usePlacesChanged } from "../world/places";
import { company } from "../world/world";
import { type PlaceSign, places, signOf } from "./places";
import { canDraw } from "./view";

const PATIENCE_MS = 2500; // where no line to the world is to be had, the page works without one

interface FlatPlaceProps {
  me: Me;
  place: string;
  /** The scene was wanted and failed. */
  isForced?: boolean;
}

/** The same place as a plain page: its doors, who is here, and its panels beside it. */
export function FlatPlace({ me, place, isForced = false }: FlatPlaceProps) {
  const text = useText();
  const { state, people } = usePlace();
  const beside = useStore(isBeside); // one walks with the other window
  useEffect(() => {
    if (state !== "entering" && state !== "lost") return;
    const self = { id: me.account, name: me.name, isMe: true, isSpeaking: false };
    const timer = setTimeout(() => arrived(place, [self]), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [me, place, state]);
  const title = useRef<HTMLHeadingElement>(null);
  const before = useRef(place);
  useEffect(() => {
    if (before.current === place) return;
    before.current = place;
    title.current?.focus(); // the door one came through is gone: go on from the top
  }, [place]);
  const { nameKey, aboutKey } = signOf(place);
  const doors = useDoors(place);
  const closed = place === "plaza" ? places.filter(({ isClosed }) => isClosed) : [];
  return (
    <div className="flat">
      <div className="flat-view">
        <Scenery wide />
      </div>
      <div className="flat-page">
        <h1 ref={title} tabIndex={-1}>
          {text(nameKey)}
        </h1>
        <p className="flat-about">{text(aboutKey)}</p>
        {(isForced || !canDraw) && (
          <Card tone="warn" icon={isForced ? TriangleAlert : Box} title={text("app.flat.title")}>
            <p>{text(isForced ? "app.flat.failed" : "app.flat.cannot")}</p>
          </Card>
        )}
        {!beside && (
          <>
            <h2>{text("app.doors")}</h2>
            <ul className="doors">
              {[...doors.map(signOf), ...closed].map((sign) => (
                <Door key={sign.id} sign={sign} />
              ))}
            </ul>
          </>
        )}
        <h2>{text("app.people")}</h2>
        <ul className="row">
          {people.map(({ id, name, isMe }) => (
            <li key={id} className="person-chip">
              <Avatar name={name} size={34} />
              {isMe ? text("app.people.me", { name }) : name}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

/** Where one can go from here: of a place that somebody made, its file says so. */
function useDoors(place: string): readonly string[] {
  const { doors } = signOf(place);
  const file = useAsked(
    async () => (isMade(place) ? await readPlace(place) : null),
    [place, usePlacesChanged()],
  );
  const there = file.value?.doors.flatMap(({ to }) => to ?? []) ?? [];
  return [...new Set([...there, ...doors])];
}

function Door({ sign }: { sign: PlaceSign }) {
  const { id, icon: Icon, nameKey, aboutKey, isClosed } = sign;
  const text = useText();
  const presence = signFor(isClosed ? "" : id, useStore(company.signs));
  return (
    <li>
      <button
        type="button"
        className="door"
        aria-disabled={isClosed || undefined}
        onClick={() => !isClosed && goTo(id)}
      >
        <Icon aria-hidden className="door-icon" />
        <span className="door-words">
          <strong>{text(nameKey)}</strong>
          <span className="muted small">{text(aboutKey)}</span>
          {presence && presence.count > 0 && (
            <Badge tone="accent" icon={Users}>
              {text(presence.key, { names: presence.names, n: presence.count })}
            </Badge>
          )}
        </span>
        {!isClosed && <ArrowRight aria-hidden />}
      </button>
    </li>
  );
}
