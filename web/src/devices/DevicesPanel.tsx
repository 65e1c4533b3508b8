import {
  BatteryFull,
  BatteryLow,
  BatteryMedium,
  CircleAlert,
  HousePlug,
  Plus,
  Radio,
  Trash2,
} from "lucide-react";
import { useEffect, useState } from "react";
import { api } from "../kit/api";
import { useAsked } from "../kit/asked";
import { useNow } from "../kit/clock";
import type { Panel } from "../kit/place";
import { ago, useText } from "../kit/text";
import {
  Badge,
  Button,
  Card,
  Dialog,
  Empty,
  ErrorNote,
  IconButton,
  toast,
  Waiting,
} from "../kit/ui";
import "./devices.css";
import { type Device, kindIcons, REFUSED, SILENCE_MS } from "./model";
import { NewDevice } from "./NewDevice";

const AGAIN_MS = 5000;

/** The devices at home that write into one's own record, and how each fares. */
function DevicesPanel() {
  const text = useText();
  const [isAdding, setAdding] = useState(false);
  const devices = useAsked((stop) => api.get<Device[]>("/api/devices", stop), []);
  const { again } = devices;
  useEffect(() => {
    const timer = setInterval(again, AGAIN_MS);
    return () => clearInterval(timer);
  }, [again]);
  return (
    <Card
      title={text("devices.title")}
      icon={HousePlug}
      actions={
        <Button kind="plain" icon={Plus} onClick={() => setAdding(true)}>
          {text("devices.add")}
        </Button>
      }
    >
      {devices.isWaiting && <Waiting label={text("devices.waiting")} />}
      <ErrorNote error={devices.error} onRetry={devices.again} />
      {devices.value?.length === 0 && (
        <Empty icon={HousePlug} title={text("devices.empty")} text={text("devices.empty.hint")} />
      )}
      <ul>
        {devices.value?.map((device) => (
          <DeviceLine key={device.id} device={device} onGone={devices.again} />
        ))}
      </ul>
      {isAdding && (
        <NewDevice
          onClose={() => {
            setAdding(false);
            devices.again();
          }}
        />
      )}
    </Card>
  );
}

function DeviceLine({ device, onGone }: { device: Device; onGone: () => void }) {
  const text = useText();
  const now = useNow();
  const [isRemoving, setRemoving] = useState(false);
  const { last_reading_at: last } = device;
  const isSilent = !last || now - new Date(last).getTime() > SILENCE_MS;
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
        <Badge tone={isSilent ? "warn" : "good"} icon={Radio}>
          {last ? text("devices.last", { when: ago(last, now) }) : text("devices.never")}
        </Badge>
        {device.battery !== null && <Battery share={device.battery} />}
      </p>
      {device.last_sync_at && (
        <p className="muted small">
          {text("devices.sync", { when: ago(device.last_sync_at, now) })}
        </p>
      )}
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
      {device.refused_count > 0 && <Refused device={device} />}
      <Remove
        device={device}
        open={isRemoving}
        onClose={() => setRemoving(false)}
        onGone={onGone}
      />
    </li>
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

function Refused({ device }: { device: Device }) {
  const text = useText();
  const why = REFUSED.find((each) => each === device.refused_why) ?? "unreadable";
  return (
    <p className="device-refused">
      <CircleAlert aria-hidden />
      <span>
        {text("devices.refused", { n: device.refused_count })} {text(`devices.refused.${why}`)}
      </span>
    </p>
  );
}

interface RemoveProps {
  device: Device;
  open: boolean;
  onClose: () => void;
  onGone: () => void;
}

function Remove({ device, open, onClose, onGone }: RemoveProps) {
  const text = useText();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function remove(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      await api.delete(`/api/devices/${device.id}`);
      toast(text("devices.removed", { name: device.name }), "good");
      onGone();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }

  return (
    <Dialog
      open={open}
      title={text("devices.remove.one", { name: device.name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{text("devices.cancel")}</Button>
          <Button kind="danger" icon={Trash2} busy={isBusy} onClick={remove}>
            {text("devices.remove")}
          </Button>
        </>
      }
    >
      <p>{text("devices.remove.hint")}</p>
      <ErrorNote error={error} />
    </Dialog>
  );
}

export const devicesPanel: Panel = {
  id: "devices",
  titleKey: "devices.title",
  icon: HousePlug,
  places: ["home"],
  roles: ["patient"],
  group: "health",
  order: 50,
  Component: DevicesPanel,
};
