import { render, screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { FilesDialog } from "../../src/devices/files/FilesDialog";
import { bring, bringings } from "../../src/devices/files/files";
import { type Me, session } from "../../src/kit/session";
import { setLanguage } from "../../src/kit/text";
import { fakeHouse } from "../house/house";

const STEP = {
  kind: "progress",
  new: 500,
  changed: 0,
  unchanged: 0,
  by_kind: { "heart-rate": 500 },
  unknown: {},
  refused: [],
  bytes_done: 10,
  bytes_total: 20,
  batch: "b",
  reason: "",
};
const DONE = {
  ...STEP,
  kind: "done",
  new: 640,
  unchanged: 12,
  by_kind: { "heart-rate": 600, steps: 52 },
  unknown: { DietaryCaffeine: 3 },
  refused: [["heart-rate", "implausible", 2]],
};
const FOUND = {
  ...DONE,
  new: 0,
  unchanged: 0,
  first: "2024-05-01T00:00:00+08:00",
  last: "2024-06-02T07:00:00+08:00",
};

function me(account: string): Me {
  return { account, name: "Mei", roles: ["patient"], person: null, language: "en" };
}

function lines(...steps: object[]): string {
  return steps.map((step) => `${JSON.stringify(step)}\n`).join("");
}

async function choose(label: RegExp): Promise<void> {
  const file = new File(["<HealthData/>"], "export.zip");
  await userEvent.upload(screen.getByLabelText(label), file);
}

describe("a file of an app", () => {
  beforeEach(() => bringings.set([]));

  test("is looked through, kept with an account of what was refused, and taken back", async () => {
    session.set({ state: "known", me: { ...me("a-1"), person: "Patient/p-1" } });
    const asked = fakeHouse({
      "POST /api/devices/files": ({ path }: { path: string }) =>
        new Response(lines(STEP, path.includes("keep=true") ? DONE : FOUND)),
      "DELETE /api/records/patients/p-1/sheets/b": { deleted: 640 },
    });
    render(<FilesDialog onClose={() => {}} />);

    await choose(/Drop files here/);

    const line = (await screen.findByText("export.zip")).closest("li") as HTMLElement;
    expect(await within(line).findByText(/652 readings. Nothing is kept yet/)).toBeTruthy();
    expect(within(line).getByText("From May 1, 2024 to Jun 2, 2024.")).toBeTruthy();
    expect(within(line).getByText("Steps by day · 52")).toBeTruthy();
    expect(within(line).queryByText(/new/)).toBeNull();
    await userEvent.click(within(line).getByRole("button", { name: "Keep 652 readings" }));

    expect(await within(line).findByText("Done")).toBeTruthy();
    expect(within(line).getByText("640 new")).toBeTruthy();
    expect(within(line).getByText(/Heart rate \(2\): the value cannot be right/)).toBeTruthy();
    expect(within(line).getByText("DietaryCaffeine (3)")).toBeTruthy();
    expect(asked.map(({ path }) => /zone=.*keep=(true|false)/.exec(path)?.[1])).toEqual([
      "false",
      "true",
    ]);

    await userEvent.click(within(line).getByRole("button", { name: "Take it back" }));
    expect(within(line).getByText(/a later file does not bring them back/)).toBeTruthy();
    await userEvent.click(within(line).getByRole("button", { name: "Delete them" }));
    expect(
      await within(line).findByText("640 readings were deleted from your record."),
    ).toBeTruthy();
  });

  test("that holds nothing for us can only be left out", async () => {
    const nothing = { ...FOUND, by_kind: {}, first: null, last: null };
    fakeHouse({ "POST /api/devices/files": () => new Response(lines(nothing)) });
    render(<FilesDialog onClose={() => {}} />);

    await choose(/Drop files here/);

    expect(await screen.findByText("There is nothing in it that can be taken.")).toBeTruthy();
    expect(screen.queryByRole("button", { name: /Keep|Bring it in/ })).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Leave it out" }));
    expect(screen.queryByText("export.zip")).toBeNull();
  });

  test("of a record says that the record takes it in", async () => {
    const fhir = { ...FOUND, by_kind: {}, unknown: { FHIR: 1 }, refused: [] };
    const asked = fakeHouse({ "POST /api/devices/files": () => new Response(lines(fhir)) });
    render(<FilesDialog onClose={() => {}} />);
    await choose(/Drop files here/);

    await userEvent.click(await screen.findByRole("button", { name: "Bring it in" }));

    await waitFor(() => expect(asked).toHaveLength(2));
    expect(asked[1]?.path).toContain("keep=true");
  });

  test("is broken off and forgotten when somebody else is signed in", async () => {
    session.set({ state: "known", me: me("a-1") });
    let signal: AbortSignal | null | undefined;
    vi.stubGlobal("fetch", (_: string, init: RequestInit) => {
      signal = init.signal;
      return new Promise<Response>((_, reject) => {
        signal?.addEventListener("abort", () => reject(signal?.reason));
      });
    });
    void bring([new File(["x"], "export.zip")]);
    await waitFor(() => expect(signal).toBeTruthy());

    session.set({ state: "known", me: { ...me("a-1"), language: "zh-CN" } });
    session.set({ state: "ended", me: null });
    expect(bringings.get()).toHaveLength(1);
    session.set({ state: "known", me: me("a-2") });

    expect(signal?.aborted).toBe(true);
    expect(bringings.get()).toEqual([]);
    vi.unstubAllGlobals();
  });

  test("that could not be finished says so, and how to go on, in the reader's language", async () => {
    setLanguage("zh-CN");
    fakeHouse({ "POST /api/devices/files": () => new Response(lines(STEP)) });
    render(<FilesDialog onClose={() => {}} />);

    await choose(/将文件拖到这里/);

    expect(await screen.findByText("未完成")).toBeTruthy();
    expect(screen.getByText(/请再导入一次/)).toBeTruthy();
    setLanguage("en");
  });
});
