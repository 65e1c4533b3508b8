import { HandHeart, Heart, ShieldCheck } from "lucide-react";
import { type SubmitEvent, useId, useState } from "react";
import { api } from "../../kit/api";
import { askPasskey, type PasskeyOptions } from "../../kit/passkey";
import { ago, useText } from "../../kit/text";
import { Badge, Button, Card, Dialog, Field, toast } from "../../kit/ui";
import { useDoing } from "./doing";
import { type Guarding, noteChange, type Ward, type Wish } from "./model";
import { proveAgain } from "./proving";
import { Trouble } from "./Trouble";

/** Whom I let back in when they lose their keys; draws nothing while there is nobody. */
export function WardsPart({ guarding }: { guarding: Guarding }) {
  const text = useText();
  const { wards, wishes } = guarding;
  if (wards.length === 0) return null;
  const isUrgent = wishes.some(({ is_agreed }) => !is_agreed);
  return (
    <Card title={text("identity.wards")} icon={HandHeart} tone={isUrgent ? "accent" : "plain"}>
      {wishes.map((wish) => (
        <WishLine key={wish.account} wish={wish} />
      ))}
      <ul className="key-list">
        {wards.map((ward) => (
          <WardLine key={ward.account} ward={ward} />
        ))}
      </ul>
    </Card>
  );
}

function WardLine({ ward }: { ward: Ward }) {
  const text = useText();
  const doing = useDoing();
  const path = `/api/identity/wards/${ward.account}`;
  const name = ward.name;

  const accept = () =>
    doing.run(async () => {
      await proveAgain();
      await api.post(path);
      toast(text("identity.wards.accepted", { name }), "good");
      noteChange();
    });
  const leave = () =>
    doing.run(async () => {
      await api.delete(path);
      noteChange();
    });

  return (
    <li className="key-line">
      <span className="key-icon">
        <Heart aria-hidden />
      </span>
      <span className="key-words">
        <strong lang="">{name}</strong>
        <span className="muted small">
          {text(ward.accepted_at ? "identity.wards.guarded" : "identity.wards.asks", { name })}
        </span>
        {!ward.accepted_at && (
          <span className="row">
            <Button kind="primary" icon={ShieldCheck} busy={doing.isBusy} onClick={accept}>
              {text("identity.wards.accept")}
            </Button>
            <Button kind="plain" disabled={doing.isBusy} onClick={leave}>
              {text("identity.wards.no")}
            </Button>
          </span>
        )}
        <Trouble of={doing} />
      </span>
      {ward.accepted_at && (
        <Button kind="plain" disabled={doing.isBusy} onClick={leave}>
          {text("identity.wards.leave")}
        </Button>
      )}
    </li>
  );
}

function WishLine({ wish }: { wish: Wish }) {
  const text = useText();
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="key-wish" role="status">
      <strong>{text("identity.wish", { name: wish.name })}</strong>
      <span className="muted small">{ago(wish.started_at)}</span>
      {wish.is_agreed && (
        <Badge tone="good" icon={ShieldCheck}>
          {text("identity.wish.agreed")}
        </Badge>
      )}
      <Button
        kind={wish.is_agreed ? "plain" : "primary"}
        icon={HandHeart}
        onClick={() => setOpen(true)}
      >
        {text(wish.is_agreed ? "identity.wish.again" : "identity.wish.help")}
      </Button>
      {isOpen && <Agree wish={wish} onClose={() => setOpen(false)} />}
    </div>
  );
}

function Agree({ wish, onClose }: { wish: Wish; onClose: () => void }) {
  const text = useText();
  const form = useId();
  const doing = useDoing();
  const [code, setCode] = useState("");
  const path = `/api/identity/wards/${wish.account}/recovery`;

  function agree(event: SubmitEvent): void {
    event.preventDefault();
    doing.run(async () => {
      const options = await api.post<PasskeyOptions>(`${path}/options`, { code });
      const credential = await askPasskey(options);
      await api.post(path, { code, credential });
      toast(text("identity.wish.thanks", { name: wish.name }), "good");
      noteChange();
      onClose();
    });
  }

  return (
    <Dialog
      open
      title={text("identity.wish.help-name", { name: wish.name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{text("identity.cancel")}</Button>
          <Button kind="primary" type="submit" form={form} busy={doing.isBusy} disabled={!code}>
            {text("identity.wish.agree")}
          </Button>
        </>
      }
    >
      <form className="stack" id={form} onSubmit={agree}>
        <p className="key-warn">
          <ShieldCheck aria-hidden />
          {text("identity.wish.sure", { name: wish.name })}
        </p>
        <Field
          label={text("identity.wish.code", { name: wish.name })}
          hint={text("identity.wish.code.hint")}
          required
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          value={code}
          onChange={(event) => setCode(event.target.value)}
        />
        <Trouble of={doing} />
      </form>
    </Dialog>
  );
}
