import type { LucideIcon } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";

export interface PopoverProps {
  /** Read aloud, and shown on hover. */
  label: string;
  /** What the button shows. */
  button: ReactNode;
  className?: string;
  align?: "left" | "right";
  children: (close: () => void) => ReactNode;
}

/** A button that opens a small window under itself; Escape or a press elsewhere closes it. */
export function Popover({ label, button, className, align = "left", children }: PopoverProps) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const root = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!isOpen) return;
    const onPress = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", onPress);
    document.addEventListener("focusin", onPress);
    return () => {
      document.removeEventListener("pointerdown", onPress);
      document.removeEventListener("focusin", onPress);
    };
  }, [isOpen]);

  function close(): void {
    setOpen(false);
    opener.current?.focus();
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape anywhere inside closes the window
    <div
      className="popover"
      ref={root}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !isOpen) return;
        event.stopPropagation();
        close();
      }}
    >
      <button
        type="button"
        ref={opener}
        className={className}
        title={label}
        aria-label={label}
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        {button}
      </button>
      {isOpen && (
        // biome-ignore lint/a11y/useSemanticElements: a small window, not a fieldset
        <div className={`popover-window popover-${align}`} id={id} role="group" aria-label={label}>
          {children(close)}
        </div>
      )}
    </div>
  );
}

export interface MenuItemProps {
  icon?: LucideIcon;
  children: ReactNode;
  hint?: ReactNode;
  isCurrent?: boolean;
  disabled?: boolean;
  onClick: () => void;
}

/** One line of a popover's list. */
export function MenuItem({
  icon: Icon,
  children,
  hint,
  isCurrent,
  disabled,
  onClick,
}: MenuItemProps) {
  return (
    <button
      type="button"
      className="menu-item"
      aria-current={isCurrent || undefined}
      disabled={disabled}
      onClick={onClick}
    >
      {Icon && <Icon aria-hidden />}
      <span className="menu-words">
        {children}
        {hint && <span className="menu-hint">{hint}</span>}
      </span>
    </button>
  );
}
