import { Copy } from "lucide-react";
import { api } from "../../kit/api";
import { useAsked } from "../../kit/asked";
import { pictureOf } from "../../kit/picture";
import { useText } from "../../kit/text";
import { Button, Dialog, ErrorNote, Waiting } from "../../kit/ui";
import type { Credential } from "./model";
import { copy } from "./ShowDialog";

interface Offer {
  readonly uri: string;
  readonly pin: string;
  readonly minutes: number;
  readonly qr: string;
}

/** A copy for another app: its picture, and the digits that only its holder is told. */
export function TakeDialog({ card, onClose }: { card: Credential; onClose: () => void }) {
  const text = useText();
  const path = `/api/identity/credentials/${card.id}/offer`;
  const offer = useAsked(() => api.post<Offer>(path), [path]);
  const done = text("identity.cards.copied");
  const failed = text("identity.cards.copy.failed");
  return (
    <Dialog
      open
      title={text("identity.cards.take.title")}
      onClose={onClose}
      actions={
        <>
          {offer.value && (
            <Button icon={Copy} onClick={() => copy(offer.value?.uri ?? "", done, failed)}>
              {text("identity.cards.copy.text")}
            </Button>
          )}
          <Button kind="primary" onClick={onClose}>
            {text("identity.cards.done")}
          </Button>
        </>
      }
    >
      {offer.isWaiting && <Waiting label={text("identity.cards.waiting")} />}
      <ErrorNote error={offer.error} />
      {offer.value && (
        <div className="paper-given">
          <img src={pictureOf(offer.value.qr)} alt={text("identity.cards.take.qr")} />
          <p className="paper-pin">
            <span className="muted small">{text("identity.cards.take.pin")}</span>
            <strong className="number">{offer.value.pin}</strong>
          </p>
          <p className="muted small">
            {text("identity.cards.take.about", { n: offer.value.minutes })}
          </p>
        </div>
      )}
    </Dialog>
  );
}
