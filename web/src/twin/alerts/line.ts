import type { LiveState } from "../../kit/live";
import { Store } from "../../kit/store";
import type { Alert, AlertNews } from "../../wire/twin";

const STRANGER = 4401; // the house closes the line of whoever it does not know
const PATIENCE_MS = [1000, 2000, 5000, 10_000, 30_000];

/** A WebSocket, as far as it is used here: a test hands in its own. */
export interface Socket {
  onmessage: ((event: { data: string }) => void) | null;
  onclose: ((event: { readonly code: number }) => void) | null;
  close(): void;
}

/** Every alert that I am told of, by the patient's reference; a patient I may not see is not here. */
export const told = new Store<Readonly<Record<string, readonly Alert[]>>>({});

/** Whether an alert would be heard now: a lost line is open again with its first message. */
export const line = new Store<LiveState>("connecting");

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

/**
 * Take one message in; the alerts that ring now and did not before. What rang is kept in `rung`,
 * also over a broken line; what is put off or answered may ring again.
 */
export function take(news: AlertNews, rung: Set<string>): readonly Alert[] {
  if (news.kind === "listening") told.set({});
  if (news.kind !== "alerts") return [];
  told.update((by) => {
    const { [news.patient]: _, ...others } = by;
    return news.alerts.length ? { ...others, [news.patient]: news.alerts } : others;
  });
  const silent = news.alerts.filter((one) => !rings(one)).map(({ id }) => `${id} `);
  for (const mark of rung) if (silent.some((id) => mark.startsWith(id))) rung.delete(mark);
  const ringing = news.alerts.filter((one) => rings(one) && !rung.has(markOf(one)));
  for (const one of ringing) rung.add(markOf(one));
  return ringing;
}

/** What makes it a new call: another alert, a graver one, or one that nobody answered. */
export function markOf(alert: Alert): string {
  return `${alert.id} ${alert.severity} ${alert.is_unanswered}`;
}

function open(): Socket {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return new WebSocket(`${scheme}://${location.host}/api/twin/alerts/live`) as unknown as Socket;
}

/**
 * Listen until the answer is called; comes back by itself when the line breaks, and not where the
 * house does not know us: whoever signs in again listens anew.
 */
export function listen(
  onRing: (alerts: readonly Alert[]) => void,
  connect: () => Socket = open,
): () => void {
  let socket: Socket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const rung = new Set<string>();
  let failures = 0;
  let isStopped = false;

  function begin(): void {
    socket = connect();
    socket.onmessage = ({ data }) => {
      failures = 0;
      line.set("open");
      const ringing = take(JSON.parse(data) as AlertNews, rung);
      if (ringing.length) onRing(ringing);
    };
    socket.onclose = ({ code }) => {
      if (isStopped) return;
      line.set("lost");
      if (code === STRANGER) return;
      timer = setTimeout(begin, PATIENCE_MS[Math.min(failures, PATIENCE_MS.length - 1)]);
      failures += 1;
    };
  }

  line.set("connecting");
  begin();
  return () => {
    isStopped = true;
    clearTimeout(timer);
    socket?.close();
    told.set({});
  };
}
