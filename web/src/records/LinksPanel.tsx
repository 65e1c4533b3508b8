import { FileDown, Link2, QrCode, Share2 } from "lucide-react";
import { useState } from "react";
import { api, ask } from "../kit/api";
import { useAsked } from "../kit/asked";
import { save } from "../kit/save";
import { language, useText } from "../kit/text";
import { Button, Card, Empty, ErrorNote, toast, Waiting } from "../kit/ui";
import { GivenLink } from "./GivenLink";
import { LinkLine } from "./LinkLine";
import type { Given, Link } from "./links";
import { NewLink } from "./NewLink";
import "./links.css";
import { NotYours } from "./helpers/NotYours";
import { headersOf, isHome, mayDecide, type Subject, useSubject } from "./subject";

export function LinksPanel() {
  const subject = useSubject();
  if (!isHome(subject)) return null;
  if (!mayDecide(subject)) return <NotYours />;
  return <Links key={subject.patient} who={subject} />;
}

/** Give my summary away by a link, see who opened it, take it back. */
function Links({ who }: { who: Subject }) {
  const text = useText();
  const path = `/api/records/patients/${who.patient}/links`;
  const links = useAsked((stop) => api.get<Link[]>(path, stop, headersOf(who)), [path]);
  const [isMaking, setMaking] = useState(false);
  const [given, setGiven] = useState<(Given & { passcode: string }) | null>(null);

  function onGiven(next: Given, passcode: string): void {
    setMaking(false);
    setGiven({ ...next, passcode });
    links.again();
  }

  if (isMaking)
    return <NewLink path={path} who={who} onGiven={onGiven} onCancel={() => setMaking(false)} />;
  return (
    <Card
      title={text("records.links")}
      icon={Share2}
      actions={
        <Button kind="plain" onClick={links.again}>
          {text("records.again")}
        </Button>
      }
    >
      <p className="muted">{text("records.links.about")}</p>
      <Button kind="primary" icon={QrCode} wide onClick={() => setMaking(true)}>
        {text("records.links.new")}
      </Button>
      <Printed who={who} />
      {links.isWaiting && <Waiting label={text("records.links.waiting")} />}
      <ErrorNote error={links.error} onRetry={links.again} />
      {links.value?.length === 0 && (
        <Empty
          icon={Link2}
          title={text("records.links.empty")}
          text={text("records.links.empty.hint")}
        />
      )}
      <ul className="stack">
        {links.value?.map((link) => (
          <LinkLine key={link.id} link={link} path={path} who={who} onEnded={links.again} />
        ))}
      </ul>
      {given && <GivenLink given={given} onClose={() => setGiven(null)} />}
    </Card>
  );
}

/** The summary as a PDF, for oneself. */
function Printed({ who }: { who: Subject }) {
  const text = useText();
  const [isBusy, setBusy] = useState(false);

  async function keep(): Promise<void> {
    setBusy(true);
    try {
      const path = `/api/records/patients/${who.patient}/summary.pdf?language=${language.get()}`;
      const body = await (await ask(path, { headers: headersOf(who) })).blob();
      save(body, "patient-summary.pdf");
    } catch {
      toast(text("records.links.pdf.failed"), "danger");
    }
    setBusy(false);
  }

  return (
    <Button icon={FileDown} wide busy={isBusy} onClick={keep}>
      {text("records.links.pdf")}
    </Button>
  );
}
