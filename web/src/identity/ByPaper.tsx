import { KeyRound } from "lucide-react";
import { type SubmitEvent, useState } from "react";
import { api } from "../kit/api";
import { makePasskey, type PasskeyOptions } from "../kit/passkey";
import { goTo, showPanel } from "../kit/place";
import { type Me, welcome } from "../kit/session";
import { useText } from "../kit/text";
import { Button, Field, Switch } from "../kit/ui";
import { useDoing } from "./keys/doing";
import { deviceName } from "./keys/model";
import { Trouble } from "./keys/Trouble";

interface Begun {
  readonly ticket: string;
  readonly options: PasskeyOptions;
}

/** Come back in by the printed code; this device becomes the new key. */
export function ByPaper() {
  const text = useText();
  const doing = useDoing();
  const [email, setEmail] = useState("");
  const [code, setCode] = useState("");
  const [dropsOld, setDropsOld] = useState(true);
  const [begun, setBegun] = useState<Begun | null>(null);

  function begin(event: SubmitEvent): void {
    event.preventDefault();
    doing.run(async () => {
      const body = { email: email.trim(), code };
      setBegun(await api.post<Begun>("/api/identity/printed/begin", body));
    });
  }

  const finish = ({ ticket, options }: Begun) =>
    doing.run(async () => {
      const credential = await makePasskey(options);
      const body = { token: ticket, credential, name: deviceName(), drops_old: dropsOld };
      welcome(await api.post<Me>("/api/identity/printed/finish", body));
      goTo("home");
      setTimeout(() => showPanel("keys"), 500); // to print the next code
    });

  if (begun) {
    return (
      <div className="stack">
        <p className="threshold-lead">{text("identity.paper.good")}</p>
        <Switch
          label={text("identity.paper.drops")}
          hint={text("identity.paper.drops.hint")}
          checked={dropsOld}
          onChange={setDropsOld}
        />
        <Trouble of={doing} />
        <Button
          kind="primary"
          icon={KeyRound}
          wide
          busy={doing.isBusy}
          onClick={() => finish(begun)}
        >
          {text("identity.make-here")}
        </Button>
      </div>
    );
  }
  return (
    <form className="stack" onSubmit={begin}>
      <p className="threshold-lead">{text("identity.paper.about")}</p>
      <Field
        label={text("identity.email")}
        type="email"
        autoComplete="email"
        required
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <Field
        label={text("identity.printed")}
        hint={text("identity.paper.hint")}
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        required
        value={code}
        onChange={(event) => setCode(event.target.value)}
      />
      <Trouble of={doing} />
      <Button kind="primary" type="submit" wide busy={doing.isBusy}>
        {text("identity.go-on")}
      </Button>
    </form>
  );
}
