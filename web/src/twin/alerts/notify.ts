import { t } from "../../kit/text";

/**
 * Whether this browser can tell of an alert while the page is behind others: Chrome on Android has
 * the word, and throws at it. https://developer.mozilla.org/docs/Web/API/Notification/Notification
 */
export function canNotify(): boolean {
  return (
    "Notification" in globalThis &&
    globalThis.isSecureContext &&
    !/android/i.test(navigator.userAgent)
  );
}

/** What the browser says to it; "denied" where it cannot at all. */
export function permission(): NotificationPermission {
  return canNotify() ? Notification.permission : "denied";
}

/** Ask the browser; what it says now. */
export async function askToNotify(): Promise<NotificationPermission> {
  return canNotify() ? Notification.requestPermission() : "denied";
}

/** Tell that something waits, and neither of whom nor what: a screen is seen by others. */
export function notify(): void {
  if (permission() !== "granted" || document.visibilityState === "visible") return;
  try {
    new Notification(t("twin.alert.ui.notice"), {
      body: t("twin.alert.ui.notice.body"),
      tag: "asklepion-alert",
    });
  } catch {
    // it is on the page all the same
  }
}
