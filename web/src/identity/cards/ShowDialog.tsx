import { Copy, ExternalLink, QrCode } from "lucide-react";
import { useState } from "react";
import { api } from "../../kit/api";
import { pictureOf } from "../../kit/picture";
import { moment, useText } from "../../kit/text";
import { Button, Dialog, ErrorNote, Select, Switch, toast } from "../../kit/ui";
import { isOnlyHere, OnlyHere } from "../keys/NoPasskeys";
import { type Credential, inOrder, type NewLink, nameOfClaim, wordsOf } from "./model";

const MINUTES = [5, 10, 60, 1440];

interface ShowDialogProps {
  card: Credential;
  onClose: () => void;
  onShown: () => void;
}

/** Choose what to show of a credential, and for how long; then a picture and a link. */
export function ShowDialog({ card, onClose, onShown }: ShowDialogProps) {
  const text = useText();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [minutes, setMinutes] = useState(10);
  const [link, setLink] = useState<NewLink | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function show(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      const path = `/api/identity/credentials/${card.id}/links`;
      const what = card.is_document ? { claims: [], whole: true } : { claims: chosen };
      setLink(await api.post<NewLink>(path, { ...what, minutes }));
      onShown();
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  }

  if (link) return <Given link={link} onClose={onClose} />;
  return (
    <Dialog
      open
      title={text("identity.cards.show.title")}
      onClose={onClose}
      actions={
        <Button
          kind="primary"
          icon={QrCode}
          busy={isBusy}
          disabled={!card.is_document && chosen.length === 0}
          onClick={show}
        >
          {text("identity.cards.show.make")}
        </Button>
      }
    >
      <div className="stack">
        {card.is_document ? (
          <p>{text("identity.cards.show.whole")}</p>
        ) : (
          <Choosing card={card} chosen={chosen} onChosen={setChosen} />
        )}
        <Select
          label={text("identity.cards.show.minutes")}
          value={minutes}
          onChange={(event) => setMinutes(Number(event.target.value))}
        >
          {MINUTES.map((n) => (
            <option key={n} value={n}>
              {text(`identity.cards.show.minutes.${n}`)}
            </option>
          ))}
        </Select>
        {!card.is_document && <p className="muted small">{text("identity.cards.show.always")}</p>}
        <ErrorNote error={error} />
      </div>
    </Dialog>
  );
}

interface ChoosingProps {
  card: Credential;
  chosen: readonly string[];
  onChosen: (names: readonly string[]) => void;
}

function Choosing({ card, chosen, onChosen }: ChoosingProps) {
  const text = useText();
  return (
    <>
      <p className="muted">{text("identity.cards.show.about")}</p>
      <div className="stack-tight">
        {inOrder(card.claims).map(([name, value]) => (
          <Switch
            key={name}
            label={nameOfClaim(name)}
            hint={wordsOf(name, value)}
            checked={chosen.includes(name)}
            onChange={(isOn) =>
              onChosen(isOn ? [...chosen, name] : chosen.filter((each) => each !== name))
            }
          />
        ))}
      </div>
    </>
  );
}

export async function copy(words: string, done: string, failed: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(words);
    toast(done, "good");
  } catch {
    toast(failed, "danger");
  }
}

function Given({ link, onClose }: { link: NewLink; onClose: () => void }) {
  const text = useText();
  const done = text("identity.cards.copied");
  const failed = text("identity.cards.copy.failed");
  return (
    <Dialog
      open
      title={text("identity.cards.show.ready")}
      onClose={onClose}
      actions={
        <>
          <Button icon={Copy} onClick={() => copy(link.address, done, failed)}>
            {text("identity.cards.copy")}
          </Button>
          <Button kind="primary" onClick={onClose}>
            {text("identity.cards.done")}
          </Button>
        </>
      }
    >
      <div className="paper-given">
        {isOnlyHere(link.address) ? (
          <OnlyHere />
        ) : (
          <img src={pictureOf(link.qr)} alt={text("identity.cards.show.qr")} />
        )}
        <p>{text("identity.cards.show.until", { when: moment(link.expires_at) })}</p>
        <p className="muted small">
          {link.claims.length > 0
            ? text("identity.cards.show.shows", { what: link.claims.map(nameOfClaim).join(", ") })
            : text("identity.cards.show.all")}
        </p>
        <p className="small">
          <a href={link.address} target="_blank" rel="noreferrer">
            <ExternalLink aria-hidden className="paper-icon" />
            {text("identity.cards.show.try")}
          </a>
        </p>
      </div>
    </Dialog>
  );
}
