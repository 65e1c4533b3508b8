import { DoorClosed, MonitorSmartphone, WifiOff } from "lucide-react";
import { useEffect, useState } from "react";
import { type Banner, goTo, usePlace } from "../../kit/place";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Button, Card } from "../../kit/ui";
import { goBeside } from "../beside";
import { company, useStay } from "../world";
import "./panels.css";

const PATIENCE_MS = 1500; // a line that comes back so soon is worth no words

/** Says why we are not where we want to be, and what to do about it. */
function LineBanner({ place }: { place: string }) {
  const { state, reasonKey } = usePlace();
  const line = useStore(company.line);
  if (state === "refused") return <NotIn place={place} reasonKey={reasonKey} />;
  if (line.state === "ended" && line.why === "elsewhere") return <Elsewhere />;
  return state === "lost" ? <Lost /> : null;
}

function NotIn({ place, reasonKey }: { place: string; reasonKey: string }) {
  const text = useText();
  const { place: here } = useStay();
  const back = here && here !== place ? here : "plaza";
  return (
    <Card tone="warn" icon={DoorClosed} title={text(reasonKey)} className="line-banner">
      <div className="row">
        <Button onClick={() => goTo(back)}>{text("world.back")}</Button>
        <Button kind="plain" onClick={() => goTo(place)}>
          {text("kit.retry")}
        </Button>
      </div>
    </Card>
  );
}

function Elsewhere() {
  const text = useText();
  return (
    <Card
      tone="warn"
      icon={MonitorSmartphone}
      title={text("world.refused.elsewhere")}
      className="line-banner"
    >
      <div className="row">
        <Button onClick={() => company.comeBack()}>{text("world.comeback")}</Button>
        <Button kind="plain" onClick={goBeside}>
          {text("world.beside.choose")}
        </Button>
      </div>
    </Card>
  );
}

function Lost() {
  const text = useText();
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isLong) return null;
  return (
    <Card tone="warn" icon={WifiOff} title={text("world.lost")} className="line-banner">
      <p role="status">{text("world.lost.hint")}</p>
      <Button onClick={() => company.comeBack()}>{text("kit.retry")}</Button>
    </Card>
  );
}

export const lineBanner: Banner = { id: "line", places: ["*"], Component: LineBanner };
