import { BellRing, Footprints, Gavel, Users } from "lucide-react";
import { useState } from "react";
import { type Banner, goTo, showPanel } from "../../kit/place";
import { useStore } from "../../kit/store";
import { moment, useText } from "../../kit/text";
import { Button, Card, ErrorNote, Field } from "../../kit/ui";
import { useIsLed } from "../beside";
import { usePlaceName } from "../places";
import { company } from "../world";
import { asking } from "./asking";
import { useDoing } from "./doing";
import type { News } from "./standing";
import "./order.css";

const OF_HOSTS: readonly string[] = ["kick", "ban", "mute", "lifted"];

/** What concerns us alone: what a host did and why, who asks, invites or walks after us. */
function NewsBanner() {
  const [news] = useStore(company.order.news);
  if (!news) return null;
  return <One key={news.count} news={news} />;
}

function One({ news }: { news: News }) {
  const text = useText();
  const { about, name, place, reason, until, outcome, id, count } = news;
  const isOfHosts = OF_HOSTS.includes(about);
  const nameOf = usePlaceName();
  const where = place ? nameOf(place) : "";
  const drop = () => company.order.drop(count);
  return (
    <Card
      tone={isOfHosts && about !== "lifted" ? "warn" : "accent"}
      icon={
        isOfHosts
          ? Gavel
          : about === "followed"
            ? Footprints
            : about === "answered"
              ? BellRing
              : Users
      }
      title={text(`world.told.${about}`, { name, place: where, number: id })}
      className="line-banner news-banner"
    >
      <div role="status">
        {isOfHosts && reason && <p>{text("world.told.reason", { reason })}</p>}
        {isOfHosts && until && <p>{text("world.told.until", { at: moment(until, "moment") })}</p>}
        {about === "answered" && <p>{text(`world.report.outcome.${outcome}`)}</p>}
        {about === "answered" && reason && <p lang="">{reason}</p>}
      </div>
      {isOfHosts && about !== "lifted" && <Appeal id={id} />}
      <div className="row">
        <Answer news={news} drop={drop} />
        <Button kind="plain" onClick={drop}>
          {text("world.told.read")}
        </Button>
      </div>
    </Card>
  );
}

function Answer({ news, drop }: { news: News; drop: () => void }) {
  const text = useText();
  const { about, place, id } = news;
  const isLed = useIsLed();
  if (about === "invited") {
    if (isLed) return null;
    return (
      <Button
        kind="primary"
        onClick={() => {
          goTo(place);
          drop();
        }}
      >
        {text("world.friend.join")}
      </Button>
    );
  }
  if (about === "asked") {
    return (
      <Button
        kind="primary"
        onClick={() => {
          showPanel("safety");
          drop();
        }}
      >
        {text("world.told.look")}
      </Button>
    );
  }
  if (about === "followed") {
    return (
      <Button onClick={() => void asking.shakeOff(id).then(drop, drop)}>
        {text("world.told.shake")}
      </Button>
    );
  }
  return null;
}

/** Say, once, why what was done was wrong. */
export function Appeal({ id }: { id: string }) {
  const text = useText();
  const [words, setWords] = useState("");
  const [isSaid, setSaid] = useState(false);
  const { error, isBusy, carryOut } = useDoing();
  if (isSaid) return <p role="status">{text("world.appeal.said")}</p>;
  return (
    <details className="appeal">
      <summary>{text("world.appeal")}</summary>
      <p className="muted small">{text("world.appeal.hint")}</p>
      <Field
        label={text("world.appeal.words")}
        value={words}
        maxLength={300}
        onChange={({ target }) => setWords(target.value)}
      />
      <ErrorNote error={error} />
      <Button
        busy={isBusy}
        disabled={!words.trim()}
        onClick={() => carryOut(asking.appeal(id, words), () => setSaid(true))}
      >
        {text("world.appeal.send")}
      </Button>
    </details>
  );
}

export const newsBanner: Banner = { id: "news", places: ["*"], Component: NewsBanner };
