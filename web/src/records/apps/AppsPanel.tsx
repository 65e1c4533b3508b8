import { AppWindow, Blocks, Clock, ExternalLink, Unplug } from "lucide-react";
import { useState } from "react";
import { api } from "../../kit/api";
import { useAsked } from "../../kit/asked";
import { moment, useText } from "../../kit/text";
import { Badge, Button, Card, Empty, ErrorNote, toast, Waiting } from "../../kit/ui";
import { type Category, categoryIcons } from "../categories";
import { type Subject, useSubject } from "../subject";
import "../records.css";
import "./apps.css";
import { type AppName, type Connected, categoriesIn, lastsKey } from "./model";

/** The apps of others: those that can be opened, and those that were given something. */
export function AppsPanel() {
  return (
    <>
      <ConnectedApps />
      <AppsToOpen />
    </>
  );
}

function ConnectedApps() {
  const text = useText();
  const apps = useAsked((stop) => api.get<Connected[]>("/api/identity/apps/connected", stop), []);
  return (
    <Card
      title={text("records.apps")}
      icon={Blocks}
      actions={
        <Button kind="plain" onClick={apps.again}>
          {text("records.again")}
        </Button>
      }
    >
      {apps.isWaiting && <Waiting label={text("records.apps.waiting")} />}
      <ErrorNote error={apps.error} onRetry={apps.again} />
      {apps.value?.length === 0 && (
        <Empty
          icon={Blocks}
          title={text("records.apps.empty")}
          text={text("records.apps.empty.hint")}
        />
      )}
      <ul className="stack">
        {apps.value?.map((app) => (
          <Line key={app.client.id} app={app} onEnded={apps.again} />
        ))}
      </ul>
    </Card>
  );
}

const EVERYTHING = 16; // kinds of facts

function Line({ app, onEnded }: { app: Connected; onEnded: () => void }) {
  const text = useText();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const categories = [...new Set(app.scopes.flatMap(categoriesIn))];

  async function takeBack(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      await api.delete(`/api/identity/apps/connected/${app.client.id}`);
      toast(text("records.apps.ended", { app: app.client.name }), "good");
      onEnded();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }

  return (
    <li className="allowed">
      <h3 lang="">{app.client.name}</h3>
      <p className="muted small" lang="">
        {app.client.publisher}
      </p>
      <Kinds categories={categories} />
      <p className="allowed-until">
        <Clock aria-hidden />
        <span>
          {app.used_at
            ? text("records.apps.used", { when: moment(app.used_at, "moment") })
            : text("records.apps.unused", { when: moment(app.since, "moment") })}{" "}
          {text(lastsKey(app.scopes.map((scope) => scope.text)))}
        </span>
      </p>
      <ErrorNote error={error} />
      <Button kind="danger" icon={Unplug} wide busy={isBusy} onClick={takeBack}>
        {text("records.apps.end")}
      </Button>
    </li>
  );
}

function Kinds({ categories }: { categories: readonly Category[] }) {
  const text = useText();
  if (categories.length === 0) return null;
  if (categories.length === EVERYTHING) {
    return (
      <p>
        <Badge tone="accent">{text("records.app.everything")}</Badge>
      </p>
    );
  }
  return (
    <ul className="row">
      {categories.map((category) => (
        <li key={category}>
          <Badge tone="accent" icon={categoryIcons[category]}>
            {text(`records.category.${category}`)}
          </Badge>
        </li>
      ))}
    </ul>
  );
}

function AppsToOpen() {
  const text = useText();
  const subject = useSubject();
  const apps = useAsked((stop) => api.get<AppName[]>("/api/identity/apps", stop), []);
  const [error, setError] = useState<unknown>(null);
  if (!apps.value?.length && !apps.error) return null;

  async function open(app: AppName): Promise<void> {
    setError(null);
    try {
      location.assign(await addressOf(app, subject));
    } catch (failure) {
      setError(failure);
    }
  }

  return (
    <Card title={text("records.apps.open")} icon={AppWindow}>
      <p className="muted">
        {text(subject ? "records.apps.open.about" : "records.apps.open.nobody")}
      </p>
      <ErrorNote error={apps.error ?? error} />
      <ul className="stack-tight">
        {apps.value?.map((app) => (
          <li key={app.id}>
            <Button icon={ExternalLink} wide onClick={() => open(app)}>
              <span lang="">{app.name}</span>
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** Where an app is opened, about whom and in which visit it is opened. */
async function addressOf(app: AppName, subject: Subject | null): Promise<string> {
  const body = {
    client: app.id,
    patient: subject ? `Patient/${subject.patient}` : "",
    visit: subject?.visit ?? "",
  };
  return (await api.post<{ url: string }>("/api/identity/apps/open", body)).url;
}
