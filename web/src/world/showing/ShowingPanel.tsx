import { MonitorOff, MonitorUp } from "lucide-react";
import { useEffect, useRef } from "react";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Button, Card, Empty } from "../../kit/ui";
import { company, useCompany, useStanding } from "../world";
import { canShow, showing } from "./here";
import { MOST_VIEWERS, type Shown } from "./showing";
import "./showing.css";

/** What is shown here, to be looked at; and a window or screen of one's own. */
export function ShowingPanel() {
  const text = useText();
  const { state, shown } = useStore(showing.store);
  const isOurs = state === "on";
  return (
    <Card title={text("world.show")} icon={MonitorUp}>
      {shown ? (
        <Picture shown={shown} isOurs={isOurs} />
      ) : (
        <Empty icon={MonitorUp} title={text("world.show.none")} text={text("world.show.hint")} />
      )}
      <Own />
    </Card>
  );
}

function Picture({ shown, isOurs }: { shown: Shown; isOurs: boolean }) {
  const text = useText();
  const video = useRef<HTMLVideoElement>(null);
  const people = useCompany();
  useStanding();
  const name = people.find(({ slot }) => slot === shown.slot)?.name ?? "";
  useEffect(() => {
    if (!video.current) return;
    video.current.srcObject = shown.stream;
    void video.current.play().catch(() => {}); // the browser begins by itself once it may
  }, [shown]);
  return (
    <figure className="shown">
      <video ref={video} muted playsInline controls aria-label={text("world.show.by", { name })} />
      {!isOurs && (
        <figcaption className="row">
          <span>{text("world.show.by", { name })}</span>
          <Button kind="plain" onClick={() => showing.lookAway()}>
            {text("world.show.away")}
          </Button>
          {company.order.may("moderate") && (
            <Button kind="danger" icon={MonitorOff} onClick={() => showing.end()}>
              {text("world.show.end")}
            </Button>
          )}
        </figcaption>
      )}
    </figure>
  );
}

function Own() {
  const text = useText();
  const { state, viewers, shown } = useStore(showing.store);
  const { rights } = useStanding();
  if (state === "on") {
    return (
      <>
        <p role="status">{text("world.show.on", { n: viewers.length })}</p>
        <Button kind="primary" icon={MonitorOff} onClick={() => showing.stop()}>
          {text("world.show.stop")}
        </Button>
      </>
    );
  }
  if (!rights.includes("share")) return <p className="muted">{text("world.show.not-here")}</p>;
  if (!canShow()) return <p className="muted">{text("world.show.state.absent")}</p>;
  if (shown) return null;
  return (
    <>
      {(state === "denied" || state === "absent") && (
        <p role="status">{text(`world.show.state.${state}`)}</p>
      )}
      <Button
        kind="primary"
        icon={MonitorUp}
        busy={state === "asking"}
        onClick={() => void showing.start()}
      >
        {text("world.show.start")}
      </Button>
      <p className="muted small">{text("world.show.most", { n: MOST_VIEWERS })}</p>
    </>
  );
}
