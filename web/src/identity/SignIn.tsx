import { LogIn } from "lucide-react";
import { type SubmitEvent, useState } from "react";
import { ApiError } from "../kit/api";
import { session, signIn } from "../kit/session";
import { useStore } from "../kit/store";
import { useText } from "../kit/text";
import { Badge, Button, ErrorNote, Field } from "../kit/ui";
import { DemoPeople } from "./DemoPeople";
import { Threshold } from "./Threshold";

/** The first page: come in with e-mail and password, or in a demonstration as somebody invented. */
export function SignIn() {
  const text = useText();
  const hasEnded = useStore(session).state === "ended";
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState("");
  const [error, setError] = useState<unknown>(null);

  async function enter(as: { email: string; password: string }): Promise<void> {
    setBusy(as.email);
    setError(null);
    try {
      await signIn(as.email, as.password);
    } catch (failure) {
      setError(failure);
      setBusy("");
    }
  }

  function onSubmit(event: SubmitEvent): void {
    event.preventDefault();
    enter({ email: email.trim(), password });
  }

  const isWrong = error instanceof ApiError && error.status === 401;
  return (
    <Threshold>
      <h1>{text("identity.signin.title")}</h1>
      <p className="threshold-lead">{text("identity.signin.lead")}</p>
      {hasEnded && <Badge tone="warn">{text("identity.signin.ended")}</Badge>}
      <DemoPeople busy={busy} onEnter={enter} />
      <form className="stack" onSubmit={onSubmit}>
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
          autoComplete="current-password"
          required
          value={password}
          error={isWrong ? text("identity.signin.wrong") : undefined}
          onChange={(event) => setPassword(event.target.value)}
        />
        {!isWrong && <ErrorNote error={error} />}
        <Button kind="primary" type="submit" icon={LogIn} wide busy={busy !== ""}>
          {text("identity.signin.button")}
        </Button>
      </form>
    </Threshold>
  );
}
