import { DoorClosed } from "lucide-react";
import { useState } from "react";
import { api } from "../../kit/api";
import { moment, useText } from "../../kit/text";
import { Button, Card, Dialog, TextArea, toast } from "../../kit/ui";
import { useDoing } from "../keys/doing";
import { noteChange } from "../keys/model";
import { proveAgain } from "../keys/proving";
import { Trouble } from "../keys/Trouble";
import type { Closing } from "./model";

const LONGEST_REASON = 500;

/** Close my own account, after the delay in which I may still keep it. */
export function CloseOwn({ delay }: { delay: number }) {
  const text = useText();
  const doing = useDoing();
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState("");

  const close = () =>
    doing.run(async () => {
      await proveAgain();
      const done = await api.post<Closing>("/api/identity/closing", { reason });
      toast(text("identity.closing.mine", { when: moment(done.ends_at) }), "good");
      setOpen(false);
      setReason("");
      noteChange();
    });

  return (
    <Card title={text("identity.leave")} icon={DoorClosed}>
      <p className="muted">{text("identity.leave.about")}</p>
      <div className="row">
        <Button onClick={() => setOpen(true)}>{text("identity.leave")}</Button>
      </div>
      <Dialog
        open={isOpen}
        title={text("identity.leave")}
        onClose={() => setOpen(false)}
        actions={
          <>
            <Button onClick={() => setOpen(false)}>{text("identity.cancel")}</Button>
            <Button kind="danger" busy={doing.isBusy} onClick={close}>
              {text("identity.leave")}
            </Button>
          </>
        }
      >
        <div className="stack">
          <p>{text("identity.leave.sure", { n: delay })}</p>
          <p className="muted">{text("identity.leave.stays")}</p>
          <TextArea
            label={text("identity.leave.reason")}
            rows={2}
            maxLength={LONGEST_REASON}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
          <Trouble of={doing} />
        </div>
      </Dialog>
    </Card>
  );
}
