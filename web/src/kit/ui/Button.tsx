import { LoaderCircle, type LucideIcon } from "lucide-react";
import type { ButtonHTMLAttributes, ReactNode } from "react";

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** One primary at most in a card. */
  kind?: "primary" | "quiet" | "danger" | "plain";
  icon?: LucideIcon;
  /** Something is under way: the button waits and says so. */
  busy?: boolean;
  wide?: boolean;
  children: ReactNode;
}

export function Button(props: ButtonProps) {
  const { kind = "quiet", icon: Icon, busy = false, wide, children, className, ...rest } = props;
  const classes = ["button", `button-${kind}`, wide ? "wide" : "", className ?? ""];
  return (
    <button
      type="button"
      {...rest}
      className={classes.filter(Boolean).join(" ")}
      disabled={rest.disabled || busy}
      aria-busy={busy || undefined}
    >
      {busy ? <LoaderCircle className="spin" aria-hidden /> : Icon && <Icon aria-hidden />}
      <span>{children}</span>
    </button>
  );
}

export interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon: LucideIcon;
  /** Read aloud, and shown on hover. */
  label: string;
}

export function IconButton({ icon: Icon, label, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      title={label}
      aria-label={label}
      {...rest}
      className={`icon-button ${className ?? ""}`}
    >
      <Icon aria-hidden />
    </button>
  );
}
