import { Ban, DoorOpen, Gavel, MicOff, Timer, Users } from "lucide-react";
import { useState } from "react";
import type { PanelProps } from "../../kit/place";
import { moment, useText } from "../../kit/text";
import { Badge, Button, Card, Empty, ErrorNote, Waiting } from "../../kit/ui";
import { useStanding } from "../world";
import { ActDialog } from "./ActDialog";
import { asking } from "./asking";
import { useLatest } from "./changes";
import { useDoing } from "./doing";
import type { ListedAct, OrderAnswer } from "./model";
import { ReportsCard } from "./ReportsCard";
import "./order.css";

const SLOW_S = 15;
const DEEDS = [
  ["mute", MicOff],
  ["kick", DoorOpen],
  ["ban", Ban],
] as const;

/** For hosts: who is here, what may be done to them, and what was done. */
export function OrderPanel({ place }: PanelProps) {
  const text = useText();
  const { rights, slow_s } = useStanding();
  if (!rights.includes("moderate")) {
    return (
      <Card title={text("world.order")} icon={Gavel}>
        <Empty icon={Gavel} title={text("world.order.no-host")} />
      </Card>
    );
  }
  return (
    <>
      <Present place={place} slow_s={slow_s} />
      <ReportsCard />
    </>
  );
}

function Present({ place, slow_s }: { place: string; slow_s: number }) {
  const text = useText();
  const asked = useLatest((stop) => asking.order(place, stop), [place]);
  const { error, isBusy, carryOut } = useDoing();
  const order = asked.value;
  const slow = order?.acts.find(({ deed, stands }) => deed === "slow" && stands);
  function toggle(): void {
    carryOut(slow ? asking.lift(slow.id) : asking.act(place, { deed: "slow", every_s: SLOW_S }));
  }
  return (
    <>
      <Card title={text("world.order")} icon={Gavel}>
        <p className="muted small">{text("world.order.hint")}</p>
        {asked.isWaiting && <Waiting label={text("world.safety.waiting")} />}
        <ErrorNote error={asked.error} onRetry={asked.again} />
        <div className="row">
          <Button icon={Timer} busy={isBusy} aria-pressed={slow_s > 0} onClick={toggle}>
            {text(slow ? "world.order.slow.end" : "world.order.slow", { n: SLOW_S })}
          </Button>
          <Button kind="plain" onClick={asked.again}>
            {text("world.order.look")}
          </Button>
        </div>
        <ErrorNote error={error} />
        {order && <Everybody people={order.people} />}
      </Card>
      {order && <Acts acts={order.acts} />}
    </>
  );
}

interface Chosen {
  readonly who: string;
  readonly name: string;
  readonly deed: "kick" | "ban" | "mute";
}

function Everybody({ people }: { people: OrderAnswer["people"] }) {
  const text = useText();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  return (
    <>
      {people.length === 0 && <Empty icon={Users} title={text("world.people.none")} />}
      <ul className="here">
        {people.map(({ who, name, is_host, is_silent }) => (
          <li key={who} className="here-one">
            <p className="row-apart">
              <strong>{name}</strong>
              {is_host && <Badge tone="accent">{text("world.person.host")}</Badge>}
              {is_silent && <Badge tone="warn">{text("world.person.silent")}</Badge>}
            </p>
            <div className="row">
              {DEEDS.map(([deed, icon]) => (
                <Button
                  key={deed}
                  icon={icon}
                  aria-label={text(`world.order.${deed}.title`, { name })}
                  disabled={deed === "mute" && is_silent}
                  onClick={() => setChosen({ who, name, deed })}
                >
                  {text(`world.order.${deed}`)}
                </Button>
              ))}
            </div>
          </li>
        ))}
      </ul>
      {chosen && <ActDialog {...chosen} onClose={() => setChosen(null)} />}
    </>
  );
}

function Acts({ acts }: { acts: readonly ListedAct[] }) {
  const text = useText();
  const { error, carryOut } = useDoing();
  return (
    <Card title={text("world.acts")} icon={Gavel}>
      {acts.length === 0 && <p className="muted">{text("world.acts.none")}</p>}
      <ul className="here">
        {acts.map((act) => (
          <li key={act.id} className="here-one">
            <p>
              {text(`world.acts.${act.deed}`, { name: act.name, by: act.by, n: act.every_s })}{" "}
              <span className="muted small">{moment(act.at)}</span>
            </p>
            {act.reason && (
              <p className="muted" lang="">
                {act.reason}
              </p>
            )}
            {act.appeal && <p>{text("world.acts.appeal", { words: act.appeal })}</p>}
            {act.stands && (
              <Button onClick={() => carryOut(asking.lift(act.id))}>
                {text("world.acts.lift")}
              </Button>
            )}
            {act.lifted_at && <Badge tone="good">{text("world.acts.lifted")}</Badge>}
          </li>
        ))}
      </ul>
      <ErrorNote error={error} />
    </Card>
  );
}
