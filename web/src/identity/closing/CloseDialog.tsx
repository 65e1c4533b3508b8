import { type SubmitEvent, useId, useState } from "react";
import { api } from "../../kit/api";
import { useAsked } from "../../kit/asked";
import { moment, useText } from "../../kit/text";
import { Button, Dialog, ErrorNote, Switch, TextArea, toast, Waiting } from "../../kit/ui";
import { useDoing } from "../keys/doing";
import { proveAgain } from "../keys/proving";
import { Trouble } from "../keys/Trouble";
import type { Account } from "../model";
import { askDelay, type Closing } from "./model";

const LONGEST_REASON = 500;

interface CloseDialogProps {
  account: Account;
  onClose: () => void;
  onDone: () => void;
}

/** An operator closes somebody's account: why, and whether at once. */
export function CloseDialog({ account, onClose, onDone }: CloseDialogProps) {
  const text = useText();
  const form = useId();
  const doing = useDoing();
  const delay = useAsked(askDelay, []);
  const [reason, setReason] = useState("");
  const [isAtOnce, setAtOnce] = useState(account.closing?.state === "closing");
  const { name } = account;
  const isPatient = account.person?.startsWith("Patient/") ?? false;

  function close(event: SubmitEvent): void {
    event.preventDefault();
    doing.run(async () => {
      await proveAgain();
      const path = `/api/identity/accounts/${account.id}/closing`;
      const done = await api.post<Closing>(path, { reason, at_once: isAtOnce });
      const when = moment(done.ends_at);
      toast(text(`identity.closing.done.${done.state}`, { name, when }), "good");
      onDone();
    });
  }

  return (
    <Dialog
      open
      title={text("identity.closing.of", { name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{text("identity.cancel")}</Button>
          <Button
            kind="danger"
            type="submit"
            form={form}
            busy={doing.isBusy}
            disabled={!reason.trim() || delay.value === undefined}
          >
            {text("identity.closing.go")}
          </Button>
        </>
      }
    >
      {delay.isWaiting && <Waiting label={text("identity.keys.waiting")} />}
      <ErrorNote error={delay.error} onRetry={delay.again} />
      {delay.value !== undefined && (
        <form className="stack" id={form} onSubmit={close}>
          <p>{text("identity.closing.about", { name, n: delay.value })}</p>
          <p className="muted">{text("identity.closing.stays")}</p>
          <TextArea
            label={text("identity.reason")}
            hint={text("identity.reason.hint", { name })}
            rows={2}
            required
            maxLength={LONGEST_REASON}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
          <Switch
            label={text("identity.closing.at-once")}
            hint={text(
              isPatient ? "identity.closing.at-once.patient" : "identity.closing.at-once.hint",
            )}
            checked={isAtOnce}
            disabled={isPatient}
            onChange={setAtOnce}
          />
          <Trouble of={doing} />
        </form>
      )}
    </Dialog>
  );
}
