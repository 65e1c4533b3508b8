import { vi } from "vitest";

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

type Answer = unknown | ((asked: Asked) => unknown);

/** An answer with a status other than 200; `body` as it is, an OperationOutcome for errors. */
export class Reply {
  constructor(
    readonly status: number,
    readonly body: unknown = undefined,
  ) {}
}

export function outcome(status: number, code: string, message: string, hint = ""): Reply {
  const issue = [{ severity: "error", code, diagnostics: message, details: { text: hint } }];
  return new Reply(status, { resourceType: "OperationOutcome", issue });
}

/**
 * Stand in for the house, which lies outside the client: answers by "METHOD /path" (a path without
 * its query is enough), and remembers what was asked.
 */
export function fakeHouse(answers: Record<string, Answer>): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", async (path: string, init: RequestInit = {}) => {
    const method = init.method ?? "GET";
    const body = typeof init.body === "string" ? JSON.parse(init.body) : init.body;
    const question = { method, path, body };
    asked.push(question);
    const answer =
      answers[`${method} ${path}`] ??
      answers[`${method} ${path.split("?")[0]}`] ??
      outcome(404, "not-found", `Nothing stands at ${path}.`);
    const given = typeof answer === "function" ? await answer(question) : answer;
    if (given instanceof Response) return given;
    const { status, body: content } = given instanceof Reply ? given : new Reply(200, given);
    const text = content === undefined ? null : JSON.stringify(content);
    return new Response(text, { status: content === undefined ? 204 : status });
  });
  return asked;
}

/** The streams that are open, to speak on. */
export class FakeStream {
  static open: FakeStream[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onerror: (() => void) | null = null;

  constructor(readonly url: string) {
    FakeStream.open.push(this);
  }

  say(item: unknown): void {
    this.onmessage?.({ data: JSON.stringify(item) });
  }

  close(): void {
    FakeStream.open = FakeStream.open.filter((stream) => stream !== this);
  }
}

export function fakeStreams(): void {
  FakeStream.open = [];
  vi.stubGlobal("EventSource", FakeStream);
}

export function streamOf(path: string): FakeStream {
  const found = FakeStream.open.find(({ url }) => url === path);
  if (!found) throw new Error(`no stream to ${path} is open`);
  return found;
}
