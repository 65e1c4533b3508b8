import { DoorOpen } from "lucide-react";
import { type SubmitEvent, useState } from "react";
import { api } from "../kit/api";
import { signIn } from "../kit/session";
import { language, useText } from "../kit/text";
import { Button, ErrorNote, Field } from "../kit/ui";
import { SHORTEST_PASSWORD } from "./model";
import { Threshold } from "./Threshold";

interface OpeningProps {
  /** The one-time token of the opening link. */
  token: string;
  onDone: () => void;
}

/** Where the one-time link leads: whoever holds it becomes the house's first operator. */
export function Opening({ token, onDone }: OpeningProps) {
  const text = useText();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const isShort = password.length > 0 && password.length < SHORTEST_PASSWORD;

  async function open(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const account = { token, name: name.trim(), email: email.trim(), password };
      await api.post("/api/identity/opening", { ...account, language: language.get() });
      await signIn(account.email, password);
      onDone();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }

  return (
    <Threshold>
      <h1>{text("identity.opening.title")}</h1>
      <p className="threshold-lead">{text("identity.opening.lead")}</p>
      <form className="stack" onSubmit={open}>
        <Field
          label={text("identity.name")}
          autoComplete="name"
          required
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Field
          label={text("identity.email")}
          type="email"
          autoComplete="username"
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <Field
          label={text("identity.password")}
          type="password"
          autoComplete="new-password"
          required
          minLength={SHORTEST_PASSWORD}
          hint={text("identity.password.rule", { n: SHORTEST_PASSWORD })}
          error={isShort ? text("identity.password.rule", { n: SHORTEST_PASSWORD }) : undefined}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <ErrorNote error={error} />
        <Button
          kind="primary"
          type="submit"
          icon={DoorOpen}
          wide
          busy={isBusy}
          disabled={!name || !email || password.length < SHORTEST_PASSWORD}
        >
          {text("identity.opening.button")}
        </Button>
      </form>
    </Threshold>
  );
}
