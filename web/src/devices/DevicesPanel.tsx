import {
  BatteryFull,
  BatteryLow,
  BatteryMedium,
  Bluetooth,
  CircleAlert,
  FileUp,
  HousePlug,
  PenLine,
  Plus,
  Radio,
  Trash2,
} from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { api } from "../kit/api";
import { useAsked } from "../kit/asked";
import { useNow } from "../kit/clock";
import { useSession } from "../kit/session";
import { ago, useText } from "../kit/text";
import {
  Badge,
  Button,
  Card,
  Empty,
  EndDialog,
  ErrorNote,
  IconButton,
  toast,
  Waiting,
} from "../kit/ui";
import { useSubject } from "../records/subject";
import { Outbox } from "./bluetooth/outbox";
import { pairings } from "./bluetooth/pairings";
import "./devices.css";
import { ManualEntry } from "./ManualEntry";
import { type Device, kindIcons, refusal, silenceMs } from "./model";
import { NewDevice } from "./NewDevice";
import { PlanState } from "./plans/PlansPanel";
import { type Plan, tellPlansChanged, usePlans } from "./plans/plans";

const AGAIN_MS = 5000;
const BluetoothDialog = lazy(() =>
  import("./bluetooth/BluetoothDialog").then((m) => ({ default: m.BluetoothDialog })),
);

const FilesDialog = lazy(() =>
  import("./files/FilesDialog").then((m) => ({ default: m.FilesDialog })),
);

type Open = "" | "new" | "bluetooth" | "hand" | "files";

/** The devices at home that write into one's own record, and how each fares. */
export function DevicesPanel() {
  const text = useText();
  const account = useSession()?.account ?? "";
  const [open, setOpen] = useState<Open>("");
  const who = useSubject();
  const plans = usePlans(who?.purpose === "PATRQT" ? who : null).value ?? [];
  const devices = useAsked((stop) => api.get<Device[]>("/api/devices", stop), []);
  const { again } = devices;
  useEffect(() => {
    const timer = setInterval(again, AGAIN_MS);
    return () => clearInterval(timer);
  }, [again]);
  useEffect(() => {
    if (account) void new Outbox(account).flush(); // what a broken line or a closed page left
  }, [account]);

  function close(): void {
    setOpen("");
    devices.again();
    tellPlansChanged(); // perhaps something that was due is measured
  }

  const paired = new Set(Object.values(pairings(account)).map(({ device }) => device));
  return (
    <Card
      title={text("devices.title")}
      icon={HousePlug}
      actions={
        <Button kind="plain" icon={Plus} onClick={() => setOpen("new")}>
          {text("devices.add")}
        </Button>
      }
    >
      <div className="row">
        <Button kind="primary" icon={Bluetooth} onClick={() => setOpen("bluetooth")}>
          {text("devices.bluetooth")}
        </Button>
        <Button icon={PenLine} onClick={() => setOpen("hand")}>
          {text("devices.hand")}
        </Button>
        <Button icon={FileUp} onClick={() => setOpen("files")}>
          {text("devices.files")}
        </Button>
      </div>
      {devices.isWaiting && <Waiting label={text("devices.waiting")} />}
      <ErrorNote error={devices.error} onRetry={devices.again} />
      {devices.value?.length === 0 && (
        <Empty icon={HousePlug} title={text("devices.empty")} text={text("devices.empty.hint")} />
      )}
      <ul>
        {devices.value?.map((device) => (
          <DeviceLine
            key={device.id}
            device={device}
            plans={plans.filter(({ kind }) => device.kinds.includes(kind))}
            onGone={devices.again}
            onTry={paired.has(device.id) ? () => setOpen("bluetooth") : undefined}
          />
        ))}
      </ul>
      {open === "new" && <NewDevice onClose={close} />}
      {open === "hand" && <ManualEntry onClose={close} />}
      {open === "files" && (
        <Suspense fallback={<Waiting label={text("devices.waiting")} />}>
          <FilesDialog onClose={close} />
        </Suspense>
      )}
      {open === "bluetooth" && devices.value && (
        <Suspense fallback={<Waiting label={text("devices.waiting")} />}>
          <BluetoothDialog
            account={account}
            known={devices.value.map(({ id }) => id)}
            onChanged={devices.again}
            onByHand={() => setOpen("hand")}
            onClose={close}
          />
        </Suspense>
      )}
    </Card>
  );
}

interface LineProps {
  readonly device: Device;
  /** What is planned of that which it measures. */
  readonly plans: readonly Plan[];
  readonly onGone: () => void;
  /** Connect to it now; only where it is paired with this browser. */
  readonly onTry: (() => void) | undefined;
}

function DeviceLine({ device, plans, onGone, onTry }: LineProps) {
  const text = useText();
  const now = useNow();
  const [isRemoving, setRemoving] = useState(false);
  const { last_reading_at: last } = device;

  async function remove(): Promise<void> {
    await api.delete(`/api/devices/${device.id}`);
    toast(text("devices.removed", { name: device.name }), "good");
    onGone();
  }

  const isSilent = !last || now - new Date(last).getTime() > silenceMs(device.kinds);
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
        {onTry && (
          <Button kind="plain" icon={Bluetooth} onClick={onTry}>
            {text("devices.try")}
          </Button>
        )}
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
      {plans.map((plan) => (
        <p key={plan.id} className="row">
          <span className="small">
            {text("devices.plans.of", { what: text(`devices.kind.${plan.kind}`) })}
          </span>
          <PlanState plan={plan} now={now} />
        </p>
      ))}
      {device.refused_count > 0 && <Refused device={device} />}
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
  return (
    <p className="device-refused">
      <CircleAlert aria-hidden />
      <span>
        {text("devices.refused", { n: device.refused_count })} {text(refusal(device.refused_why))}
      </span>
    </p>
  );
}
