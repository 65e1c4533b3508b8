import { t } from "../../kit/text";

/** Whether this browser can tell of an alert while the page is behind others. */
export function canNotify(): boolean {
  return "Notification" in globalThis;
}

export function isNotifying(): boolean {
  return canNotify() && Notification.permission === "granted";
}

/** Ask the browser; whether it may now. */
export async function askToNotify(): Promise<boolean> {
  return canNotify() && (await Notification.requestPermission()) === "granted";
}

/** Tell that something waits, and neither of whom nor what: a screen is seen by others. */
export function notify(): void {
  if (!isNotifying() || document.visibilityState === "visible") return;
  new Notification(t("twin.alert.ui.notice"), {
    body: t("twin.alert.ui.notice.body"),
    tag: "asklepion-alert",
  });
}
