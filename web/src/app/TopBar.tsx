import { ChevronDown, Mic, Users } from "lucide-react";
import { goTo, type Person, usePlace } from "../kit/place";
import type { Me } from "../kit/session";
import { useStore } from "../kit/store";
import { useText } from "../kit/text";
import {
  Avatar,
  IconButton,
  LanguageSwitch,
  Mark,
  MenuItem,
  Popover,
  ThemeSwitch,
} from "../kit/ui";
import { AlertBell } from "../twin/alerts/AlertBell";
import { isBeside, useIsLed } from "../world/beside";
import { SafeButton } from "../world/order/SafeButton";
import { madePlaces } from "../world/places";
import { AccountMenu } from "./AccountMenu";
import { madeSigns, places, signOf } from "./places";
import { canDraw, otherView, setView, view, viewIcons } from "./view";

/** Where I am, who is here, and what concerns the whole house. */
export function TopBar({ me }: { me: Me }) {
  const { place, people } = usePlace();
  const beside = useStore(isBeside);
  return (
    <header className="bar">
      <div className="bar-group">
        <span className="bar-mark">
          <Mark size={32} />
        </span>
        <PlaceMenu place={place} />
      </div>
      <div className="bar-group">
        <SafeButton />
        <AlertBell />
        <PeopleHere people={people} />
        {canDraw && !beside && (
          <span className="bar-wide">
            <ViewSwitch />
          </span>
        )}
        <span className="bar-wide">
          <ThemeSwitch />
        </span>
        <LanguageSwitch />
        <AccountMenu me={me} />
      </div>
    </header>
  );
}

function PlaceMenu({ place }: { place: string }) {
  const text = useText();
  const { icon: Icon, nameKey } = signOf(place);
  const name = text(nameKey);
  const isLed = useIsLed();
  useStore(madePlaces); // somebody publishes one
  const own = places.filter(({ id }) => !id.startsWith("consulting-room") || id === place);
  const isOpen = own.filter(({ isClosed }) => !isClosed);
  const shown = [...isOpen, ...madeSigns(), ...own.filter(({ isClosed }) => isClosed)];
  return (
    <Popover
      label={`${name}: ${text("app.places")}`}
      className="place-button"
      button={
        <>
          <Icon aria-hidden />
          <span>{name}</span>
          <ChevronDown aria-hidden />
        </>
      }
    >
      {(close) => (
        <nav aria-label={text("app.places")}>
          {shown.map(({ id, icon, nameKey, aboutKey, isClosed }) => (
            <MenuItem
              key={id}
              icon={icon}
              isCurrent={id === place}
              disabled={isClosed || (isLed && id !== place)}
              hint={text(aboutKey)}
              onClick={() => {
                goTo(id);
                close();
              }}
            >
              {text(nameKey)}
            </MenuItem>
          ))}
        </nav>
      )}
    </Popover>
  );
}

function PeopleHere({ people }: { people: readonly Person[] }) {
  const text = useText();
  return (
    <Popover
      label={text("app.people.count", { n: people.length })}
      className="corner-button"
      align="right"
      button={
        <>
          <Users aria-hidden />
          <span className="number">{people.length}</span>
        </>
      }
    >
      {() => (
        <div className="people-here">
          <h2>{text("app.people")}</h2>
          {people.length === 0 && <p className="muted">{text("app.people.none")}</p>}
          <ul>
            {people.map(({ id, name, isMe, isSpeaking }) => (
              <li key={id} className="row">
                <Avatar name={name} size={34} />
                <span>{isMe ? text("app.people.me", { name }) : name}</span>
                {isSpeaking && (
                  <Mic className="speaking" aria-label={text("app.people.speaking")} />
                )}
              </li>
            ))}
          </ul>
        </div>
      )}
    </Popover>
  );
}

function ViewSwitch() {
  const text = useText();
  const next = otherView(useStore(view));
  return (
    <IconButton
      icon={viewIcons[next]}
      label={text(`app.view.${next}`)}
      onClick={() => setView(next)}
    />
  );
}
