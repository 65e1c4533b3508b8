import {
  Armchair,
  Circle,
  Box as Cube,
  Hand,
  Lock,
  LockOpen,
  type LucideIcon,
  PencilLine,
  Presentation,
  SquarePen,
  StickyNote,
  Trash2,
  Undo2,
} from "lucide-react";
import { useEffect } from "react";
import { useAsked } from "../../kit/asked";
import { useNow } from "../../kit/clock";
import type { PanelProps } from "../../kit/place";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Badge, Button, Card, Empty, IconButton } from "../../kit/ui";
import type { Item, Place } from "../../wire/world";
import { Ground } from "../ground/ground";
import { Entry } from "../panels/Entry";
import { distance } from "../panels/things";
import { readPlace, usePlacesChanged } from "../places";
import { company, useCompany } from "../world";
import { Complaint } from "./BoardDialog";
import { Bringing } from "./Bringing";
import { putSpot } from "./carry";
import type { ItemState, Kind } from "./loose";
import { openThing } from "./opened";
import { freeSeat } from "./seats";
import { aboutItem, nameOf } from "./words";
import "../panels/panels.css";
import "./things.css";

const ICONS: Readonly<Record<Kind, LucideIcon>> = {
  board: SquarePen,
  note: StickyNote,
  ball: Circle,
  slides: Presentation,
  model: Cube,
};

const NEW: readonly ItemState[] = [
  { kind: "board", width: 2.4, height: 1.35, marks: [] },
  { kind: "note", text: "", ink: 0 },
  { kind: "ball", ink: 2 },
];

/** What people share here: make, open, take, throw, put down, lock, take away. */
export function ItemsPanel({ place }: PanelProps) {
  const text = useText();
  const file = useAsked(() => readPlace(place), [place, usePlacesChanged()]);
  const { loose } = company;
  const items = [...useStore(loose.items).values()];
  useEffect(() => {
    if (file.value) company.carry.ground = new Ground(file.value);
  }, [file.value]);
  return (
    <>
      <Card title={text("world.shared")} icon={PencilLine}>
        <p className="muted small">{text("world.shared.hint")}</p>
        <Make place={place} />
        <Complaint />
        {items.length === 0 && <Empty icon={PencilLine} title={text("world.shared.none")} />}
        <ul className="here" aria-label={text("world.shared")}>
          {items.map((item) => (
            <Line key={item.id} item={item} />
          ))}
        </ul>
      </Card>
      {file.value && file.value.seats.length > 0 && <Sitting place={file.value} />}
    </>
  );
}

function Make({ place }: { place: string }) {
  const text = useText();
  const { loose, carry } = company;
  const rights = useStore(loose.rights);
  const unkept = useStore(loose.unkept);
  const undoable = useStore(loose.undoable);
  const make = (state: ItemState) => {
    const own = company.pose;
    if (own) loose.make(state, putSpot(state.kind, own, carry.ground));
  };
  return (
    <>
      <div className="row">
        {rights.has("make") &&
          NEW.map((state) => (
            <Button key={state.kind} icon={ICONS[state.kind]} onClick={() => make(state)}>
              {text(`world.make.${state.kind}`)}
            </Button>
          ))}
        <Button kind="plain" icon={Undo2} disabled={!undoable} onClick={() => loose.undo()}>
          {text("world.things.undo")}
        </Button>
        {unkept > 0 && <Badge>{text("world.things.saving")}</Badge>}
      </div>
      {rights.has("make") && <Bringing place={place} />}
    </>
  );
}

function Line({ item }: { item: Item }) {
  const text = useText();
  const people = useCompany();
  useStore(company.loose.mine);
  const { id, state, by, holder, is_locked } = item;
  const by_whom = by ? text("world.item.by", { name: by }) : text("world.item.of-place");
  const who = people.find(({ slot }) => slot === holder);
  const about = aboutItem(item);
  return (
    <Entry
      id={`item:${id}`}
      icon={ICONS[state.kind]}
      name={nameOf(item)}
      role={by_whom}
      where=""
      actions={<Actions item={item} />}
    >
      {about && state.kind !== "note" && <p className="small">{about}</p>}
      {who && (
        <Badge tone="accent" icon={Hand}>
          {who.isMe ? text("world.item.mine") : text("world.item.held", { name: who.name })}
        </Badge>
      )}
      {is_locked && <Badge icon={Lock}>{text("world.item.locked")}</Badge>}
    </Entry>
  );
}

function Actions({ item }: { item: Item }) {
  const text = useText();
  const { loose } = company;
  const { id, state, is_locked } = item;
  const isOurs = loose.isMine(id) && !id.startsWith("fixture-");
  const name = nameOf(item);
  const opens = state.kind === "board" || state.kind === "note" || state.kind === "slides";
  return (
    <>
      {opens && (
        <Button
          kind="primary"
          aria-label={text("world.item.open-named", { name })}
          onClick={() => openThing(id)}
        >
          {text("world.item.open")}
        </Button>
      )}
      {!is_locked && <Holding item={item} name={name} />}
      {isOurs && (
        <IconButton
          icon={is_locked ? LockOpen : Lock}
          label={text(is_locked ? "world.item.unlock" : "world.item.lock", { name })}
          onClick={() => loose.lock(id, !is_locked)}
        />
      )}
      {isOurs && !is_locked && (
        <IconButton
          icon={Trash2}
          label={text("world.item.remove", { name })}
          onClick={() => loose.remove(id)}
        />
      )}
    </>
  );
}

function Holding({ item, name }: { item: Item; name: string }) {
  const text = useText();
  const me = useCompany().find(({ isMe }) => isMe);
  const { loose } = company;
  if (item.holder === me?.slot && !item.is_flying) return <Letting item={item} />;
  const isFree = item.holder < 0 || item.is_flying;
  const word = item.is_flying ? "world.item.catch" : "world.item.take";
  return (
    <Button
      icon={Hand}
      disabled={!isFree}
      aria-label={text(`${word}-named`, { name })}
      onClick={() => loose.take(item)}
    >
      {text(word)}
    </Button>
  );
}

/** Put down or throw what one holds. */
export function Letting({ item }: { item: Item }) {
  const text = useText();
  const { carry } = company;
  const own = () => company.pose;
  return (
    <>
      {item.state.kind === "ball" && (
        <Button
          kind="primary"
          onClick={() => {
            const pose = own();
            if (pose) carry.throw(item, pose);
          }}
        >
          {text("world.item.throw")}
        </Button>
      )}
      <Button
        onClick={() => {
          const pose = own();
          if (pose) carry.put(item, pose);
        }}
      >
        {text("world.item.put")}
      </Button>
    </>
  );
}

/** Sit down and stand up, wherever there is a seat. */
function Sitting({ place }: { place: Place }) {
  const text = useText();
  useNow(2000); // we walk: another seat may be the nearest
  const { loose } = company;
  const seats = useStore(loose.seats);
  const mine = seats.get(useCompany().find(({ isMe }) => isMe)?.slot ?? -1);
  const from = company.pose?.position ?? place.spawn.position;
  const seat = freeSeat(place, seats, from);
  const m = seat ? Math.round(distance(from, seat.position)) : 0;
  const free = place.seats.length - seats.size;
  return (
    <Card title={text("world.seats")} icon={Armchair}>
      <p role="status">
        {mine ? text("world.seats.sitting") : text("world.seats.free", { n: free })}
      </p>
      <div className="row">
        {mine ? (
          <Button kind="primary" onClick={() => loose.stand()}>
            {text("world.seats.stand")}
          </Button>
        ) : (
          seat && (
            <Button kind="primary" icon={Armchair} onClick={() => loose.sit(seat.id)}>
              {text("world.seats.sit", { m })}
            </Button>
          )
        )}
      </div>
    </Card>
  );
}
