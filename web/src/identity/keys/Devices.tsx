import { KeyRound, Laptop, Pencil, Plus, Smartphone, Trash2, TriangleAlert } from "lucide-react";
import { type SubmitEvent, useId, useState } from "react";
import { api } from "../../kit/api";
import { canUsePasskeys } from "../../kit/passkey";
import { ago, moment, useText } from "../../kit/text";
import { Badge, Button, Card, Dialog, Empty, Field, IconButton, toast } from "../../kit/ui";
import { useDoing } from "./doing";
import { addPasskey, deviceName, type Keys, noteChange, type Passkey } from "./model";
import { NoPasskeys } from "./NoPasskeys";
import { OtherDevice } from "./OtherDevice";
import { proveAgain } from "./proving";
import { Trouble } from "./Trouble";

/** The devices that open my account. */
export function DevicesPart({ keys }: { keys: Keys }) {
  const text = useText();
  const [open, setOpen] = useState<"" | "this" | "other">("");
  const doing = useDoing();

  const start = (what: "this" | "other") =>
    doing.run(async () => {
      await proveAgain();
      setOpen(what);
    });

  return (
    <Card title={text("identity.keys")} icon={KeyRound}>
      <p className="muted">{text("identity.keys.about")}</p>
      {keys.passkeys.length === 0 && (
        <Empty
          icon={Smartphone}
          title={text("identity.keys.empty")}
          text={text("identity.keys.empty.hint")}
        />
      )}
      <ul className="key-list">
        {keys.passkeys.map((key) => (
          <Device key={key.id} passkey={key} keys={keys} />
        ))}
      </ul>
      <Trouble of={doing} />
      {canUsePasskeys() ? (
        <Button
          kind={keys.passkeys.length === 0 ? "primary" : "quiet"}
          icon={Plus}
          wide
          busy={doing.isBusy}
          onClick={() => start("this")}
        >
          {text("identity.keys.add.this")}
        </Button>
      ) : (
        <NoPasskeys />
      )}
      <Button icon={Smartphone} wide disabled={doing.isBusy} onClick={() => start("other")}>
        {text("identity.keys.add.other")}
      </Button>
      <AddThis open={open === "this"} onClose={() => setOpen("")} />
      {open === "other" && <OtherDevice onClose={() => setOpen("")} />}
    </Card>
  );
}

function Device({ passkey, keys }: { passkey: Passkey; keys: Keys }) {
  const text = useText();
  const [open, setOpen] = useState<"" | "name" | "remove">("");
  const Icon = passkey.is_synced ? Laptop : Smartphone;
  const used = passkey.used_at
    ? text("identity.keys.used", { when: ago(passkey.used_at) })
    : text("identity.keys.unused");
  return (
    <li className="key-line">
      <span className="key-icon">
        <Icon aria-hidden />
      </span>
      <span className="key-words">
        <strong lang="">{passkey.name}</strong>
        <span className="muted small">
          {text("identity.keys.since", { when: moment(passkey.created_at, "date") })} · {used}
        </span>
        {passkey.is_synced && <Badge>{text("identity.keys.synced")}</Badge>}
      </span>
      <IconButton
        icon={Pencil}
        label={text("identity.keys.rename", { name: passkey.name })}
        onClick={() => setOpen("name")}
      />
      <IconButton
        icon={Trash2}
        label={text("identity.keys.remove", { name: passkey.name })}
        onClick={() => setOpen("remove")}
      />
      {open === "name" && <Rename passkey={passkey} onClose={() => setOpen("")} />}
      {open === "remove" && <Remove passkey={passkey} keys={keys} onClose={() => setOpen("")} />}
    </li>
  );
}

function Rename({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const doing = useDoing();
  const [name, setName] = useState(passkey.name);
  const rename = () =>
    doing.run(async () => {
      await api.patch(`/api/identity/passkeys/${passkey.id}`, { name });
      noteChange();
      onClose();
    });
  return (
    <NameDialog
      title="identity.keys.name"
      name={name}
      doing={doing}
      onName={setName}
      onDone={rename}
      onClose={onClose}
    />
  );
}

function AddThis({ open, onClose }: { open: boolean; onClose: () => void }) {
  const text = useText();
  const doing = useDoing();
  const [name, setName] = useState(deviceName);
  const add = () =>
    doing.run(async () => {
      await addPasskey(name);
      toast(text("identity.keys.added", { name }), "good");
      onClose();
    });
  if (!open) return null;
  return (
    <NameDialog
      title="identity.keys.add.this"
      about="identity.keys.add.about"
      name={name}
      doing={doing}
      onName={setName}
      onDone={add}
      onClose={onClose}
    />
  );
}

interface NameDialogProps {
  title: string;
  about?: string;
  name: string;
  doing: ReturnType<typeof useDoing>;
  onName: (name: string) => void;
  onDone: () => void;
  onClose: () => void;
}

function NameDialog({ title, about, name, doing, onName, onDone, onClose }: NameDialogProps) {
  const text = useText();
  const form = useId();
  return (
    <Dialog
      open
      title={text(title)}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{text("identity.cancel")}</Button>
          <Button kind="primary" type="submit" form={form} busy={doing.isBusy} disabled={!name}>
            {text("identity.go-on")}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="stack"
        onSubmit={(event: SubmitEvent) => {
          event.preventDefault();
          onDone();
        }}
      >
        {about && <p>{text(about)}</p>}
        <Field
          label={text("identity.keys.name")}
          hint={text("identity.keys.name.hint")}
          required
          maxLength={60}
          autoComplete="off"
          value={name}
          onChange={(event) => onName(event.target.value)}
        />
        <Trouble of={doing} />
      </form>
    </Dialog>
  );
}

interface RemoveProps {
  passkey: Passkey;
  keys: Keys;
  onClose: () => void;
}

function Remove({ passkey, keys, onClose }: RemoveProps) {
  const text = useText();
  const doing = useDoing();
  const isLast = keys.passkeys.length === 1;
  const remove = () =>
    doing.run(async () => {
      await proveAgain();
      await api.delete(`/api/identity/passkeys/${passkey.id}`);
      toast(text("identity.keys.removed", { name: passkey.name }), "good");
      noteChange();
    });
  return (
    <Dialog
      open
      title={text("identity.keys.remove", { name: passkey.name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{text("identity.cancel")}</Button>
          <Button kind="danger" icon={Trash2} busy={doing.isBusy} onClick={remove}>
            {text("identity.remove")}
          </Button>
        </>
      }
    >
      <p>{text("identity.keys.remove.sure", { name: passkey.name })}</p>
      {isLast && (
        <p className="key-warn">
          <TriangleAlert aria-hidden />
          {text(keys.has_password ? "identity.keys.last" : "identity.keys.only")}
        </p>
      )}
      <Trouble of={doing} />
    </Dialog>
  );
}
