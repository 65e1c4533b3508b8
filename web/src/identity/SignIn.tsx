import { Fingerprint, LogIn } from "lucide-react";
import { type SubmitEvent, useEffect, useState } from "react";
import { ApiError } from "../kit/api";
import { canOfferPasskeys, canUsePasskeys, whyNoPasskeys } from "../kit/passkey";
import { session, signIn } from "../kit/session";
import { useStore } from "../kit/store";
import { useText } from "../kit/text";
import { Badge, Button, ErrorNote, Field } from "../kit/ui";
import { CannotGetIn } from "./CannotGetIn";
import { DemoPeople } from "./DemoPeople";
import { useDoing } from "./keys/doing";
import "./keys/keys.css";
import { enter } from "./keys/model";
import { NoPasskeys } from "./keys/NoPasskeys";
import { Trouble } from "./keys/Trouble";
import { Threshold } from "./Threshold";

const RENEW_MS = 240_000; // before the house's question is over
const PASSKEY = "passkey"; // who is being let in, until the house says

/** The first page: come in with a passkey or a password, or in a demonstration as somebody invented. */
export function SignIn() {
  const [isLost, setLost] = useState(false);
  return (
    <Threshold>
      {isLost ? (
        <CannotGetIn onBack={() => setLost(false)} />
      ) : (
        <Door onLost={() => setLost(true)} />
      )}
    </Threshold>
  );
}

function Door({ onLost }: { onLost: () => void }) {
  const text = useText();
  const hasEnded = useStore(session).state === "ended";
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState("");
  const [error, setError] = useState<unknown>(null);
  const doing = useDoing();
  useOffer(busy === "");

  async function come(as: { email: string; password: string }): Promise<void> {
    setBusy(as.email);
    setError(null);
    try {
      await signIn(as.email, as.password);
    } catch (failure) {
      setError(failure);
      setBusy("");
    }
  }

  async function comeByPasskey(): Promise<void> {
    setBusy(PASSKEY);
    setError(null);
    await doing.run(async () => {
      await enter();
    });
    setBusy("");
  }

  function onSubmit(event: SubmitEvent): void {
    event.preventDefault();
    come({ email: email.trim(), password });
  }

  const isWrong = error instanceof ApiError && error.status === 401;
  return (
    <>
      <h1>{text("identity.signin.title")}</h1>
      <p className="threshold-lead">{text("identity.signin.lead")}</p>
      {hasEnded && <Badge tone="warn">{text("identity.signin.ended")}</Badge>}
      <DemoPeople busy={busy} onEnter={come} />
      {canUsePasskeys() && (
        <>
          <Button
            kind="primary"
            icon={Fingerprint}
            wide
            busy={busy === PASSKEY}
            disabled={busy !== ""}
            onClick={comeByPasskey}
          >
            {text("identity.signin.passkey")}
          </Button>
          <Trouble of={doing} />
          <p className="threshold-or">{text("identity.signin.or")}</p>
        </>
      )}
      <form className="stack" onSubmit={onSubmit}>
        <Field
          label={text("identity.email")}
          type="email"
          autoComplete="username webauthn"
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <Field
          label={text("identity.password")}
          type="password"
          autoComplete="current-password webauthn"
          required
          value={password}
          error={isWrong ? text("identity.signin.wrong") : undefined}
          onChange={(event) => setPassword(event.target.value)}
        />
        {!isWrong && <ErrorNote error={error} />}
        <Button
          kind={canUsePasskeys() ? "quiet" : "primary"}
          type="submit"
          icon={LogIn}
          wide
          busy={busy !== "" && busy !== PASSKEY}
          disabled={busy !== ""}
        >
          {text("identity.signin.button")}
        </Button>
      </form>
      {whyNoPasskeys() !== "old" && <NoPasskeys />}
      <Button kind="plain" wide onClick={onLost}>
        {text("identity.lost")}
      </Button>
    </>
  );
}

/** Lets the browser offer passkeys while somebody types an address, where it can. */
function useOffer(isFree: boolean): void {
  useEffect(() => {
    if (!isFree) return;
    let stop = new AbortController();
    let isOver = false;
    const offer = async () => {
      if (isOver || !(await canOfferPasskeys()) || isOver) return;
      stop.abort();
      stop = new AbortController();
      enter(stop.signal).catch(() => undefined); // nobody asked for it: the form stands there
    };
    offer().catch(() => undefined);
    const timer = setInterval(offer, RENEW_MS);
    return () => {
      isOver = true;
      clearInterval(timer);
      stop.abort();
    };
  }, [isFree]);
}
