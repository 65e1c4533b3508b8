import {
  Armchair,
  Check,
  DoorClosed,
  DoorOpen,
  Flower2,
  Footprints,
  Hand,
  Heart,
  List,
  LockKeyhole,
  MapPin,
  PartyPopper,
  ThumbsUp,
  Users,
} from "lucide-react";
import type { KeyboardEvent } from "react";
import { useAsked } from "../../kit/asked";
import { useNow } from "../../kit/clock";
import { goTo, type Panel, type PanelProps } from "../../kit/place";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Badge, Button, Card, Empty, ErrorNote, Waiting } from "../../kit/ui";
import { Motion, type Place } from "../../wire/world";
import type { Somebody } from "../company";
import { PersonMenu } from "../order/PersonMenu";
import { EMOTES } from "../people/emote-keys";
import { readPlace, usePlacesChanged } from "../places";
import { company, useCompany, walker, walkTo } from "../world";
import { Entry } from "./Entry";
import { distance, personId, signFor, type ThingHere, thingsIn, wayTo } from "./things";
import "./panels.css";

type Vec3 = readonly [number, number, number];

/** The scene in words: everybody and everything here, and what one can do with it. */
function ThingsPanel({ place }: PanelProps) {
  const text = useText();
  const file = useAsked(() => readPlace(place), [place, usePlacesChanged()]);
  return (
    <>
      <PeopleCard />
      <Card title={text("world.things")} icon={List}>
        <p className="muted small">{text("world.things.hint")}</p>
        {file.isWaiting && <Waiting label={text("world.things.waiting")} />}
        <ErrorNote error={file.error} onRetry={file.again} />
        {file.value && <Things place={file.value} />}
      </Card>
    </>
  );
}

function PeopleCard() {
  const text = useText();
  const people = useCompany();
  const others = people.filter(({ isMe }) => !isMe);
  const me = people.find(({ isMe }) => isMe);
  return (
    <Card title={text("world.people")} icon={Users}>
      {me && <Gestures me={me} />}
      {others.length === 0 && (
        <Empty icon={Users} title={text("world.people.none")} text={text("world.people.hint")} />
      )}
      <ul className="here" onKeyDown={step}>
        {others.map((somebody) => (
          <Other key={somebody.slot} somebody={somebody} />
        ))}
      </ul>
    </Card>
  );
}

const ICONS = {
  [Motion.WAVE]: Hand,
  [Motion.NOD]: Check,
  [Motion.CLAP]: PartyPopper,
  [Motion.THUMBS_UP]: ThumbsUp,
  [Motion.BOW]: Flower2,
  [Motion.HEART]: Heart,
} as const;

function Gestures({ me }: { me: Somebody }) {
  const text = useText();
  return (
    <>
      <div className="row">
        {EMOTES.map((motion, i) => (
          <Button
            key={motion}
            icon={ICONS[motion]}
            aria-keyshortcuts={String(i + 1)}
            onClick={() => company.gesticulate(motion)}
          >
            {text(motion === Motion.WAVE ? "world.wave" : `world.gesture.${motion}`)}
          </Button>
        ))}
        <Button aria-pressed={me.isHandUp} onClick={() => company.raiseHand(!me.isHandUp)}>
          {text(me.isHandUp ? "world.hand.lower" : "world.hand.raise")}
        </Button>
      </div>
      <p className="muted small">{text("world.gesture.hint")}</p>
    </>
  );
}

function Other({ somebody }: { somebody: Somebody }) {
  const text = useText();
  useNow(); // they walk: look again every second
  const { name, glide, isHandUp, isSpeaking, isAway } = somebody;
  const position = glide.at(performance.now())?.position;
  const id = personId(somebody);
  return (
    <Entry
      id={id}
      icon={Users}
      name={name}
      role={text("world.role.person")}
      where={useWhere(position)}
      actions={
        <>
          {position && <WalkTo position={position} near_m={1.5} name={name} />}
          <PersonMenu somebody={somebody} />
        </>
      }
    >
      {isAway && <Badge>{text("world.away")}</Badge>}
      {somebody.isHost && <Badge>{text("world.person.host")}</Badge>}
      {somebody.isSilent && <Badge tone="warn">{text("world.person.silent")}</Badge>}
      {somebody.hasWord && <Badge tone="accent">{text("world.stage.word")}</Badge>}
      {somebody.aside > 0 && (
        <Badge tone="accent" icon={LockKeyhole}>
          {text("world.aside.badge")}
        </Badge>
      )}
      {isHandUp && <Badge tone="accent">{text("world.hand.up")}</Badge>}
      {isSpeaking && <Badge tone="good">{text("world.voice.speaks")}</Badge>}
    </Entry>
  );
}

function Things({ place }: { place: Place }) {
  useNow(2000); // we walk: look again now and then
  const from = company.pose?.position ?? place.spawn.position;
  return (
    <ul className="here" onKeyDown={step}>
      {thingsIn(place, from).map((thing) => (
        <ThingLine key={thing.id} thing={thing} />
      ))}
    </ul>
  );
}

function ThingLine({ thing }: { thing: ThingHere }) {
  const text = useText();
  const signs = useStore(company.signs);
  const { id, kind, to, nameKey, aboutKey, position, near_m, count } = thing;
  const isClosed = kind === "door" && !to;
  const sign = signFor(to, signs);
  const name = text(nameKey);
  const where = useWhere(position);
  return (
    <Entry
      id={id}
      icon={kind === "door" ? (isClosed ? DoorClosed : DoorOpen) : iconOf(id)}
      name={count > 1 ? text("world.things.many", { name, n: count }) : name}
      role={text(isClosed ? "world.role.closed" : `world.role.${kind}`)}
      where={where}
      actions={
        <>
          {to && (
            <Button kind="primary" icon={DoorOpen} onClick={() => goTo(to)}>
              {text("world.go", { place: name })}
            </Button>
          )}
          <WalkTo position={position} near_m={near_m} name={name} />
        </>
      }
    >
      {aboutKey && <p className="small">{text(aboutKey)}</p>}
      {sign && <Badge>{text(sign.key, { names: sign.names, n: sign.count })}</Badge>}
    </Entry>
  );
}

function iconOf(id: string) {
  return id.includes("seat") ? Armchair : MapPin;
}

/** Walk up to it in the scene; on the plain page nobody walks, so there is no button. */
function WalkTo(props: { position: Vec3; near_m: number; name: string }) {
  const text = useText();
  const walks = useStore(walker);
  if (!walks) return null;
  const { position, near_m, name } = props;
  return (
    <Button
      kind="plain"
      icon={Footprints}
      aria-label={text("world.walk.to", { name })}
      onClick={() => walkTo({ position, near_m })}
    >
      {text("world.walk")}
    </Button>
  );
}

/** How far, and on which side of us. */
function useWhere(position: Vec3 | undefined): string {
  const text = useText();
  const { pose } = company;
  if (!position || !pose) return "";
  const m = Math.round(distance(pose.position, position));
  if (m < 1) return text("world.way.here");
  return text(`world.way.${wayTo(pose.position, pose.yaw, position)}`, { m });
}

/** Arrow keys go from one to the next, as in any list. */
function step(event: KeyboardEvent<HTMLUListElement>): void {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by) return;
  const names = [...event.currentTarget.querySelectorAll<HTMLElement>(".here-name")];
  const at = names.findIndex((name) => name.closest("li")?.contains(document.activeElement));
  const next = names[Math.min(names.length - 1, Math.max(0, at + by))];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

export const thingsPanel: Panel = {
  id: "things",
  titleKey: "world.here",
  icon: List,
  places: ["*"],
  roles: [],
  group: "here",
  order: 10,
  Component: ThingsPanel,
};
