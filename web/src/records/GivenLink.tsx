import { Copy, ExternalLink } from "lucide-react";
import { pictureOf } from "../kit/picture";
import { moment, useText } from "../kit/text";
import { Button, Dialog, toast } from "../kit/ui";
import type { Given } from "./links";

interface GivenLinkProps {
  given: Given & { passcode: string };
  onClose: () => void;
}

/** A new link, large on the screen: to be scanned, copied, and never shown again. */
export function GivenLink({ given, onClose }: GivenLinkProps) {
  const text = useText();
  const { url, qr, link, passcode } = given;

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(url);
      toast(text("records.links.copied"), "good");
    } catch {
      toast(text("records.links.copy.failed"), "danger");
    }
  }

  return (
    <Dialog
      open
      title={link.label || text("records.links.ready")}
      onClose={onClose}
      actions={
        <>
          <Button icon={Copy} onClick={copy}>
            {text("records.links.copy")}
          </Button>
          <Button kind="primary" onClick={onClose}>
            {text("records.links.done")}
          </Button>
        </>
      }
    >
      <div className="given">
        <img className="given-qr" src={pictureOf(qr)} alt={text("records.links.qr")} />
        {passcode && (
          <p className="given-passcode">
            <span className="muted small">{text("records.links.passcode")}</span>
            <strong className="number">{passcode}</strong>
          </p>
        )}
        <p>{text("records.links.ready.about", { when: moment(link.until) })}</p>
        <p className="muted small">{text("records.links.once")}</p>
        <p className="small">
          <a href={url} target="_blank" rel="noreferrer">
            <ExternalLink aria-hidden className="given-icon" />
            {text("records.links.try")}
          </a>
        </p>
      </div>
    </Dialog>
  );
}
