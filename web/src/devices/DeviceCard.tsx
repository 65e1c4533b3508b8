import {
  BatteryFull,
  BatteryLow,
  BatteryMedium,
  Bluetooth,
  Check,
  Radio,
  RefreshCw,
  Trash2,
} from "lucide-react";
import { useEffect, useState } from "react";
import { api } from "../kit/api";
import { useNow } from "../kit/clock";
import { ago, useText } from "../kit/text";
import { Badge, Button, EndDialog, IconButton, toast, Waiting } from "../kit/ui";
import { type Device, isSilent, isUnheard, kindIcons } from "./model";
import { PlanState } from "./plans/PlansPanel";
import type { Plan } from "./plans/plans";
import { Refusals } from "./Refusals";

/** So long a card looks out for what was tried [ms]. */
const TRYING_MS = 120_000;

interface Props {
  readonly device: Device;
  /** What is planned of that which it measures. */
  readonly plans: readonly Plan[];
  /** Something of it is other than it was. */
  readonly onChanged: () => void;
  /** Connect to it now; only where it is paired with this browser. */
  readonly onConnect: (() => void) | undefined;
}

/** One device: what came of it last, what is missing, what was refused, and a way to try it. */
export function DeviceCard({ device, plans, onChanged, onConnect }: Props) {
  const text = useText();
  const now = useNow();
  const [isRemoving, setRemoving] = useState(false);
  const [triedAt, setTriedAt] = useState<number | null>(null);
  const { last_reading_at: last, last_sync_at: sync } = device;

  async function remove(): Promise<void> {
    await api.delete(`/api/devices/${device.id}`);
    toast(text("devices.removed", { name: device.name }), "good");
    onChanged();
  }

  return (
    <li className="device">
      <div className="row-apart">
        <h3 lang="">{device.name}</h3>
        <IconButton
          icon={Trash2}
          label={text("devices.remove.one", { name: device.name })}
          onClick={() => setRemoving(true)}
        />
      </div>
      <p className="row">
        <Badge tone={isSilent(device, now) ? "warn" : "good"} icon={Radio}>
          {last ? text("devices.last", { when: ago(last, now) }) : text("devices.never")}
        </Badge>
        {device.battery !== null && <Battery share={device.battery} />}
        <span className="muted small">
          {sync ? text("devices.sync", { when: ago(sync, now) }) : text("devices.sync.never")}
        </span>
      </p>
      <ul className="row">
        {device.kinds.map((kind) => (
          <li key={kind}>
            <Badge tone={device.missing.includes(kind) ? "warn" : "plain"} icon={kindIcons[kind]}>
              {text(`devices.kind.${kind}`)}
              {device.missing.includes(kind) && ` · ${text("devices.missing")}`}
            </Badge>
          </li>
        ))}
      </ul>
      {plans.map((plan) => (
        <p key={plan.id} className="row">
          <span className="small">
            {text("devices.plans.of", { what: text(`devices.kind.${plan.kind}`) })}
          </span>
          <PlanState plan={plan} now={now} />
        </p>
      ))}
      {device.refused_count > 0 && <Refusals device={device} now={now} onCleared={onChanged} />}
      {isUnheard(device, now) && <p className="small">{text("devices.silent")}</p>}
      {triedAt === null ? (
        <p className="row">
          <Button
            kind="plain"
            icon={onConnect ? Bluetooth : RefreshCw}
            onClick={onConnect ?? (() => setTriedAt(Date.now()))}
          >
            {text("devices.try")}
          </Button>
        </p>
      ) : (
        <Trying device={device} since={triedAt} now={now} onEnd={() => setTriedAt(null)} />
      )}
      {isRemoving && (
        <EndDialog
          title={text("devices.remove.one", { name: device.name })}
          hint={text("devices.remove.hint")}
          action={text("devices.remove")}
          onEnd={remove}
          onClose={() => setRemoving(false)}
        />
      )}
    </li>
  );
}

interface TryingProps {
  readonly device: Device;
  /** When it was begun [ms]. */
  readonly since: number;
  readonly now: number;
  readonly onEnd: () => void;
}

/** Looks out for what a device that connects by itself says next. */
function Trying({ device, since, now, onEnd }: TryingProps) {
  const text = useText();
  const [before] = useState({ sync: device.last_sync_at, refused: device.refused_count });
  const hasCome = device.last_sync_at !== before.sync;
  const isRefused = hasCome && device.refused_count > before.refused;
  const isOver = !hasCome && now - since > TRYING_MS;
  useEffect(() => {
    if (!hasCome) return;
    toast(
      text(isRefused ? "devices.trying.refused" : "devices.trying.came", { name: device.name }),
      isRefused ? "danger" : "good",
    );
    onEnd();
  }, [hasCome, isRefused, device.name, text, onEnd]);
  return (
    <div className="device-trying">
      {isOver ? (
        <p>{text("devices.trying.nothing")}</p>
      ) : (
        <Waiting label={text("devices.trying")} />
      )}
      <Button kind="plain" icon={Check} onClick={onEnd}>
        {text("devices.trying.end")}
      </Button>
    </div>
  );
}

function Battery({ share }: { share: number }) {
  const text = useText();
  const [icon, tone] =
    share < 0.2
      ? ([BatteryLow, "warn"] as const)
      : share < 0.6
        ? ([BatteryMedium, "plain"] as const)
        : ([BatteryFull, "plain"] as const);
  return (
    <Badge tone={tone} icon={icon}>
      {text("devices.battery", { percent: Math.round(share * 100) })}
    </Badge>
  );
}
