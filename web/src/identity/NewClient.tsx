import { type SubmitEvent, useId, useState } from "react";
import { api } from "../kit/api";
import { useText } from "../kit/text";
import { Button, Dialog, ErrorNote, Field, Select, TextArea } from "../kit/ui";
import { type Client, METHODS, type Method } from "./model";

interface NewClientProps {
  open: boolean;
  onClose: () => void;
  onAdded: () => void;
}

const NOTHING = {
  name: "",
  publisher: "",
  method: "none" as Method,
  isService: false,
  redirects: "",
  launch_url: "",
  person: "",
  jwks: "",
  scopes: "openid fhirUser launch launch/patient patient/*.rs",
};
type Draft = typeof NOTHING;

/** What the house is told: only what belongs to this kind of app. */
function bodyOf(draft: Draft): Record<string, unknown> {
  const { name, publisher, method, isService, scopes } = draft;
  const keys = draft.jwks.trim();
  const isAddress = keys.startsWith("http");
  return {
    name,
    publisher,
    method,
    scopes,
    redirects: isService ? [] : draft.redirects.split(/\s+/).filter(Boolean),
    launch_url: isService ? "" : draft.launch_url.trim(),
    person: isService ? draft.person.trim() : "",
    jwks: method === "private_key_jwt" && !isAddress ? (JSON.parse(keys) as unknown) : null,
    jwks_uri: method === "private_key_jwt" && isAddress ? keys : "",
  };
}

/** An operator lets an app in; what it proves itself with is shown once. */
export function NewClient({ open, onClose, onAdded }: NewClientProps) {
  const text = useText();
  const form = useId();
  const [draft, setDraft] = useState(NOTHING);
  const [made, setMade] = useState<(Client & { secret: string }) | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [isBroken, setBroken] = useState(false);

  function close(): void {
    setDraft(NOTHING);
    setMade(null);
    setError(null);
    setBroken(false);
    onClose();
  }

  async function add(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    setError(null);
    let body: Record<string, unknown>;
    try {
      body = bodyOf(draft);
      setBroken(false);
    } catch {
      setBroken(true);
      return;
    }
    setBusy(true);
    try {
      setMade(await api.post<Client & { secret: string }>("/api/identity/apps/clients", body));
      onAdded();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }

  if (made) return <Made open={open} client={made} onClose={close} />;
  return (
    <Dialog
      open={open}
      title={text("identity.apps.add")}
      onClose={close}
      actions={
        <>
          <Button onClick={close}>{text("identity.cancel")}</Button>
          <Button kind="primary" type="submit" form={form} busy={isBusy}>
            {text("identity.apps.add")}
          </Button>
        </>
      }
    >
      <form className="stack" id={form} onSubmit={add}>
        <Fields draft={draft} isBroken={isBroken} onChange={setDraft} />
        <ErrorNote error={error} />
      </form>
    </Dialog>
  );
}

interface MadeProps {
  open: boolean;
  client: Client & { secret: string };
  onClose: () => void;
}

function Made({ open, client, onClose }: MadeProps) {
  const text = useText();
  return (
    <Dialog
      open={open}
      title={text("identity.apps.made", { app: client.name })}
      onClose={onClose}
      actions={
        <Button kind="primary" onClick={onClose}>
          {text("kit.close")}
        </Button>
      }
    >
      <p>{text("identity.apps.made.id")}</p>
      <code className="client-secret">{client.id}</code>
      {client.secret && <p>{text("identity.apps.made.secret")}</p>}
      {client.secret && <code className="client-secret">{client.secret}</code>}
      <p className="muted">
        {text("identity.apps.made.where", { url: `${location.origin}/fhir/R4` })}
      </p>
    </Dialog>
  );
}

interface FieldsProps {
  draft: Draft;
  isBroken: boolean;
  onChange: (draft: Draft) => void;
}

function Fields({ draft, isBroken, onChange }: FieldsProps) {
  const text = useText();
  const change = (part: Partial<Draft>) => onChange({ ...draft, ...part });

  function choose(kind: string): void {
    const isService = kind === "service";
    change({
      isService,
      method: isService ? "private_key_jwt" : draft.method,
      scopes: isService ? "system/*.rs" : NOTHING.scopes,
    });
  }

  return (
    <>
      <Field
        label={text("identity.apps.name")}
        required
        autoComplete="off"
        value={draft.name}
        onChange={(event) => change({ name: event.target.value })}
      />
      <Field
        label={text("identity.apps.publisher")}
        required
        autoComplete="off"
        value={draft.publisher}
        onChange={(event) => change({ publisher: event.target.value })}
      />
      <Select
        label={text("identity.apps.kind")}
        value={draft.isService ? "service" : "people"}
        onChange={(event) => choose(event.target.value)}
      >
        <option value="people">{text("identity.apps.kind.people")}</option>
        <option value="service">{text("identity.apps.kind.service")}</option>
      </Select>
      {draft.isService ? (
        <Field
          label={text("identity.apps.person")}
          hint={text("identity.apps.person.hint")}
          required
          autoComplete="off"
          placeholder="Practitioner/…"
          value={draft.person}
          onChange={(event) => change({ person: event.target.value })}
        />
      ) : (
        <ForPeople draft={draft} change={change} />
      )}
      {draft.method === "private_key_jwt" && (
        <TextArea
          label={text("identity.apps.jwks")}
          hint={text("identity.apps.jwks.hint")}
          error={isBroken ? text("identity.apps.jwks.broken") : undefined}
          required
          spellCheck={false}
          value={draft.jwks}
          onChange={(event) => change({ jwks: event.target.value })}
        />
      )}
      <TextArea
        label={text("identity.apps.scopes")}
        hint={text("identity.apps.scopes.hint")}
        required
        rows={3}
        spellCheck={false}
        value={draft.scopes}
        onChange={(event) => change({ scopes: event.target.value })}
      />
    </>
  );
}

function ForPeople({ draft, change }: { draft: Draft; change: (part: Partial<Draft>) => void }) {
  const text = useText();
  return (
    <>
      <Select
        label={text("identity.apps.method")}
        value={draft.method}
        onChange={(event) => change({ method: event.target.value as Method })}
      >
        {METHODS.map((method) => (
          <option key={method} value={method}>
            {text(`identity.apps.method.${method}`)}
          </option>
        ))}
      </Select>
      <TextArea
        label={text("identity.apps.redirects")}
        hint={text("identity.apps.redirects.hint")}
        required
        rows={2}
        spellCheck={false}
        value={draft.redirects}
        onChange={(event) => change({ redirects: event.target.value })}
      />
      <Field
        label={text("identity.apps.launch")}
        hint={text("identity.apps.launch.hint")}
        type="url"
        autoComplete="off"
        value={draft.launch_url}
        onChange={(event) => change({ launch_url: event.target.value })}
      />
    </>
  );
}
