import { Asterisk } from "lucide-react";
import { type SubmitEvent, useId, useState } from "react";
import { api } from "../../kit/api";
import { useText } from "../../kit/text";
import { Button, Card, Dialog, Field, toast } from "../../kit/ui";
import { ChangePassword } from "../ChangePassword";
import { SHORTEST_PASSWORD } from "../model";
import { useDoing } from "./doing";
import { type Keys, noteChange } from "./model";
import { proveAgain } from "./proving";
import { Trouble } from "./Trouble";

/** The password: a second way in, which one may go without. */
export function PasswordPart({ keys }: { keys: Keys }) {
  const text = useText();
  const doing = useDoing();
  const [open, setOpen] = useState<"" | "change" | "make" | "drop">("");

  const drop = () =>
    doing.run(async () => {
      await proveAgain();
      await api.delete("/api/identity/password");
      toast(text("identity.password.dropped"), "good");
      setOpen("");
      noteChange();
    });

  return (
    <Card title={text("identity.password")} icon={Asterisk}>
      <p className="muted">
        {text(keys.has_password ? "identity.password.about" : "identity.password.none")}
      </p>
      <div className="row">
        <Button onClick={() => setOpen(keys.has_password ? "change" : "make")}>
          {text(keys.has_password ? "identity.password.change" : "identity.password.make")}
        </Button>
        {keys.has_password && keys.passkeys.length > 0 && (
          <Button kind="plain" onClick={() => setOpen("drop")}>
            {text("identity.password.drop")}
          </Button>
        )}
      </div>
      <ChangePassword open={open === "change"} onClose={() => setOpen("")} />
      {open === "make" && <MakePassword onClose={() => setOpen("")} />}
      <Dialog
        open={open === "drop"}
        title={text("identity.password.drop")}
        onClose={() => setOpen("")}
        actions={
          <>
            <Button onClick={() => setOpen("")}>{text("identity.cancel")}</Button>
            <Button kind="danger" busy={doing.isBusy} onClick={drop}>
              {text("identity.password.drop")}
            </Button>
          </>
        }
      >
        <p>{text("identity.password.drop.sure")}</p>
        <Trouble of={doing} />
      </Dialog>
    </Card>
  );
}

function MakePassword({ onClose }: { onClose: () => void }) {
  const text = useText();
  const form = useId();
  const doing = useDoing();
  const [password, setPassword] = useState("");

  function make(event: SubmitEvent): void {
    event.preventDefault();
    doing.run(async () => {
      await proveAgain();
      await api.put("/api/identity/password", { password });
      toast(text("identity.password.changed"), "good");
      noteChange();
      onClose();
    });
  }

  return (
    <Dialog
      open
      title={text("identity.password.make")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{text("identity.cancel")}</Button>
          <Button
            kind="primary"
            type="submit"
            form={form}
            busy={doing.isBusy}
            disabled={password.length < SHORTEST_PASSWORD}
          >
            {text("identity.password.make")}
          </Button>
        </>
      }
    >
      <form className="stack" id={form} onSubmit={make}>
        <Field
          label={text("identity.password.new")}
          type="password"
          autoComplete="new-password"
          hint={text("identity.password.rule", { n: SHORTEST_PASSWORD })}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Trouble of={doing} />
      </form>
    </Dialog>
  );
}
