import { CircleAlert, LoaderCircle, type LucideIcon, RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { ApiError } from "../api";
import { hasText, language, useText } from "../text";
import { Button } from "./Button";

export interface ProgressProps {
  label: string;
  /** 0 … 1; left out where nobody knows how long it takes. */
  value?: number | undefined;
}

export function Progress({ label, value }: ProgressProps) {
  const percent =
    value === undefined ? undefined : Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <div
      className={percent === undefined ? "progress progress-open" : "progress"}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <span style={percent === undefined ? undefined : { width: `${percent}%` }} />
    </div>
  );
}

export interface EmptyProps {
  icon: LucideIcon;
  title: string;
  text?: string;
  action?: ReactNode;
}

/** Nothing here yet: says what would be, and how it comes. */
export function Empty({ icon: Icon, title, text, action }: EmptyProps) {
  return (
    <div className="empty">
      <Icon aria-hidden />
      <h3>{title}</h3>
      {text && <p>{text}</p>}
      {action}
    </div>
  );
}

export interface BadgeProps {
  tone?: "plain" | "accent" | "good" | "warn" | "danger";
  icon?: LucideIcon;
  children: ReactNode;
}

export function Badge({ tone = "plain", icon: Icon, children }: BadgeProps) {
  return (
    <span className={`badge badge-${tone}`}>
      {Icon && <Icon aria-hidden />}
      {children}
    </span>
  );
}

export function Waiting({ label }: { label: string }) {
  return (
    <p className="waiting" role="status">
      <LoaderCircle className="spin" aria-hidden />
      {label}
    </p>
  );
}

export interface ErrorNoteProps {
  error: unknown;
  onRetry?: () => void;
}

/** What went wrong, and what to do next. The house speaks English; other languages get the kind. */
export function ErrorNote({ error, onRetry }: ErrorNoteProps) {
  const text = useText();
  if (!error) return null;
  const known = error instanceof ApiError ? error : null;
  const isForeign = known !== null && known.code !== "offline" && language.get() !== "en";
  const kind = known && hasText(`kit.error.code.${known.code}`) ? known.code : "exception";
  return (
    <div className="error-note" role="alert">
      <CircleAlert aria-hidden />
      <div>
        {isForeign && <p>{text(`kit.error.code.${kind}`)}</p>}
        {isForeign && (
          <details>
            <summary>{text("kit.error.original")}</summary>
            <p lang="en">{`${known.message} ${known.hint}`}</p>
          </details>
        )}
        {!isForeign && <p>{known ? known.message : text("kit.error.unknown")}</p>}
        {!isForeign && known?.hint && <p className="muted">{known.hint}</p>}
      </div>
      {onRetry && (
        <Button kind="plain" icon={RotateCw} onClick={onRetry}>
          {text("kit.retry")}
        </Button>
      )}
    </div>
  );
}
