import { Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "../../kit/api";
import { useText } from "../../kit/text";
import { Button, Dialog, ErrorNote, toast } from "../../kit/ui";
import type { Credential } from "./model";

interface RemoveDialogProps {
  card: Credential;
  onClose: () => void;
  onDone: () => void;
}

/** Hold a credential no more: it is gone from here, and so are the links that show it. */
export function RemoveDialog({ card, onClose, onDone }: RemoveDialogProps) {
  const text = useText();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function remove(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      await api.delete(`/api/identity/credentials/${card.id}`);
      toast(text("identity.cards.removed"), "good");
      onDone();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }

  return (
    <Dialog
      open
      title={text("identity.cards.remove.title")}
      onClose={onClose}
      actions={
        <Button kind="danger" icon={Trash2} busy={isBusy} onClick={remove}>
          {text("identity.cards.remove")}
        </Button>
      }
    >
      <p>{text("identity.cards.remove.about")}</p>
      <ErrorNote error={error} />
    </Dialog>
  );
}
