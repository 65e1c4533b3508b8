import { Store } from "../../kit/store";
import type { Alert, AlertNews } from "../../wire/twin";

const PATIENCE_MS = [1000, 2000, 5000, 10_000, 30_000];

/** A WebSocket, as far as it is used here: a test hands in its own. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: string }) => void) | null;
  onclose: (() => void) | null;
  close(): void;
}

/** Every alert that I am told of, by the patient's reference; a patient I may not see is not here. */
export const told = new Store<Readonly<Record<string, readonly Alert[]>>>({});

/** Those that go on or just ended, newest first. */
export function all(by: Readonly<Record<string, readonly Alert[]>>): readonly Alert[] {
  return Object.values(by)
    .flat()
    .sort((one, other) => other.raised_at.localeCompare(one.raised_at));
}

/** Whether this asks for me now: nobody has answered, and I have not put it off. */
export function rings(alert: Alert, now: number = Date.now()): boolean {
  const { snoozed_until: until } = alert;
  return alert.state === "open" && !alert.is_quiet && !(until && Date.parse(until) > now);
}

/** Take one message in; the alerts that ring now and did not before. */
export function take(news: AlertNews): readonly Alert[] {
  if (news.kind === "listening") told.set({});
  if (news.kind !== "alerts") return [];
  const before = told.get()[news.patient] ?? [];
  told.update((by) => {
    const { [news.patient]: _, ...others } = by;
    return news.alerts.length ? { ...others, [news.patient]: news.alerts } : others;
  });
  const known = new Set(before.filter((one) => rings(one)).map(markOf));
  return news.alerts.filter((one) => rings(one) && !known.has(markOf(one)));
}

/** What makes it a new call: another alert, a graver one, or one that nobody answered. */
export function markOf(alert: Alert): string {
  return `${alert.id} ${alert.severity} ${alert.is_unanswered}`;
}

function open(): Socket {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return new WebSocket(`${scheme}://${location.host}/api/twin/alerts/live`) as unknown as Socket;
}

/** Listen until the answer is called; comes back by itself when the line breaks. */
export function listen(
  onRing: (alerts: readonly Alert[]) => void,
  connect: () => Socket = open,
): () => void {
  let socket: Socket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let isStopped = false;

  function begin(): void {
    socket = connect();
    socket.onopen = () => {
      failures = 0;
    };
    socket.onmessage = ({ data }) => {
      const ringing = take(JSON.parse(data) as AlertNews);
      if (ringing.length) onRing(ringing);
    };
    socket.onclose = () => {
      if (isStopped) return;
      timer = setTimeout(begin, PATIENCE_MS[Math.min(failures, PATIENCE_MS.length - 1)]);
      failures += 1;
    };
  }

  begin();
  return () => {
    isStopped = true;
    clearTimeout(timer);
    socket?.close();
    told.set({});
  };
}
