import { type SubmitEvent, useId, useState } from "react";
import { api } from "../kit/api";
import { useText } from "../kit/text";
import { Button, Dialog, ErrorNote, Field, toast } from "../kit/ui";
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
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  function close(): void {
    setOld("");
    setNext("");
    setError(null);
    onClose();
  }

  async function change(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await api.post("/api/identity/password", { old, new: next });
      toast(text("identity.password.changed"), "good");
      close();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
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
            busy={isBusy}
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
        <ErrorNote error={error} />
      </form>
    </Dialog>
  );
}
