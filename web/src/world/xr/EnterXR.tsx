import { Glasses, ScanEye } from "lucide-react";
import { useEffect, useState } from "react";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Button, toast } from "../../kit/ui";
import { lookForHeadset, support, type XRMode } from "./support";
import { headset } from "./XRParts";

/** Put the headset on, where there is one. */
export function EnterXR() {
  const text = useText();
  const can = useStore(support);
  const worn = useStore(headset);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => lookForHeadset(), []);
  if (!worn || !(can["immersive-vr"] || can["immersive-ar"])) return null;

  async function enter(mode: XRMode): Promise<void> {
    setBusy(true);
    try {
      await worn?.enter(mode);
    } catch {
      toast(text("world.xr.failed"), "danger");
    } finally {
      setBusy(false);
    }
  }

  return (
    <div className="enter-xr">
      {can["immersive-vr"] && (
        <Button icon={Glasses} busy={isBusy} onClick={() => void enter("immersive-vr")}>
          {text("world.xr.vr")}
        </Button>
      )}
      {can["immersive-ar"] && (
        <Button icon={ScanEye} busy={isBusy} onClick={() => void enter("immersive-ar")}>
          {text("world.xr.ar")}
        </Button>
      )}
    </div>
  );
}
