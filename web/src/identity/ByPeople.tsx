import { CircleCheck, Fingerprint, HeartHandshake, Hourglass } from "lucide-react";
import { type SubmitEvent, useEffect, useState } from "react";
import { ApiError, api } from "../kit/api";
import { makePasskey, type PasskeyOptions } from "../kit/passkey";
import { moment, useText } from "../kit/text";
import { Button, ErrorNote, Field, Waiting } from "../kit/ui";
import { useDoing } from "./keys/doing";
import { deviceName, enter, type Progress } from "./keys/model";
import { Trouble } from "./keys/Trouble";

const KEPT = "asklepion.recovery";
const ASK_MS = 4000;

interface Asked {
  readonly code: string;
  readonly claim: string;
}

function kept(): Asked | null {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "null") as Asked | null;
  } catch {
    return null;
  }
}

/** Whether somebody at this device has asked her guardians, and waits. */
export function isAsking(): boolean {
  return kept() !== null;
}

/** Come back in through guardians: a new key here, a code for them, and patience. */
export function ByPeople() {
  const [asked, setAsked] = useState(kept);

  function keep(next: Asked | null): void {
    if (next) localStorage.setItem(KEPT, JSON.stringify(next));
    else localStorage.removeItem(KEPT);
    setAsked(next);
  }

  return asked ? <Wait asked={asked} onEnd={() => keep(null)} /> : <Ask onAsked={keep} />;
}

function Ask({ onAsked }: { onAsked: (asked: Asked) => void }) {
  const text = useText();
  const doing = useDoing();
  const [email, setEmail] = useState("");

  function ask(event: SubmitEvent): void {
    event.preventDefault();
    doing.run(async () => {
      const who = { email: email.trim() };
      const options = await api.post<PasskeyOptions>("/api/identity/recovery/options", who);
      const credential = await makePasskey(options);
      const body = { ...who, credential, name: deviceName() };
      onAsked(await api.post<Asked>("/api/identity/recovery/ask", body));
    });
  }

  return (
    <form className="stack" onSubmit={ask}>
      <p className="threshold-lead">{text("identity.people-way.about")}</p>
      <Field
        label={text("identity.email")}
        type="email"
        autoComplete="email"
        required
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <Trouble of={doing} />
      <Button kind="primary" type="submit" icon={HeartHandshake} wide busy={doing.isBusy}>
        {text("identity.people-way.ask")}
      </Button>
    </form>
  );
}

function Wait({ asked, onEnd }: { asked: Asked; onEnd: () => void }) {
  const text = useText();
  const [progress, setProgress] = useState<Progress | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again at each turn
  useEffect(() => {
    api.post<Progress>("/api/identity/recovery/look", { token: asked.claim }).then((told) => {
      setProgress(told);
      setError(null);
    }, setError);
    const timer = setTimeout(() => setTurn((n) => n + 1), ASK_MS);
    return () => clearTimeout(timer);
  }, [asked.claim, turn]);

  const isGone = error instanceof ApiError && error.status === 404;
  if (isGone || progress?.state === "cancelled" || progress?.state === "done") {
    return (
      <div className="stack">
        <p className="threshold-lead" role="status">
          {text(
            progress?.state === "done" ? "identity.people-way.done" : "identity.people-way.over",
          )}
        </p>
        <Button onClick={onEnd}>{text("identity.people-way.anew")}</Button>
      </div>
    );
  }
  return (
    <div className="stack">
      {!progress && !error && <Waiting label={text("identity.keys.waiting")} />}
      <ErrorNote error={error} />
      {progress?.state === "open" && <Code asked={asked} progress={progress} />}
      {progress?.state === "waiting" && <Delay progress={progress} />}
      {progress?.state === "ready" && <Ready onEnd={onEnd} />}
      {progress && progress.state !== "ready" && (
        <Button kind="plain" onClick={onEnd}>
          {text("identity.people-way.anew")}
        </Button>
      )}
    </div>
  );
}

function Code({ asked, progress }: { asked: Asked; progress: Progress }) {
  const text = useText();
  return (
    <div className="key-centre">
      <p>{text("identity.people-way.tell")}</p>
      <p className="key-shown key-shown-code" data-code={asked.code}>
        {asked.code}
      </p>
      <p role="status">
        {text("identity.people-way.agreed", { n: progress.agreed, needed: progress.needed })}
      </p>
      <p className="muted small">{text("identity.people-way.stay")}</p>
    </div>
  );
}

function Delay({ progress }: { progress: Progress }) {
  const text = useText();
  return (
    <div className="key-centre">
      <Hourglass aria-hidden className="key-large" />
      <p role="status">
        {text("identity.people-way.delay", { when: moment(progress.ready_at ?? "") })}
      </p>
      <p className="muted small">{text("identity.people-way.why")}</p>
    </div>
  );
}

function Ready({ onEnd }: { onEnd: () => void }) {
  const text = useText();
  const doing = useDoing();
  const come = () =>
    doing.run(async () => {
      await enter();
      onEnd();
    });
  return (
    <div className="key-centre">
      <CircleCheck aria-hidden className="key-large" />
      <p role="status">{text("identity.people-way.ready")}</p>
      <Trouble of={doing} />
      <Button kind="primary" icon={Fingerprint} wide busy={doing.isBusy} onClick={come}>
        {text("identity.signin.passkey")}
      </Button>
    </div>
  );
}
