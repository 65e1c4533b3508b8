import { Check, ExternalLink, LogOut, ShieldCheck, X } from "lucide-react";
import { useEffect, useState } from "react";
import { Threshold } from "../../identity/Threshold";
import { api } from "../../kit/api";
import { useAsked } from "../../kit/asked";
import { type Me, signOut } from "../../kit/session";
import { useText } from "../../kit/text";
import { Button, ErrorNote, toast, Waiting } from "../../kit/ui";
import "../records.css";
import "./apps.css";
import {
  type Asked,
  hostOf,
  IDENTITY,
  isOfRecord,
  lastsKey,
  OFFLINE,
  ONLINE,
  ofRecord,
} from "./model";
import { PatientChoice, PatientName } from "./PatientChoice";
import { OtherSwitch, ScopeSwitch } from "./ScopeSwitch";

interface AuthorizeProps {
  me: Me;
  /** What the app wrote into the address, with its question mark. */
  query: string;
  /** Leave the house; handed in so that tests stay. */
  leave?: (address: string) => void;
}

function assign(address: string): void {
  location.assign(address);
}

/** An app asks, and one decides: which app, by whom, what of the record, for how long. */
export function Authorize({ me, query, leave = assign }: AuthorizeProps) {
  const text = useText();
  const asked = useAsked(() => api.post<Asked>("/api/identity/apps/ask", { query }), [query]);
  const onward = asked.value?.redirect;
  useEffect(() => {
    if (onward) leave(onward);
  }, [onward, leave]);
  return (
    <Threshold>
      {asked.isWaiting || onward ? <Waiting label={text("records.app.waiting")} /> : null}
      {asked.error ? (
        <>
          <h1>{text("records.app.unknown")}</h1>
          <p className="threshold-lead">{text("records.app.unknown.hint")}</p>
          <ErrorNote error={asked.error} />
          <a className="button button-quiet wide" href="/">
            {text("records.app.home")}
          </a>
        </>
      ) : null}
      {asked.value && !onward && (
        <Question me={me} query={query} asked={asked.value} leave={leave} />
      )}
    </Threshold>
  );
}

interface QuestionProps {
  me: Me;
  query: string;
  asked: Asked;
  leave: (address: string) => void;
}

function Question({ me, query, asked, leave }: QuestionProps) {
  const text = useText();
  const [off, setOff] = useState<ReadonlySet<string>>(new Set());
  const [patient, setPatient] = useState("");
  const [busy, setBusy] = useState<"" | "yes" | "no">("");
  const [error, setError] = useState<unknown>(null);
  const given = asked.scopes.map((scope) => scope.text).filter((each) => !off.has(each));
  const isNothing = !asked.scopes.some(
    (scope) => given.includes(scope.text) && (isOfRecord(scope) || scope.text === "openid"),
  );
  const isOpen = asked.chooses_patient && !patient && given.some((each) => /^patient\//.test(each));

  function turn(texts: readonly string[], isOn: boolean): void {
    const next = new Set(off);
    for (const each of texts) isOn ? next.delete(each) : next.add(each);
    setOff(next);
  }

  async function say(scopes: readonly string[], as: "yes" | "no"): Promise<void> {
    setBusy(as);
    setError(null);
    try {
      const body = { query, scopes, patient };
      const { redirect } = await api.post<{ redirect: string }>("/api/identity/apps/decide", body);
      leave(redirect);
    } catch (failure) {
      setError(failure);
      setBusy("");
    }
  }

  return (
    <>
      <h1>{text("records.app.asks", { app: asked.client.name })}</h1>
      <p className="threshold-lead">
        {text("records.app.by", { publisher: asked.client.publisher })}
      </p>
      <Whose me={me} />
      {asked.patient && asked.patient !== me.person && <PatientName patient={asked.patient} />}
      {asked.chooses_patient && <PatientChoice chosen={patient} onChoose={setPatient} />}
      <Wishes asked={asked} me={me} off={off} onTurn={turn} />
      <p className="app-lasts">
        <ShieldCheck aria-hidden />
        <span>
          {text(lastsKey(given))} {text("records.app.never-more")}
        </span>
      </p>
      <ErrorNote error={error} />
      <div className="app-answers">
        <Button
          kind="primary"
          icon={Check}
          wide
          busy={busy === "yes"}
          disabled={isNothing || isOpen || busy !== ""}
          onClick={() => say(given, "yes")}
        >
          {text("records.app.allow")}
        </Button>
        <Button
          icon={X}
          wide
          busy={busy === "no"}
          disabled={busy !== ""}
          onClick={() => say([], "no")}
        >
          {text("records.app.deny")}
        </Button>
      </div>
      <p className="muted small app-goes">
        <ExternalLink aria-hidden className="app-inline-icon" />
        {text("records.app.goes-to", { host: hostOf(asked.goes_to) })}
      </p>
    </>
  );
}

function Whose({ me }: { me: Me }) {
  const text = useText();
  return (
    <p className="app-whose">
      <span>{text("records.app.as", { name: me.name })}</span>
      <Button
        kind="plain"
        icon={LogOut}
        onClick={() => {
          signOut().catch(() => toast(text("kit.error.offline"), "danger"));
        }}
      >
        {text("records.app.not-me")}
      </Button>
    </p>
  );
}

interface WishesProps {
  asked: Asked;
  me: Me;
  off: ReadonlySet<string>;
  onTurn: (texts: readonly string[], isOn: boolean) => void;
}

/** What is asked for, each with a switch. */
function Wishes({ asked, me, off, onTurn }: WishesProps) {
  const text = useText();
  const groups = ofRecord(asked.scopes);
  const texts = asked.scopes.map((scope) => scope.text);
  const identity = texts.filter((each) => IDENTITY.includes(each));
  const stays = [OFFLINE, ONLINE].filter((each) => texts.includes(each));
  const isClinician = me.roles.includes("clinician");
  return (
    <>
      {groups.map(([context, scopes]) => (
        <section key={context} className="app-wishes">
          <h2>{text(`records.app.about.${isClinician ? context : "me"}`)}</h2>
          {scopes.map((scope) => (
            <ScopeSwitch
              key={scope.text}
              scope={scope}
              checked={!off.has(scope.text)}
              onChange={(isOn) => onTurn([scope.text], isOn)}
            />
          ))}
        </section>
      ))}
      {identity.length + stays.length > 0 && (
        <section className="app-wishes">
          <h2>{text("records.app.besides")}</h2>
          {identity.length > 0 && (
            <OtherSwitch
              kind="identity"
              checked={!identity.some((each) => off.has(each))}
              onChange={(isOn) => onTurn(identity, isOn)}
            />
          )}
          {stays.map((each) => (
            <OtherSwitch
              key={each}
              kind={each === OFFLINE ? OFFLINE : ONLINE}
              checked={!off.has(each)}
              onChange={(isOn) => onTurn([each], isOn)}
            />
          ))}
        </section>
      )}
    </>
  );
}
