import { BellRing, CircleCheck, Eye, Info, type LucideIcon, Siren } from "lucide-react";
import { useNow } from "../../kit/clock";
import { ago, useText } from "../../kit/text";
import { Badge } from "../../kit/ui";
import type { Alert } from "../../wire/twin";

export const severityTones = { notice: "plain", urgent: "warn", grave: "danger" } as const;
export const severityIcons: Readonly<Record<Alert["severity"], LucideIcon>> = {
  notice: Info,
  urgent: BellRing,
  grave: Siren,
};

/** Where an alert stands, in one sentence. */
export function useStanding(): (alert: Alert) => string {
  const text = useText();
  return (alert) => {
    const said = alert.answers.at(-1);
    if (alert.state === "ended") return text(alert.end_key || "twin.alert.end.better");
    if (said) {
      const who = said.is_me ? text("twin.alert.ui.you") : said.name;
      return text(`twin.alert.ui.said.${said.act}`, { who });
    }
    return text(alert.is_unanswered ? "twin.alert.ui.unanswered" : "twin.alert.ui.open");
  };
}

/** One alert in a list: what, whose, how grave, since when, and whether somebody looks. */
export function AlertLine({ alert, onOpen }: { alert: Alert; onOpen: () => void }) {
  const text = useText();
  const now = useNow();
  const standing = useStanding();
  const isOver = alert.state === "ended";
  return (
    <li className="alert" data-severity={alert.severity} data-state={alert.state}>
      <button type="button" className="alert-open" onClick={onOpen}>
        <strong>{text(alert.title_key)}</strong>
        {!alert.is_mine && alert.name && <span lang="">{alert.name}</span>}
        <span className="row">
          {!isOver && (
            <Badge tone={severityTones[alert.severity]} icon={severityIcons[alert.severity]}>
              {text(`twin.alert.ui.severity.${alert.severity}`)}
            </Badge>
          )}
          <span className="muted small">{ago(alert.raised_at, now)}</span>
        </span>
        <span className="alert-standing small">
          {isOver ? <CircleCheck aria-hidden /> : <Eye aria-hidden />}
          {standing(alert)}
        </span>
      </button>
    </li>
  );
}
