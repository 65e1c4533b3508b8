import { CalendarDays } from "lucide-react";
import { useEffect, useState } from "react";
import { useNow } from "../../kit/clock";
import { type Banner, goTo, type PanelProps } from "../../kit/place";
import { useStore } from "../../kit/store";
import { ago, useText } from "../../kit/text";
import { Button, Card } from "../../kit/ui";
import { useIsLed } from "../beside";
import { usePlaceName } from "../places";
import { planned, readPlanned, soon } from "./asking";

const LOOK_MS = 15_000;
const ASK_MS = 5 * 60_000;

/** What we come to begins soon: a strip with the way there, until it was read or we are there. */
function ReminderBanner({ place }: PanelProps) {
  const text = useText();
  const now = useNow(LOOK_MS);
  const all = useStore(planned);
  const nameOf = usePlaceName();
  const isLed = useIsLed();
  const [read, setRead] = useState("");
  useEffect(() => {
    const stop = new AbortController();
    const ask = () => void readPlanned(stop.signal).catch(() => {}); // the next one asks again
    ask();
    const timer = setInterval(ask, ASK_MS);
    return () => {
      clearInterval(timer);
      stop.abort();
    };
  }, []);
  const next = soon(all ?? [], now);
  if (!next || next.id === read || next.place === place) return null;
  const { id, title, starts_at } = next;
  const has = Date.parse(starts_at) <= now;
  const where = nameOf(next.place);
  return (
    <Card tone="accent" icon={CalendarDays} title={title} className="line-banner">
      <p role="status">
        {text(has ? "world.events.began" : "world.events.soon", {
          when: ago(starts_at, now),
          place: where,
        })}
      </p>
      <div className="row">
        {!isLed && (
          <Button kind="primary" onClick={() => goTo(next.place)}>
            {text("world.events.go")}
          </Button>
        )}
        <Button kind="plain" onClick={() => setRead(id)}>
          {text("world.told.read")}
        </Button>
      </div>
    </Card>
  );
}

export const reminderBanner: Banner = {
  id: "reminder",
  places: ["*"],
  Component: ReminderBanner,
};
