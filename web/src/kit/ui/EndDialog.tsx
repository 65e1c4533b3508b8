import { type LucideIcon, Trash2 } from "lucide-react";
import { useState } from "react";
import { useText } from "../text";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { ErrorNote } from "./Signs";

export interface EndDialogProps {
  title: string;
  /** What is gone with it, and what stays. */
  hint: string;
  /** The button that ends it. */
  action: string;
  icon?: LucideIcon;
  /** Ends it, and takes this away; what it throws is shown here instead. */
  onEnd: () => Promise<void>;
  onClose: () => void;
}

/** Asks before something ends that cannot be taken up again. */
export function EndDialog(props: EndDialogProps) {
  const { title, hint, action, icon = Trash2, onEnd, onClose } = props;
  const text = useText();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function end(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      await onEnd();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }

  return (
    <Dialog
      open
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{text("kit.cancel")}</Button>
          <Button kind="danger" icon={icon} busy={isBusy} onClick={end}>
            {action}
          </Button>
        </>
      }
    >
      <p>{hint}</p>
      <ErrorNote error={error} />
    </Dialog>
  );
}
