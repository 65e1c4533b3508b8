import { Copy } from "lucide-react";
import { api } from "../kit/api";
import { moment, useText } from "../kit/text";
import { Button, Dialog, toast } from "../kit/ui";
import "./keys/keys.css";
import { pictureOf } from "../kit/picture";
import type { OneTimeLink } from "./keys/model";
import { isOnlyHere, OnlyHere } from "./keys/NoPasskeys";

/** A new invitation; one made before for the same person is good no longer. */
export function invite(account: string): Promise<OneTimeLink> {
  return api.post<OneTimeLink>(`/api/identity/accounts/${account}/invitation`);
}

interface InvitationLinkProps {
  link: OneTimeLink;
  /** From when on it is good; else at once. */
  readyAt?: string;
  onClose: () => void;
}

/** An invitation, to be handed over; shown this once. */
export function InvitationLink({ link, readyAt, onClose }: InvitationLinkProps) {
  const text = useText();

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(link.url);
      toast(text("identity.invite.copied"), "good");
    } catch {
      toast(text("identity.invite.copy-failed"), "danger");
    }
  }

  return (
    <Dialog
      open
      title={text("identity.invite")}
      onClose={onClose}
      actions={
        <>
          <Button icon={Copy} onClick={copy}>
            {text("identity.invite.copy")}
          </Button>
          <Button kind="primary" onClick={onClose}>
            {text("kit.close")}
          </Button>
        </>
      }
    >
      <div className="key-centre">
        <p>
          {readyAt
            ? text("identity.return.link", { when: moment(readyAt) })
            : text("identity.invite.about", { when: moment(link.expires_at, "date") })}
        </p>
        {isOnlyHere(link.url) ? (
          <OnlyHere />
        ) : (
          <img className="key-qr" src={pictureOf(link.qr)} alt={text("identity.other.picture")} />
        )}
        <div className="key-link">
          <code>{link.url}</code>
        </div>
      </div>
    </Dialog>
  );
}
