import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { useText } from "../text";
import { IconButton } from "./Button";

export interface DialogProps {
  open: boolean;
  title: string;
  onClose: () => void;
  /** `dialog` in the middle; `sheet` from the side, on a phone from below. */
  as?: "dialog" | "sheet";
  /** Buttons at the foot. */
  actions?: ReactNode;
  children: ReactNode;
}

/** A window over the page: keeps the keyboard inside, closes with Escape, gives focus back. */
export function Dialog({ open, title, onClose, as = "dialog", actions, children }: DialogProps) {
  const text = useText();
  const id = useId();
  const ref = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    const dialog = ref.current;
    if (open && dialog && !dialog.open) dialog.showModal();
    if (!open && dialog?.open) dialog.close();
  }, [open]);

  if (!open) return null;
  return (
    <dialog
      ref={ref}
      className={as}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header className="dialog-head">
        <h2 id={id}>{title}</h2>
        <IconButton icon={X} label={text("kit.close")} onClick={onClose} />
      </header>
      <div className="dialog-body">{children}</div>
      {actions && <footer className="dialog-foot">{actions}</footer>}
    </dialog>
  );
}

/** A panel from the side of the window, on a phone from below. */
export function Sheet(props: Omit<DialogProps, "as">) {
  return <Dialog {...props} as="sheet" />;
}
