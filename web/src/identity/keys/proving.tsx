import { type SubmitEvent, useId, useState } from "react";
import { api } from "../../kit/api";
import { askPasskey, type PasskeyOptions } from "../../kit/passkey";
import { Store, useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Button, Dialog, ErrorNote, Field } from "../../kit/ui";

/** Somebody did not want to prove who they are. */
export class NotProven extends Error {}

interface Waiting {
  readonly done: () => void;
  readonly refuse: (why: Error) => void;
}

const waiting = new Store<Waiting | null>(null);

interface Proof {
  readonly is_fresh: boolean;
  readonly by: "passkey" | "password";
}

/** Prove once more that it is really oneself, unless one did so just now. */
export async function proveAgain(): Promise<void> {
  const proof = await api.get<Proof>("/api/identity/proof");
  if (proof.is_fresh) return;
  if (proof.by === "password") {
    await new Promise<void>((done, refuse) => waiting.set({ done, refuse }));
    return;
  }
  const options = await api.post<PasskeyOptions>("/api/identity/proof/options");
  const credential = await askPasskey(options);
  await api.post("/api/identity/proof", { credential });
}

/** The same where one has a passkey; who has none is asked for the password anyway. */
export async function proveByPasskey(): Promise<void> {
  const proof = await api.get<Proof>("/api/identity/proof");
  if (proof.by === "passkey") await proveAgain();
}

/** Asks for the password where there is no passkey; stands in every panel that changes keys. */
export function ProofDialog() {
  const text = useText();
  const form = useId();
  const asked = useStore(waiting);
  const [password, setPassword] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  function end(): void {
    waiting.set(null);
    setPassword("");
    setError(null);
    setBusy(false);
  }

  async function prove(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await api.post("/api/identity/proof/password", { password });
      asked?.done();
      end();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }

  function close(): void {
    asked?.refuse(new NotProven());
    end();
  }

  return (
    <Dialog
      open={asked !== null}
      title={text("identity.proof")}
      onClose={close}
      actions={
        <>
          <Button onClick={close}>{text("identity.cancel")}</Button>
          <Button kind="primary" type="submit" form={form} busy={isBusy} disabled={!password}>
            {text("identity.proof.go")}
          </Button>
        </>
      }
    >
      <form className="stack" id={form} onSubmit={prove}>
        <p>{text("identity.proof.about")}</p>
        <Field
          label={text("identity.password")}
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <ErrorNote error={error} />
      </form>
    </Dialog>
  );
}
