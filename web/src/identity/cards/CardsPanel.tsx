import {
  Download,
  History,
  IdCard,
  Link2,
  Plus,
  QrCode,
  Smartphone,
  Trash2,
  Undo2,
} from "lucide-react";
import { useEffect, useState } from "react";
import { api, ask } from "../../kit/api";
import { useAsked } from "../../kit/asked";
import { moment, useText } from "../../kit/text";
import { Button, Card, Empty, ErrorNote, toast, Waiting } from "../../kit/ui";
import { AddDialog } from "./AddDialog";
import { CredentialCard } from "./CredentialCard";
import {
  type Credential,
  iconOf,
  type Link,
  licencesFirst,
  nameOfClaim,
  type Shown,
} from "./model";
import { RemoveDialog } from "./RemoveDialog";
import { ShowDialog } from "./ShowDialog";
import { TakeDialog } from "./TakeDialog";
import "./cards.css";

const PATH = "/api/identity/credentials";
const AGAIN_MS = 15_000;

type Open =
  | { readonly show: Credential }
  | { readonly take: Credential }
  | { readonly remove: Credential }
  | "add"
  | null;

/** What one holds: show a part of it, take it along, add another, see what was shown. */
export function Cards() {
  const text = useText();
  const cards = useAsked((stop) => api.get<Credential[]>(PATH, stop), []);
  const links = useAsked((stop) => api.get<Link[]>(`${PATH}/links`, stop), []);
  const history = useAsked((stop) => api.get<Shown[]>(`${PATH}/history`, stop), []);
  const [open, setOpen] = useState<Open>(null);

  function again(): void {
    cards.again();
    links.again();
    history.again();
  }

  useEffect(() => {
    const timer = setInterval(() => {
      cards.again();
      links.again();
    }, AGAIN_MS);
    return () => clearInterval(timer);
  }, [cards.again, links.again]);

  return (
    <Card
      title={text("identity.cards")}
      icon={IdCard}
      actions={
        <Button kind="plain" icon={Plus} onClick={() => setOpen("add")}>
          {text("identity.cards.add")}
        </Button>
      }
    >
      {cards.isWaiting && <Waiting label={text("identity.cards.waiting")} />}
      <ErrorNote error={cards.error} onRetry={cards.again} />
      {cards.value?.length === 0 && (
        <Empty
          icon={IdCard}
          title={text("identity.cards.empty")}
          text={text("identity.cards.empty.hint")}
        />
      )}
      <ul className="papers">
        {licencesFirst(cards.value ?? []).map((card) => (
          <CredentialCard key={card.id} card={card}>
            <div className="row">
              <Button icon={QrCode} onClick={() => setOpen({ show: card })}>
                {text("identity.cards.show")}
              </Button>
              {card.is_here && !card.is_document && card.state === "valid" && (
                <Button kind="plain" icon={Smartphone} onClick={() => setOpen({ take: card })}>
                  {text("identity.cards.take")}
                </Button>
              )}
              {card.has_file && <FileButton card={card} onTaken={history.again} />}
              {card.is_document && (
                <Button kind="plain" icon={Trash2} onClick={() => setOpen({ remove: card })}>
                  {text("identity.cards.remove")}
                </Button>
              )}
            </div>
          </CredentialCard>
        ))}
      </ul>
      <a className="button button-plain" href="/show" target="_blank" rel="noreferrer">
        {text("identity.cards.check")}
      </a>
      <Links links={links.value ?? []} cards={cards.value ?? []} onEnded={links.again} />
      <Told shown={history.value ?? []} cards={cards.value ?? []} />
      {open && typeof open === "object" && "show" in open && (
        <ShowDialog card={open.show} onClose={() => setOpen(null)} onShown={again} />
      )}
      {open && typeof open === "object" && "take" in open && (
        <TakeDialog card={open.take} onClose={() => setOpen(null)} />
      )}
      {open && typeof open === "object" && "remove" in open && (
        <RemoveDialog
          card={open.remove}
          onClose={() => setOpen(null)}
          onDone={() => {
            setOpen(null);
            again();
          }}
        />
      )}
      {open === "add" && (
        <AddDialog
          onClose={() => setOpen(null)}
          onDone={() => {
            setOpen(null);
            again();
          }}
        />
      )}
    </Card>
  );
}

function FileButton({ card, onTaken }: { card: Credential; onTaken: () => void }) {
  const text = useText();

  async function take(): Promise<void> {
    try {
      const body = await (await ask(`${PATH}/${card.id}/file`)).blob();
      const link = document.createElement("a");
      link.href = URL.createObjectURL(body);
      link.download = body.type.includes("jwt") ? "credential.jwt" : "badge.json";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      onTaken();
    } catch {
      toast(text("identity.cards.file.failed"), "danger");
    }
  }

  return (
    <Button kind="plain" icon={Download} onClick={take}>
      {text("identity.cards.file")}
    </Button>
  );
}

interface LinksProps {
  links: readonly Link[];
  cards: readonly Credential[];
  onEnded: () => void;
}

/** The links that still show something, and their end. */
function Links({ links, cards, onEnded }: LinksProps) {
  const text = useText();
  if (links.length === 0) return null;

  async function end(link: Link): Promise<void> {
    try {
      await api.delete(`${PATH}/links/${link.id}`);
      toast(text("identity.cards.link.ended"), "good");
    } catch {
      toast(text("identity.cards.link.failed"), "danger");
    }
    onEnded();
  }

  return (
    <section className="stack-tight" aria-label={text("identity.cards.links")}>
      <h3 className="paper-section">
        <Link2 aria-hidden />
        {text("identity.cards.links")}
      </h3>
      <ul className="stack-tight">
        {links.map((link) => (
          <li key={link.id} className="paper-fact">
            <span>
              {link.claims.map(nameOfClaim).join(", ") || text("identity.cards.show.all")}
              <small className="muted">
                {kindWords(text, cards, link.credential)} ·{" "}
                {text("identity.cards.link.until", { when: moment(link.expires_at, "time") })} ·{" "}
                {text("identity.cards.link.opened", { n: link.opened })}
              </small>
            </span>
            <Button kind="plain" icon={Undo2} onClick={() => end(link)}>
              {text("identity.cards.link.end")}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function kindWords(
  text: ReturnType<typeof useText>,
  cards: readonly Credential[],
  id: string,
): string {
  const kind = cards.find((card) => card.id === id)?.kind;
  return kind ? text(`identity.cards.kind.${kind}`) : text("identity.cards.kind.gone");
}

/** What was shown, to whom and when: for oneself alone. */
function Told({ shown, cards }: { shown: readonly Shown[]; cards: readonly Credential[] }) {
  const text = useText();
  if (shown.length === 0) return null;
  return (
    <details className="paper-history">
      <summary>
        <History aria-hidden />
        {text("identity.cards.history", { n: shown.length })}
      </summary>
      <ul className="stack-tight">
        {shown.map((each) => {
          const Icon = iconOf(cards.find((card) => card.id === each.credential)?.kind ?? null);
          return (
            <li key={each.id} className="paper-fact">
              <Icon aria-hidden />
              <span>
                {text(`identity.cards.how.${each.how}`, { to: each.to })}
                <small className="muted">
                  {moment(each.at)}
                  {each.claims.length > 0 && ` · ${each.claims.map(nameOfClaim).join(", ")}`}
                </small>
              </span>
            </li>
          );
        })}
      </ul>
    </details>
  );
}
