import { Bell, BellOff, BellRing } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { useNow } from "../../kit/clock";
import { useSession } from "../../kit/session";
import { useStore } from "../../kit/store";
import { t, useText } from "../../kit/text";
import { Popover, toast } from "../../kit/ui";
import type { Alert } from "../../wire/twin";
import { AlertLine } from "./AlertLine";
import { all, line, listen, rings, told } from "./line";
import { notify } from "./notify";
import "./alerts.css";

const AlertDialog = lazy(() => import("./AlertDialog").then((m) => ({ default: m.AlertDialog })));

function ring(alerts: readonly Alert[]): void {
  const [first] = alerts;
  if (!first) return;
  toast(
    t("twin.alert.ui.rings", { what: t(first.title_key) }),
    first.severity === "notice" ? "plain" : "danger",
  );
  notify();
}

/** Wherever one is: how many alerts ask for me, and a list of them. */
export function AlertBell() {
  const text = useText();
  const now = useNow();
  const alerts = all(useStore(told));
  const [openId, setOpenId] = useState("");
  const account = useSession()?.account;
  const isLost = useStore(line) === "lost";
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever signs in again listens anew
  useEffect(() => listen(ring), [account]);
  const ringing = alerts.filter((alert) => rings(alert, now));
  const isGrave = ringing.some(({ severity }) => severity === "grave");
  const Icon = isLost ? BellOff : ringing.length ? BellRing : Bell;
  const words = text("twin.alert.ui.bell", { n: ringing.length });
  const lost = text("twin.alert.ui.lost");
  return (
    <>
      <Popover
        label={isLost ? `${words}. ${lost}` : words}
        className="corner-button alert-bell"
        align="right"
        button={
          <span
            className="alert-bell-inside"
            data-rings={ringing.length > 0 || isLost}
            data-grave={isGrave}
          >
            <Icon aria-hidden />
            {ringing.length > 0 && <span className="number">{ringing.length}</span>}
          </span>
        }
      >
        {(close) => (
          <div className="alert-list">
            <h2>{text("twin.alert.ui.title")}</h2>
            {isLost && (
              <p className="alert-lost" role="status">
                {lost}
              </p>
            )}
            {alerts.length === 0 && !isLost && (
              <p className="muted">{text("twin.alert.ui.none")}</p>
            )}
            <ul>
              {alerts.map((alert) => (
                <AlertLine
                  key={alert.id}
                  alert={alert}
                  onOpen={() => {
                    close();
                    setOpenId(alert.id);
                  }}
                />
              ))}
            </ul>
          </div>
        )}
      </Popover>
      {openId && (
        <Suspense fallback={null}>
          <AlertDialog id={openId} onClose={() => setOpenId("")} />
        </Suspense>
      )}
    </>
  );
}
