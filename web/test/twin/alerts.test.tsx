import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Me, session } from "../../src/kit/session";
import { setLanguage } from "../../src/kit/text";
import { Toasts } from "../../src/kit/ui";
import { AlertBell } from "../../src/twin/alerts/AlertBell";
import { AlertsPanel } from "../../src/twin/alerts/AlertsPanel";
import { line, listen, rings, type Socket, take, told } from "../../src/twin/alerts/line";
import { notify } from "../../src/twin/alerts/notify";
import type { Alert, AlertNews, AlertSheet, AlertWish } from "../../src/wire/twin";

const HER = "Patient/p-1";
const NOW = Date.now();

function alert(more: Partial<Alert> = {}): Alert {
  return {
    id: "a-1",
    patient: HER,
    name: "Mei Lin",
    is_mine: false,
    rule: "news2",
    title_key: "twin.alert.news2.title",
    about_key: "twin.alert.news2.about",
    severity: "grave",
    state: "open",
    raised_at: new Date(NOW - 60_000).toISOString(),
    changed_at: new Date(NOW).toISOString(),
    ended_at: null,
    end_key: "",
    is_unanswered: false,
    is_quiet: false,
    snoozed_until: null,
    answers: [],
    references: ["Observation/1"],
    ...more,
  };
}

function news(...alerts: Alert[]): AlertNews {
  return { kind: "alerts", patient: HER, alerts };
}

let sheet: AlertSheet = {
  alert: alert(),
  charts: [
    {
      key: "heart_rate",
      label_key: "twin.input.heart_rate",
      unit: "/min",
      digits: 0,
      series: [70, 90, 135].map((value, n) => ({
        at: new Date(NOW - (3 - n) * 60_000).toISOString(),
        value,
        reference: `Observation/${n}`,
      })),
      low: 60,
      high: 84,
      days: 21,
    },
  ],
  sources: [{ citation: "Royal College of Physicians.", url: "https://example.org" }],
  limits: [{ key: "twin.alert.limit.no_emergency", params: {} }],
};
const wish: AlertWish = {
  is_on: true,
  quiet_from: "",
  quiet_until: "",
  zone: "UTC",
  escalate_min: 15,
  first: [],
};

let lines: Socket[] = [];
const sent: [string, string, unknown][] = [];

class FakeSocket implements Socket {
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor() {
    lines.push(this);
  }
  close(): void {
    lines = lines.filter((one) => one !== this);
  }
}

function say(item: AlertNews): void {
  act(() => {
    for (const line of lines) line.onmessage?.({ data: JSON.stringify(item) });
  });
}

beforeEach(() => {
  lines = [];
  sent.length = 0;
  told.set({});
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("fetch", async (path: string, init: RequestInit = {}) => {
    sent.push([init.method ?? "GET", path, init.body ? JSON.parse(String(init.body)) : null]);
    const answer = path.endsWith("/wish") ? wish : path.endsWith("/figures") ? {} : sheet;
    return new Response(JSON.stringify(answer), { status: 200 });
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  session.set({ state: "unknown", me: null });
});

describe("the line", () => {
  test("a new alert rings once, a graver one and an unanswered one again", () => {
    const rung = new Set<string>();

    expect(take(news(alert({ severity: "urgent" })), rung)).toHaveLength(1);
    expect(take(news(alert({ severity: "urgent" })), rung)).toHaveLength(0);
    expect(take(news(alert()), rung)).toHaveLength(1);
    expect(take(news(alert({ is_unanswered: true })), rung)).toHaveLength(1);
  });

  test("what is answered, put off or comes in quiet time does not ring", () => {
    const later = new Date(NOW + 60_000).toISOString();
    for (const more of [
      { state: "answered" as const },
      { snoozed_until: later },
      { is_quiet: true },
    ])
      expect(rings(alert(more))).toBe(false);
    expect(rings(alert({ snoozed_until: later }), NOW + 120_000)).toBe(true);
  });

  test("a patient whom one may no longer see is gone at once", () => {
    const rung = new Set<string>();
    take(news(alert()), rung);
    take(news(), rung);

    expect(told.get()).toEqual({});
  });

  test("a broken line comes back", () => {
    vi.useFakeTimers();
    const stop = listen(
      () => {},
      () => new FakeSocket(),
    );
    lines[0]?.onclose?.({ code: 1006 });
    expect(line.get()).toBe("lost");
    vi.advanceTimersByTime(1500);

    expect(lines).toHaveLength(2);
    expect(line.get()).toBe("lost"); // until something is heard
    say({ kind: "listening", patient: "", alerts: [] });
    expect(line.get()).toBe("open");
    stop();
    vi.useRealTimers();
  });

  test("what rang does not ring again when the line is back, until it was put off", () => {
    vi.useFakeTimers();
    const rang = vi.fn();
    const stop = listen(rang, () => new FakeSocket());
    say(news(alert()));
    lines[0]?.onclose?.({ code: 1006 });
    vi.advanceTimersByTime(1500);

    lines[1]?.onmessage?.({ data: JSON.stringify({ kind: "listening", patient: "", alerts: [] }) });
    lines[1]?.onmessage?.({ data: JSON.stringify(news(alert())) });
    expect(rang).toHaveBeenCalledTimes(1);
    const until = new Date(Date.now() + 60_000).toISOString();
    lines[1]?.onmessage?.({ data: JSON.stringify(news(alert({ snoozed_until: until }))) });
    lines[1]?.onmessage?.({ data: JSON.stringify(news(alert())) });
    expect(rang).toHaveBeenCalledTimes(2);
    stop();
    vi.useRealTimers();
  });

  test("a house that takes us for a stranger is not asked again", () => {
    vi.useFakeTimers();
    const stop = listen(
      () => {},
      () => new FakeSocket(),
    );
    lines[0]?.onclose?.({ code: 4401 });
    vi.advanceTimersByTime(600_000);

    expect(lines).toHaveLength(1);
    stop();
    vi.useRealTimers();
  });
});

describe("the bell", () => {
  test("shows an alert the moment it comes, and lets one say that one looks at it", async () => {
    const user = userEvent.setup();
    render(
      <>
        <AlertBell />
        <Toasts />
      </>,
    );
    say(news(alert()));
    await screen.findByText("Alert: Vital signs are getting worse");

    await user.click(screen.getByRole("button", { name: "Alerts: 1" }));
    await user.click(screen.getByRole("button", { name: /Vital signs are getting worse/ }));
    await screen.findByText(/Usually 60 to 84/);
    expect(screen.getByText(/no emergency service/)).toBeTruthy();
    await user.type(screen.getByRole("textbox"), "I call.");
    await user.click(screen.getByRole("button", { name: "I look at it" }));

    await waitFor(() =>
      expect(sent).toContainEqual([
        "POST",
        "/api/twin/alerts/a-1/answer",
        { act: "looking", note: "I call." },
      ]),
    );
  });

  test("is crossed out and says so while alerts cannot be heard", async () => {
    const user = userEvent.setup();
    render(<AlertBell />);
    act(() => lines[0]?.onclose?.({ code: 1006 }));

    await user.click(screen.getByRole("button", { name: "Alerts: 0. Alerts cannot be heard now" }));

    expect(screen.getByRole("status").textContent).toBe("Alerts cannot be heard now");
    expect(screen.queryByText("No alerts")).toBeNull();
  });

  test("says whom to call, and keeps a note that was begun when one is put off", async () => {
    const user = userEvent.setup();
    sheet = { ...sheet, limits: [{ key: "twin.alert.limit.call", params: { number: "112" } }] };
    render(<AlertBell />);
    say(news(alert()));
    await user.click(screen.getByRole("button", { name: "Alerts: 1" }));
    await user.click(screen.getByRole("button", { name: /Vital signs are getting worse/ }));

    const number = await screen.findByRole("link", { name: "112" });
    expect(number.getAttribute("href")).toBe("tel:112");
    await user.type(screen.getByRole("textbox"), "Not yet");
    await user.click(screen.getByRole("button", { name: "Remind me in 15 minutes" }));
    await waitFor(() => expect(sent.some(([, path]) => path.endsWith("/snooze"))).toBe(true));

    expect(screen.getByRole("textbox")).toHaveProperty("value", "Not yet");
  });

  test("says who looks at it, in both languages", async () => {
    const user = userEvent.setup();
    const said = { name: "Dr Okafor", note: "", at: "", is_me: false, is_patient: false };
    render(<AlertBell />);
    say(news(alert({ state: "answered", answers: [{ act: "looking", ...said }] })));
    await user.click(screen.getByRole("button", { name: "Alerts: 0" }));
    expect(screen.getByText("Dr Okafor: looking at it")).toBeTruthy();

    await act(() => setLanguage("zh-CN"));

    expect(screen.getByText("Dr Okafor：正在查看")).toBeTruthy();
    expect(document.body.textContent).not.toMatch(/twin\.\w+/);
  });
});

describe("being told in the background", () => {
  function browser(permission: NotificationPermission, onTold: () => void = () => {}): void {
    function Told(): void {
      onTold();
    }
    vi.stubGlobal("isSecureContext", true);
    vi.stubGlobal("Notification", Object.assign(Told, { permission }));
  }

  test("is offered where it works, and said to be blocked where it is", async () => {
    browser("denied");
    render(<AlertsPanel />);

    expect(await screen.findByText(/This browser blocks notifications/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: /in the background/ })).toBeNull();
  });

  test("says that a closed page tells nothing", async () => {
    browser("default");
    render(<AlertsPanel />);

    expect(await screen.findByRole("button", { name: /in the background/ })).toBeTruthy();
    expect(screen.getByText("A page that is closed tells nothing.")).toBeTruthy();
  });

  test("harms nothing where the browser throws at it", () => {
    browser("granted", () => {
      throw new TypeError("Illegal constructor");
    });
    vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");

    expect(notify).not.toThrow();
    vi.restoreAllMocks();
  });
});

test("a patient may switch the watch off", async () => {
  const me = { account: "1", name: "Mei", roles: ["patient"], person: HER } as unknown as Me;
  session.set({ state: "known", me } as unknown as Parameters<typeof session.set>[0]);
  const user = userEvent.setup();
  render(<AlertsPanel />);

  await user.click(await screen.findByRole("switch", { name: /Watch over my readings/ }));

  await waitFor(() =>
    expect(sent.find(([method]) => method === "PUT")?.[2]).toMatchObject({ is_on: false }),
  );
});

test("a patient names who is told first", async () => {
  const me = { account: "1", name: "Mei", roles: ["patient"], person: HER } as unknown as Me;
  session.set({ state: "known", me } as unknown as Parameters<typeof session.set>[0]);
  const amara = { resourceType: "Practitioner", id: "d-1", name: [{ text: "Dr Amara Okafor" }] };
  const house = fetch;
  vi.stubGlobal("fetch", async (path: string, init?: RequestInit) =>
    path.startsWith("/fhir/R4/Practitioner")
      ? new Response(JSON.stringify({ entry: [{ resource: amara }] }))
      : house(path, init),
  );
  const user = userEvent.setup();
  render(<AlertsPanel />);

  expect(await screen.findByText(/Nobody is named/)).toBeTruthy();
  const amaras = { name: /Dr Amara Okafor/ };
  await user.click(await screen.findByRole("button", amaras, { timeout: 10_000 })); // its part comes late

  await waitFor(() =>
    expect(sent.find(([method]) => method === "PUT")?.[2]).toMatchObject({
      first: ["Practitioner/d-1"],
    }),
  );
});
