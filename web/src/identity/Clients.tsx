import { Blocks, KeyRound, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "../kit/api";
import { useAsked } from "../kit/asked";
import type { Panel } from "../kit/place";
import { useText } from "../kit/text";
import { Badge, Button, Card, Dialog, Empty, ErrorNote, toast, Waiting } from "../kit/ui";
import "./identity.css";
import type { Client } from "./model";
import { NewClient } from "./NewClient";

const PATH = "/api/identity/apps/clients";

/** Which apps may ask people at all, for operators. */
function Clients() {
  const text = useText();
  const [isAdding, setAdding] = useState(false);
  const clients = useAsked((stop) => api.get<Client[]>(PATH, stop), []);
  return (
    <Card
      title={text("identity.apps")}
      icon={Blocks}
      actions={
        <Button kind="plain" icon={Plus} onClick={() => setAdding(true)}>
          {text("identity.apps.add")}
        </Button>
      }
    >
      <p className="muted">{text("identity.apps.about")}</p>
      {clients.isWaiting && <Waiting label={text("identity.apps.waiting")} />}
      <ErrorNote error={clients.error} onRetry={clients.again} />
      {clients.value?.length === 0 && (
        <Empty
          icon={Blocks}
          title={text("identity.apps.empty")}
          text={text("identity.apps.empty.hint")}
        />
      )}
      <ul className="people">
        {clients.value?.map((client) => (
          <Line key={client.id} client={client} onEnded={clients.again} />
        ))}
      </ul>
      <NewClient open={isAdding} onClose={() => setAdding(false)} onAdded={clients.again} />
    </Card>
  );
}

function Line({ client, onEnded }: { client: Client; onEnded: () => void }) {
  const text = useText();
  const [isAsking, setAsking] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function turnOut(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      await api.delete(`${PATH}/${client.id}`);
      toast(text("identity.apps.ended", { app: client.name }), "good");
      onEnded();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }

  return (
    <li className="person">
      <div className="person-words">
        <strong lang="">{client.name}</strong>
        <span className="muted small" lang="">
          {client.publisher}
        </span>
        <span className="row">
          <Badge icon={KeyRound}>{text(`identity.apps.method.${client.method}`)}</Badge>
          {client.is_service && <Badge tone="accent">{text("identity.apps.service")}</Badge>}
        </span>
        <details>
          <summary>{text("identity.apps.details")}</summary>
          <code className="small client-facts">client_id {client.id}</code>
          {client.redirects.map((address) => (
            <code key={address} className="small client-facts">
              {address}
            </code>
          ))}
          <code className="small client-facts">{client.scopes.join(" ")}</code>
        </details>
        <Button kind="danger" icon={Trash2} onClick={() => setAsking(true)}>
          {text("identity.apps.end")}
        </Button>
      </div>
      <Dialog
        open={isAsking}
        title={text("identity.apps.end")}
        onClose={() => setAsking(false)}
        actions={
          <>
            <Button onClick={() => setAsking(false)}>{text("identity.cancel")}</Button>
            <Button kind="danger" icon={Trash2} busy={isBusy} onClick={turnOut}>
              {text("identity.apps.end")}
            </Button>
          </>
        }
      >
        <p>{text("identity.apps.end.sure", { app: client.name })}</p>
        <ErrorNote error={error} />
      </Dialog>
    </li>
  );
}

export const clientsPanel: Panel = {
  id: "clients",
  titleKey: "identity.apps.short",
  icon: Blocks,
  places: ["home", "plaza"],
  roles: ["operator"],
  group: "house",
  order: 20,
  Component: Clients,
};
