import type { LucideIcon } from "lucide-react";
import { type ReactNode, useId } from "react";

export interface CardProps {
  title?: string;
  icon?: LucideIcon;
  /** Buttons at the right of the title. */
  actions?: ReactNode;
  tone?: "plain" | "accent" | "warn" | "danger";
  className?: string;
  children?: ReactNode;
}

export function Card({
  title,
  icon: Icon,
  actions,
  tone = "plain",
  className,
  children,
}: CardProps) {
  const id = useId();
  const classes = ["card", `card-${tone}`, className ?? ""].filter(Boolean).join(" ");
  return (
    <section className={classes} aria-labelledby={title ? id : undefined}>
      {title && (
        <header className="card-head">
          {Icon && <Icon aria-hidden className="card-icon" />}
          <h2 id={id}>{title}</h2>
          {actions && <div className="card-actions">{actions}</div>}
        </header>
      )}
      {children}
    </section>
  );
}
