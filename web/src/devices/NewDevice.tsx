import { Check, CircleAlert, Copy, HousePlug } from "lucide-react";
import { useState } from "react";
import { api } from "../kit/api";
import { useAsked } from "../kit/asked";
import { useText } from "../kit/text";
import { Badge, Button, Dialog, ErrorNote, Field, IconButton, Switch } from "../kit/ui";
import { addressOf, KINDS, type Kind, kindIcons, type Reach, type Registration } from "./model";

/** Register a device; its secret is shown this once. */
export function NewDevice({ onClose }: { onClose: () => void }) {
  const text = useText();
  const [name, setName] = useState("");
  const [kinds, setKinds] = useState<readonly Kind[]>(["heart-rate"]);
  const reach = useAsked((stop) => api.get<Reach>("/api/devices/broker", stop), []);
  const [made, setMade] = useState<Registration | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function register(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      setMade(await api.post<Registration>("/api/devices", { name: name.trim(), kinds }));
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }

  if (made) {
    return (
      <Dialog
        open
        title={text("devices.made")}
        onClose={onClose}
        actions={
          <Button kind="primary" icon={Check} onClick={onClose}>
            {text("devices.made.done")}
          </Button>
        }
      >
        <Made made={made} />
      </Dialog>
    );
  }
  return (
    <Dialog
      open
      title={text("devices.add")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{text("devices.cancel")}</Button>
          <Button
            kind="primary"
            icon={HousePlug}
            busy={isBusy}
            disabled={!name.trim() || kinds.length === 0}
            onClick={register}
          >
            {text("devices.add")}
          </Button>
        </>
      }
    >
      <Field
        label={text("devices.name")}
        hint={text("devices.name.hint")}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Kinds chosen={kinds} onChange={setKinds} />
      {reach.value?.is_loopback && <OnlyHere />}
      <ErrorNote error={error} />
    </Dialog>
  );
}

interface KindsProps {
  chosen: readonly Kind[];
  onChange: (kinds: readonly Kind[]) => void;
}

function Kinds({ chosen, onChange }: KindsProps) {
  const text = useText();
  return (
    <fieldset className="kinds">
      <legend>{text("devices.kinds")}</legend>
      {KINDS.map((kind) => {
        const Icon = kindIcons[kind];
        return (
          <Switch
            key={kind}
            icon={<Icon aria-hidden />}
            label={text(`devices.kind.${kind}`)}
            checked={chosen.includes(kind)}
            onChange={(isOn) =>
              onChange(KINDS.filter((each) => (each === kind ? isOn : chosen.includes(each))))
            }
          />
        );
      })}
    </fieldset>
  );
}

function Made({ made }: { made: Registration }) {
  const text = useText();
  return (
    <>
      <Badge tone="warn">{text("devices.made.once")}</Badge>
      <p>{text("devices.made.hint")}</p>
      <Value label={text("devices.made.user")} value={made.id} />
      <Value label={text("devices.made.secret")} value={made.secret} />
      <Value
        label={text("devices.made.address")}
        value={addressOf(made, location.hostname, text("devices.made.address.look_up"))}
      />
      <Value label={text("devices.made.topic")} value={made.topic} />
      {made.is_loopback && <OnlyHere />}
    </>
  );
}

/** That no device elsewhere can connect, as things are set. */
function OnlyHere() {
  const text = useText();
  return (
    <p className="device-refused">
      <CircleAlert aria-hidden />
      <span>{text("devices.only_here")}</span>
    </p>
  );
}

function Value({ label, value }: { label: string; value: string }) {
  const text = useText();
  const [isCopied, setCopied] = useState(false);

  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(value);
    setCopied(true);
  }

  return (
    <div className="secret">
      <div>
        <span className="muted small">{label}</span>
        <code>{value}</code>
      </div>
      <IconButton
        icon={isCopied ? Check : Copy}
        label={text(isCopied ? "devices.copied" : "devices.copy", { label })}
        onClick={copy}
      />
    </div>
  );
}
