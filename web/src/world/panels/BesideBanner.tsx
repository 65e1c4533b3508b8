import { MonitorSmartphone } from "lucide-react";
import type { Banner } from "../../kit/place";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Button, Card } from "../../kit/ui";
import { besideOf, comeInside, isBeside } from "../beside";
import "./panels.css";

/** Says that this window only accompanies, and lets one be here instead. */
function BesideBanner() {
  const text = useText();
  const is = useStore(isBeside);
  const where = useStore(besideOf);
  if (!is) return null;
  const key = where === "" ? "world.beside.nowhere" : "world.beside";
  return (
    <Card icon={MonitorSmartphone} title={text(key)} className="line-banner">
      {where === "" && <p className="muted small">{text("world.beside.hint")}</p>}
      <Button onClick={comeInside}>{text("world.beside.inside")}</Button>
    </Card>
  );
}

export const besideBanner: Banner = { id: "beside", places: ["*"], Component: BesideBanner };
