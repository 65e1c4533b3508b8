import { ShieldCheck } from "lucide-react";
import { useEffect } from "react";
import { t, useText } from "../../kit/text";
import { toast } from "../../kit/ui";
import { comeInside } from "../beside";
import { realTiming } from "../net/socket";
import { company, following } from "../world";
import { goSafe, HeldEscape } from "./safe";
import "./order.css";

function go(): void {
  comeInside();
  goSafe(company, following);
  toast(t("world.safe.gone"), "good");
}

/** One press, or Escape held for a moment, and one is home alone with the microphone off. */
export function SafeButton() {
  const text = useText();
  useEffect(() => {
    const key = new HeldEscape(go, realTiming.after);
    const down = (event: KeyboardEvent) => key.down(event.key);
    const up = (event: KeyboardEvent) => key.up(event.key);
    const blur = () => key.letGo();
    addEventListener("keydown", down, true);
    addEventListener("keyup", up, true);
    addEventListener("blur", blur);
    return () => {
      key.letGo();
      removeEventListener("keydown", down, true);
      removeEventListener("keyup", up, true);
      removeEventListener("blur", blur);
    };
  }, []);
  return (
    <button
      type="button"
      className="corner-button safe-button"
      title={text("world.safe.hint")}
      aria-label={text("world.safe.hint")}
      onClick={go}
    >
      <ShieldCheck aria-hidden />
      <span className="bar-wide">{text("world.safe")}</span>
    </button>
  );
}
