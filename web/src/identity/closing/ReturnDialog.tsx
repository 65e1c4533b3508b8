import { type SubmitEvent, useId, useState } from "react";
import { api } from "../../kit/api";
import { useAsked } from "../../kit/asked";
import { useText } from "../../kit/text";
import { Button, Dialog, ErrorNote, TextArea, Waiting } from "../../kit/ui";
import { InvitationLink } from "../InvitationLink";
import { useDoing } from "../keys/doing";
import { proveAgain } from "../keys/proving";
import { Trouble } from "../keys/Trouble";
import type { Account } from "../model";
import { askDelay, type ReturnLink } from "./model";

const LONGEST_REASON = 500;

interface ReturnDialogProps {
  account: Account;
  onClose: () => void;
  /** The link is made; it is still to be shown. */
  onDone: () => void;
}

/** An operator, who saw her in person, invites somebody anew who lost every key. */
export function ReturnDialog({ account, onClose, onDone }: ReturnDialogProps) {
  const text = useText();
  const form = useId();
  const doing = useDoing();
  const delay = useAsked(askDelay, []);
  const [reason, setReason] = useState("");
  const [link, setLink] = useState<ReturnLink | null>(null);
  const { name } = account;

  function ask(event: SubmitEvent): void {
    event.preventDefault();
    doing.run(async () => {
      await proveAgain();
      setLink(
        await api.post<ReturnLink>(`/api/identity/accounts/${account.id}/return`, { reason }),
      );
      onDone();
    });
  }

  if (link) return <InvitationLink link={link} readyAt={link.ready_at} onClose={onClose} />;
  return (
    <Dialog
      open
      title={text("identity.return.of", { name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{text("identity.cancel")}</Button>
          <Button
            kind="primary"
            type="submit"
            form={form}
            busy={doing.isBusy}
            disabled={!reason.trim() || delay.value === undefined}
          >
            {text("identity.return.go")}
          </Button>
        </>
      }
    >
      {delay.isWaiting && <Waiting label={text("identity.keys.waiting")} />}
      <ErrorNote error={delay.error} onRetry={delay.again} />
      {delay.value !== undefined && (
        <form className="stack" id={form} onSubmit={ask}>
          <p>{text("identity.return.about")}</p>
          <p className="muted">{text("identity.return.delay", { n: delay.value })}</p>
          <TextArea
            label={text("identity.return.reason")}
            hint={text("identity.reason.hint", { name })}
            rows={2}
            required
            maxLength={LONGEST_REASON}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
          <Trouble of={doing} />
        </form>
      )}
    </Dialog>
  );
}
