import { t } from "./text";

/** What the house answered instead of doing what was asked. */
export class ApiError extends Error {
  constructor(
    /** HTTP status; 0 where no answer came at all. */
    readonly status: number,
    message: string,
    readonly hint: string = "",
    /** FHIR issue type: invalid, login, forbidden, not-found, conflict, …; "offline" for no answer. */
    readonly code: string = "exception",
  ) {
    super(message);
    this.name = "ApiError";
  }
}

interface Outcome {
  resourceType?: string;
  issue?: { code?: string; details?: { text?: string }; diagnostics?: string }[];
}

type Listener = () => void;
const unauthenticated = new Set<Listener>();

/** Be told when the house no longer knows us (the session ended); call the answer to stop. */
export function onUnauthenticated(tell: Listener): () => void {
  unauthenticated.add(tell);
  return () => {
    unauthenticated.delete(tell);
  };
}

/** Read a FHIR OperationOutcome: `diagnostics` says what happened, `details.text` what to do next. */
export async function errorOf(response: Response): Promise<ApiError> {
  const body = await response.text().catch(() => "");
  let outcome: Outcome | null = null;
  try {
    outcome = JSON.parse(body) as Outcome | null;
  } catch {
    // not JSON: a proxy's own page; the status says enough
  }
  const issue = outcome?.issue?.[0];
  const { status } = response;
  const message = issue?.diagnostics ?? t("kit.error.status", { status });
  return new ApiError(status, message, issue?.details?.text, issue?.code);
}

/** Ask the house and give back its answer, or throw an ApiError. */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: "same-origin", cache: "no-store", ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, t("kit.error.offline"), t("kit.error.offline.hint"), "offline");
  }
  if (response.ok) return response;
  const error = await errorOf(response);
  if (response.status === 401) for (const tell of [...unauthenticated]) tell();
  throw error;
}

/** What a request says of itself beside its path, such as why it is made. */
export type Headers = Readonly<Record<string, string>>;

async function json<T>(
  method: string,
  path: string,
  body: unknown,
  signal?: AbortSignal,
  more: Headers = {},
): Promise<T> {
  const init: RequestInit = { method, headers: { Accept: "application/json", ...more } };
  if (signal) init.signal = signal;
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { ...init.headers, "Content-Type": "application/json" };
  }
  const response = await ask(path, init);
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

export const api = {
  get: <T>(path: string, signal?: AbortSignal, headers?: Headers): Promise<T> =>
    json<T>("GET", path, undefined, signal, headers),
  post: <T>(path: string, body: unknown = {}, headers?: Headers): Promise<T> =>
    json<T>("POST", path, body, undefined, headers),
  put: <T>(path: string, body: unknown): Promise<T> => json<T>("PUT", path, body),
  patch: <T>(path: string, body: unknown): Promise<T> => json<T>("PATCH", path, body),
  delete: <T = void>(path: string, headers?: Headers): Promise<T> =>
    json<T>("DELETE", path, undefined, undefined, headers),
};
