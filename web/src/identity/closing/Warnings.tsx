import { DoorClosed, ShieldAlert } from "lucide-react";
import { api } from "../../kit/api";
import { moment, useText } from "../../kit/text";
import { Button, toast } from "../../kit/ui";
import { useDoing } from "../keys/doing";
import { noteChange } from "../keys/model";
import type { Closing, Return } from "./model";

interface WarningProps<T> {
  told: T;
  onDone: () => void;
}

/** My account closes; I may keep it. */
export function ClosingWarning({ told, onDone }: WarningProps<Closing>) {
  const text = useText();
  const when = moment(told.ends_at);
  const by = told.by || text("identity.closing.console");
  return (
    <Warning
      words={text(told.is_own ? "identity.closing.mine" : "identity.closing.theirs", { when, by })}
      reason={told.is_own ? "" : told.reason}
      icon={DoorClosed}
      stop={text(told.is_own ? "identity.closing.keep-mine" : "identity.closing.wrong")}
      path="/api/identity/closing"
      stopped={text("identity.closing.kept-mine")}
      onDone={onDone}
    />
  );
}

/** Somebody is invited to my account anew; I may say that it is not me. */
export function ReturnWarning({ told, onDone }: WarningProps<Return>) {
  const text = useText();
  const when = moment(told.ready_at);
  const by = told.by || text("identity.closing.console");
  return (
    <Warning
      words={text("identity.return.theirs", { when, by })}
      reason={told.reason}
      icon={ShieldAlert}
      stop={text("identity.running.stop")}
      path="/api/identity/return"
      stopped={text("identity.return.stopped")}
      onDone={onDone}
    />
  );
}

interface SaidProps {
  words: string;
  reason: string;
  icon: typeof ShieldAlert;
  stop: string;
  path: string;
  stopped: string;
  onDone: () => void;
}

function Warning({ words, reason, icon: Icon, stop, path, stopped, onDone }: SaidProps) {
  const text = useText();
  const doing = useDoing();

  async function object(): Promise<void> {
    await doing.run(async () => {
      await api.delete(path);
      toast(stopped, "good");
      noteChange();
    });
    onDone();
  }

  return (
    <section className="key-banner key-banner-warn" aria-label={text("identity.notice")}>
      <Icon aria-hidden />
      <p role="alert">
        {words}
        {reason && (
          <span className="muted small" lang="">
            {" "}
            “{reason}”
          </span>
        )}
        {doing.error !== null && <span className="small"> {text("identity.running.failed")}</span>}
      </p>
      <Button kind="danger" icon={Icon} busy={doing.isBusy} onClick={object}>
        {stop}
      </Button>
    </section>
  );
}
