import { Fingerprint } from "lucide-react";
import { useEffect, useState } from "react";
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

interface Invited {
  readonly name: string;
  readonly options: PasskeyOptions;
}

interface WelcomeProps {
  /** The one-time token of the invitation. */
  token: string;
  onDone: () => void;
}

/** Where an invitation leads: one makes one's first key, and is in. */
export function Welcome({ token, onDone }: WelcomeProps) {
  const text = useText();
  const doing = useDoing();
  const [invited, setInvited] = useState<Invited | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [name, setName] = useState(deviceName);

  useEffect(() => {
    api.post<Invited>("/api/identity/invitations/read", { token }).then(setInvited, setError);
  }, [token]);

  const accept = () =>
    doing.run(async () => {
      // The question is good for minutes; whoever read long gets a new one.
      const { options } = await api.post<Invited>("/api/identity/invitations/read", { token });
      const credential = await makePasskey(options);
      welcome(await api.post<Me>("/api/identity/invitations/accept", { token, credential, name }));
      onDone();
    });

  return (
    <Threshold>
      <h1>
        {invited ? text("identity.welcome", { name: invited.name }) : text("identity.signin.title")}
      </h1>
      {!invited && !error && <Waiting label={text("identity.keys.waiting")} />}
      <ErrorNote error={error} />
      {error !== null && (
        <Button kind="plain" onClick={onDone}>
          {text("identity.back-to-door")}
        </Button>
      )}
      {invited && !canUsePasskeys() && <NoPasskeys />}
      {invited && canUsePasskeys() && (
        <div className="stack">
          <p className="threshold-lead">{text("identity.welcome.about")}</p>
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
            onClick={accept}
          >
            {text("identity.make-here")}
          </Button>
        </div>
      )}
    </Threshold>
  );
}
