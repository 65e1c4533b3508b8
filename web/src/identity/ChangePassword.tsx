import { type SubmitEvent, useId, useState } from "react";
import { api } from "../kit/api";
import { useText } from "../kit/text";
import { Button, Dialog, Field, toast } from "../kit/ui";
import { useDoing } from "./keys/doing";
import { proveByPasskey } from "./keys/proving";
import { Trouble } from "./keys/Trouble";
import { SHORTEST_PASSWORD } from "./model";

interface ChangePasswordProps {
  open: boolean;
  onClose: () => void;
}

export function ChangePassword({ open, onClose }: ChangePasswordProps) {
  const text = useText();
  const form = useId();
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const doing = useDoing();

  function close(): void {
    setOld("");
    setNext("");
    onClose();
  }

  async function change(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    await doing.run(async () => {
      await proveByPasskey();
      await api.post("/api/identity/password", { old, new: next });
      toast(text("identity.password.changed"), "good");
      close();
    });
  }

  return (
    <Dialog
      open={open}
      title={text("identity.password.change")}
      onClose={close}
      actions={
        <>
          <Button onClick={close}>{text("identity.cancel")}</Button>
          <Button
            kind="primary"
            type="submit"
            form={form}
            busy={doing.isBusy}
            disabled={!old || next.length < SHORTEST_PASSWORD}
          >
            {text("identity.password.change")}
          </Button>
        </>
      }
    >
      <form className="stack" id={form} onSubmit={change}>
        <Field
          label={text("identity.password.old")}
          type="password"
          autoComplete="current-password"
          value={old}
          onChange={(event) => setOld(event.target.value)}
        />
        <Field
          label={text("identity.password.new")}
          type="password"
          autoComplete="new-password"
          hint={text("identity.password.rule", { n: SHORTEST_PASSWORD })}
          value={next}
          onChange={(event) => setNext(event.target.value)}
        />
        <Trouble of={doing} />
      </form>
    </Dialog>
  );
}
