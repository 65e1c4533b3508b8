import { type SubmitEvent, useId, useState } from "react";
import { api } from "../kit/api";
import { type Language, languages, useText } from "../kit/text";
import { Button, Dialog, ErrorNote, Field, Select, Switch, toast } from "../kit/ui";
import { InvitationLink, invite } from "./InvitationLink";
import type { OneTimeLink } from "./keys/model";
import { type Account, PEOPLE_ROLES, type PersonRole, SHORTEST_PASSWORD } from "./model";

interface NewPersonProps {
  open: boolean;
  onClose: () => void;
  /** Somebody is in now; `isInvited` where her link is still to be shown. */
  onAdded: (isInvited: boolean) => void;
}

const NOBODY = {
  name: "",
  email: "",
  password: "",
  isInvited: true,
  role: "patient" as PersonRole,
  person: "",
  language: "en" as Language,
};

/** An operator lets somebody new into the house. */
export function NewPerson({ open, onClose, onAdded }: NewPersonProps) {
  const text = useText();
  const form = useId();
  const [who, setWho] = useState(NOBODY);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [link, setLink] = useState<OneTimeLink | null>(null);
  const isReady = who.isInvited || who.password.length >= SHORTEST_PASSWORD;
  const isWhole = who.name && who.email && isReady;

  function close(): void {
    setWho(NOBODY);
    setError(null);
    setLink(null);
    onClose();
  }

  async function add(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const { role, person, isInvited, password, ...rest } = who;
      const account = { ...rest, roles: [role], person: person.trim() || null };
      const body = isInvited ? account : { ...account, password };
      const made = await api.post<Account>("/api/identity/accounts", body);
      if (isInvited) setLink(await invite(made.id));
      else toast(text("identity.people.added", { name: who.name }), "good");
      setWho(NOBODY);
      onAdded(isInvited);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }

  if (link) return <InvitationLink link={link} onClose={close} />;
  return (
    <Dialog
      open={open}
      title={text("identity.people.add")}
      onClose={close}
      actions={
        <>
          <Button onClick={close}>{text("identity.cancel")}</Button>
          <Button kind="primary" type="submit" form={form} busy={isBusy} disabled={!isWhole}>
            {text("identity.people.add")}
          </Button>
        </>
      }
    >
      <form className="stack" id={form} onSubmit={add}>
        <NewPersonFields who={who} onChange={setWho} />
        <ErrorNote error={error} />
      </form>
    </Dialog>
  );
}

interface FieldsProps {
  who: typeof NOBODY;
  onChange: (who: typeof NOBODY) => void;
}

function NewPersonFields({ who, onChange }: FieldsProps) {
  const text = useText();
  return (
    <>
      <Field
        label={text("identity.name")}
        required
        autoComplete="off"
        value={who.name}
        onChange={(event) => onChange({ ...who, name: event.target.value })}
      />
      <Field
        label={text("identity.email")}
        type="email"
        required
        autoComplete="off"
        value={who.email}
        onChange={(event) => onChange({ ...who, email: event.target.value })}
      />
      <Switch
        label={text("identity.invite")}
        hint={text("identity.invite.hint")}
        checked={who.isInvited}
        onChange={(isInvited) => onChange({ ...who, isInvited })}
      />
      {!who.isInvited && (
        <Field
          label={text("identity.password.first")}
          type="text"
          required
          autoComplete="off"
          hint={text("identity.password.rule", { n: SHORTEST_PASSWORD })}
          value={who.password}
          onChange={(event) => onChange({ ...who, password: event.target.value })}
        />
      )}
      <Select
        label={text("identity.role")}
        value={who.role}
        onChange={(event) => onChange({ ...who, role: event.target.value as PersonRole })}
      >
        {PEOPLE_ROLES.map((role) => (
          <option key={role} value={role}>
            {text(`identity.role.${role}`)}
          </option>
        ))}
      </Select>
      <Field
        label={text("identity.person")}
        hint={text("identity.person.hint")}
        autoComplete="off"
        placeholder="Patient/…"
        value={who.person}
        onChange={(event) => onChange({ ...who, person: event.target.value })}
      />
      <Select
        label={text("identity.language")}
        value={who.language}
        onChange={(event) => onChange({ ...who, language: event.target.value as Language })}
      >
        {languages.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </Select>
    </>
  );
}
