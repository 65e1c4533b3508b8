export type LiveState = "connecting" | "open" | "lost";

/** Waits longer after each failure, up to half a minute. */
const PATIENCE_MS = [500, 1000, 2000, 5000, 10000, 30000];

/**
 * Listen to a stream of server-sent events (each `data:` one JSON value) until the answer is called.
 * Comes back by itself when the connection breaks.
 */
export function live<T>(
  path: string,
  onItem: (item: T) => void,
  onState: (state: LiveState) => void = () => {},
): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let isStopped = false;

  function open(): void {
    onState("connecting");
    source = new EventSource(path);
    source.onopen = () => {
      failures = 0;
      onState("open");
    };
    source.onmessage = (event: MessageEvent<string>) => {
      if (!isStopped && event.data) onItem(JSON.parse(event.data) as T);
    };
    source.onerror = () => {
      source?.close();
      if (isStopped) return;
      onState("lost");
      timer = setTimeout(open, PATIENCE_MS[Math.min(failures, PATIENCE_MS.length - 1)]);
      failures += 1;
    };
  }

  open();
  return () => {
    isStopped = true;
    clearTimeout(timer);
    source?.close();
  };
}
