import { CalendarDays, CalendarPlus, CalendarSync, Check, Download, Undo2, X } from "lucide-react";
import { useState } from "react";
import { useAsked } from "../../kit/asked";
import { goTo, type PanelProps } from "../../kit/place";
import { useStore } from "../../kit/store";
import { moment, useText } from "../../kit/text";
import { Badge, Button, Card, Empty, ErrorNote, Field, toast, Waiting } from "../../kit/ui";
import { useDoing } from "../order/doing";
import { readPlace, usePlaceName } from "../places";
import { useStanding } from "../world";
import { asking, fileOf, type Planned, planned, readPlanned } from "./asking";
import { PlanCard } from "./PlanCard";
import "../panels/panels.css";
import "./calendar.css";

/** What is planned, to come to; and, for hosts, to plan. */
export function CalendarPanel({ place }: PanelProps) {
  const text = useText();
  const asked = useAsked((stop) => readPlanned(stop), []);
  const all = useStore(planned);
  const file = useAsked(() => readPlace(place), [place]);
  const { rights } = useStanding();
  const mayPlan = rights.includes("moderate") && file.value?.access === "all";
  return (
    <>
      <Card title={text("world.events")} icon={CalendarDays}>
        {asked.isWaiting && !all && <Waiting label={text("world.events.waiting")} />}
        <ErrorNote error={asked.error} onRetry={asked.again} />
        {all?.length === 0 && (
          <Empty
            icon={CalendarDays}
            title={text("world.events.none")}
            text={text("world.events.none.hint")}
          />
        )}
        <ul className="here">
          {all?.map((one) => (
            <Line key={one.id} event={one} place={place} />
          ))}
        </ul>
      </Card>
      {mayPlan && <PlanCard place={place} />}
      <FeedCard />
    </>
  );
}

function Line({ event, place }: { event: Planned; place: string }) {
  const text = useText();
  const nameOf = usePlaceName();
  const { error, isBusy, carryOut } = useDoing();
  const { id, title, starts_at, ends_at, by, coming, capacity, is_coming, is_off, is_ours } = event;
  const isFull = capacity > 0 && coming >= capacity && !is_coming;
  const where = nameOf(event.place);
  return (
    <li className="event" aria-label={title}>
      <strong>{title}</strong>
      <p className="small">
        {moment(starts_at, "moment")}–{moment(ends_at, "time")} · {where}
      </p>
      <p className="muted small">{text("world.events.by", { name: by })}</p>
      <div className="row">
        {is_off && <Badge tone="warn">{text("world.events.off")}</Badge>}
        {is_coming && !is_off && (
          <Badge tone="good" icon={Check}>
            {text("world.events.coming")}
          </Badge>
        )}
        <Badge>
          {capacity > 0
            ? text("world.events.count-of", { n: coming, most: capacity })
            : text("world.events.count", { n: coming })}
        </Badge>
        {event.audience !== "all" && <Badge>{text(`world.events.for.${event.audience}`)}</Badge>}
      </div>
      <div className="row">
        {!is_off && (
          <Button
            kind={is_coming ? "plain" : "primary"}
            busy={isBusy}
            disabled={isFull}
            onClick={() => carryOut(asking.come(id, !is_coming))}
          >
            {text(
              is_coming
                ? "world.events.stay-away"
                : isFull
                  ? "world.events.full"
                  : "world.events.come",
            )}
          </Button>
        )}
        {event.place !== place && !is_off && (
          <Button onClick={() => goTo(event.place)}>{text("world.go", { place: where })}</Button>
        )}
        <a className="button button-plain" href={fileOf(id)} download={`${id}.ics`}>
          <Download aria-hidden /> {text("world.events.file")}
        </a>
        {is_ours && (
          <Button
            kind="plain"
            icon={is_off ? Undo2 : X}
            busy={isBusy}
            onClick={() => carryOut(asking.cancel(id, !is_off))}
          >
            {text(is_off ? "world.events.on-again" : "world.events.cancel")}
          </Button>
        )}
      </div>
      <ErrorNote error={error} />
    </li>
  );
}

function FeedCard() {
  const text = useText();
  const [url, setUrl] = useState("");
  const { error, isBusy, carryOut } = useDoing();
  const make = async () => setUrl((await asking.openFeed()).url);
  const copy = async () => {
    await navigator.clipboard.writeText(url);
    toast(text("world.events.copied"), "good");
  };
  return (
    <Card title={text("world.events.feed")} icon={CalendarSync}>
      <p className="muted small">{text("world.events.feed.hint")}</p>
      {url && <Field label={text("world.events.feed.address")} value={url} readOnly />}
      <div className="row">
        <Button icon={CalendarPlus} busy={isBusy} onClick={() => carryOut(make())}>
          {text(url ? "world.events.feed.again" : "world.events.feed.make")}
        </Button>
        {url && (
          <Button kind="primary" onClick={() => carryOut(copy())}>
            {text("world.events.copy")}
          </Button>
        )}
      </div>
      <ErrorNote error={error} />
    </Card>
  );
}
