import { Check, CircleAlert } from "lucide-react";
import { api } from "../kit/api";
import { ago, useText } from "../kit/text";
import { Button, toast } from "../kit/ui";
import { type Device, NAMES_UNIT, type Refusal, refusal, sign } from "./model";

/** Reasons that are told at once; the last ones come first. */
const MOST = 3;

interface Props {
  readonly device: Device;
  readonly now: number;
  readonly onCleared: () => void;
}

/** What a device said in vain: how often, why, when last, and what to do. */
export function Refusals({ device, now, onCleared }: Props) {
  const text = useText();

  async function clear(): Promise<void> {
    try {
      await api.delete(`/api/devices/${device.id}/refusals`);
    } catch {
      toast(text("devices.refused.clear.failed"), "danger");
      return;
    }
    toast(text("devices.refused.cleared"), "good");
    onCleared();
  }

  const shown = device.refusals.slice(0, MOST);
  const older = device.refused_count - device.refusals.reduce((sum, one) => sum + one.count, 0);
  return (
    <div className="device-refused">
      <CircleAlert aria-hidden />
      <div>
        {shown.length === 0 && (
          <p>
            {text("devices.refused", { n: device.refused_count })}{" "}
            {text(refusal(device.refused_why))}
          </p>
        )}
        {shown.map((one) => (
          <p key={`${one.why} ${one.kind}`}>
            <One refusal={one} now={now} />
          </p>
        ))}
        {device.refusals.length > MOST && (
          <p className="small">
            {text("devices.refused.more", { n: device.refusals.length - MOST })}
          </p>
        )}
        {shown.length > 0 && older > 0 && (
          <p className="small">{text("devices.refused.before", { n: older })}</p>
        )}
        <Button kind="plain" icon={Check} onClick={() => void clear()}>
          {text("devices.refused.clear")}
        </Button>
      </div>
    </div>
  );
}

function One({ refusal: one, now }: { refusal: Refusal; now: number }) {
  const text = useText();
  const said = { n: one.count, when: ago(one.at, now) };
  const units = one.units
    .filter((unit) => unit !== "1")
    .map((unit) => sign(unit).replace(/^\//, "1/"));
  return (
    <>
      <strong>
        {one.kind
          ? text("devices.refused.of", { ...said, what: text(`devices.kind.${one.kind}`) })
          : text("devices.refused.last", said)}
      </strong>{" "}
      {text(refusal(one.why))}
      {NAMES_UNIT.includes(one.why) && units.length > 0 && (
        <> {text("devices.refused.units", { units: units.join(", ") })}</>
      )}
    </>
  );
}
