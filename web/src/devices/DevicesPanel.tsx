import { Bluetooth, FileUp, HousePlug, PenLine, Plus } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { api } from "../kit/api";
import { useAsked } from "../kit/asked";
import { useSession } from "../kit/session";
import { useText } from "../kit/text";
import { Button, Card, Empty, ErrorNote, Waiting } from "../kit/ui";
import { useSubject } from "../records/subject";
import { Outbox } from "./bluetooth/outbox";
import { pairings } from "./bluetooth/pairings";
import { DeviceCard } from "./DeviceCard";
import "./devices.css";
import { ManualEntry } from "./ManualEntry";
import type { Device } from "./model";
import { NewDevice } from "./NewDevice";
import { tellPlansChanged, usePlans } from "./plans/plans";

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
          <DeviceCard
            key={device.id}
            device={device}
            plans={plans.filter(({ kind }) => device.kinds.includes(kind))}
            onChanged={devices.again}
            onConnect={paired.has(device.id) ? () => setOpen("bluetooth") : undefined}
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
