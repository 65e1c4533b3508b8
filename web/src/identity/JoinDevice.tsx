import { Fingerprint } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { api } from "../kit/api";
import { canUsePasskeys, makePasskey, type PasskeyOptions } from "../kit/passkey";
import { type Me, welcome } from "../kit/session";
import { useText } from "../kit/text";
import { Button, ErrorNote, Field, Waiting } from "../kit/ui";
import { useDoing } from "./keys/doing";
import "./keys/keys.css";
import { deviceName } from "./keys/model";
import { NoPasskeys } from "./keys/NoPasskeys";
import { Trouble } from "./keys/Trouble";
import { Threshold } from "./Threshold";

const ASK_MS = 1500;

interface Opened {
  readonly claim: string;
  readonly number: string;
}

interface JoinDeviceProps {
  /** The one-time token that the first device showed. */
  token: string;
  onDone: () => void;
}

/** On the second device: shows a number, waits until the first has confirmed it, makes a key. */
export function JoinDevice({ token, onDone }: JoinDeviceProps) {
  const text = useText();
  const [opened, setOpened] = useState<Opened | null>(null);
  const [isConfirmed, setConfirmed] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const isAsked = useRef(false);

  useEffect(() => {
    if (isAsked.current) return; // the link opens once
    isAsked.current = true;
    api.post<Opened>("/api/identity/devices/open", { token }).then(setOpened, setError);
  }, [token]);

  useEffect(() => {
    if (!opened || isConfirmed || error) return;
    const timer = setInterval(() => {
      ask(opened).then((options) => options && setConfirmed(true), setError);
    }, ASK_MS);
    return () => clearInterval(timer);
  }, [opened, isConfirmed, error]);

  return (
    <Threshold>
      <h1>{text("identity.join")}</h1>
      {!opened && !error && <Waiting label={text("identity.keys.waiting")} />}
      <ErrorNote error={error} />
      {error !== null && (
        <Button kind="plain" onClick={onDone}>
          {text("identity.back-to-door")}
        </Button>
      )}
      {!canUsePasskeys() && <NoPasskeys />}
      {opened && !error && !isConfirmed && (
        <div className="key-centre">
          <p className="threshold-lead">{text("identity.join.choose")}</p>
          <p className="key-shown" data-number={opened.number}>
            {opened.number}
          </p>
          <Waiting label={text("identity.join.waiting")} />
        </div>
      )}
      {opened && !error && isConfirmed && <Make opened={opened} onDone={onDone} />}
    </Threshold>
  );
}

async function ask({ claim }: Opened): Promise<PasskeyOptions | null> {
  const path = "/api/identity/devices/wait";
  return (await api.post<{ options: PasskeyOptions | null }>(path, { token: claim })).options;
}

function Make({ opened, onDone }: { opened: Opened; onDone: () => void }) {
  const text = useText();
  const doing = useDoing();
  const [name, setName] = useState(deviceName);
  const make = () =>
    doing.run(async () => {
      const options = await ask(opened);
      const credential = await makePasskey(options ?? {});
      const body = { token: opened.claim, credential, name };
      welcome(await api.post<Me>("/api/identity/devices/join", body));
      onDone();
    });
  return (
    <div className="stack">
      <p className="threshold-lead">{text("identity.join.confirmed")}</p>
      <Field
        label={text("identity.keys.name")}
        hint={text("identity.keys.name.hint")}
        maxLength={60}
        autoComplete="off"
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Trouble of={doing} />
      <Button
        kind="primary"
        icon={Fingerprint}
        wide
        busy={doing.isBusy}
        disabled={!name}
        onClick={make}
      >
        {text("identity.make-here")}
      </Button>
    </div>
  );
}
