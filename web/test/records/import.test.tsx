import { fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { session } from "../../src/kit/session";
import { language } from "../../src/kit/text";
import { ImportPanel as Import } from "../../src/records/ImportPanel";
import { bringings, linesOf, tidy } from "../../src/records/import";
import { type Asked, fakeHouse, outcome } from "../house/house";
import { broken, fileIn, folder, lying } from "./folders";

const PATH = "POST /api/records/import";
const STEP = {
  kind: "progress",
  file: "mei.json",
  entry: 0,
  reference: "",
  reason: "",
  accepted: 10,
  new: 8,
  changed: 0,
  unchanged: 2,
  refused: 0,
  bytes_done: 50,
  bytes_total: 100,
  by_type: {},
};

function stream(...chunks: string[]): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(encoder.encode(chunk));
      controller.close();
    },
  });
  return new Response(body);
}

function steps(...given: object[]): Response {
  return stream(...given.map((step) => `${JSON.stringify({ ...STEP, ...step })}\n`));
}

async function give(...names: string[]): Promise<void> {
  const input = screen.getByLabelText(/Drop files or a folder here/);
  await userEvent.upload(
    input,
    names.map((name) => new File(["{}"], name, { type: "application/json" })),
  );
}

beforeEach(() => {
  tidy();
  session.set({ state: "stranger", me: null });
});

describe("bringing a file in", () => {
  test("sends it as it is, and counts what was taken in", async () => {
    const asked = fakeHouse({
      [PATH]: () =>
        steps({}, { kind: "done", accepted: 12, new: 10, by_type: { Observation: 12 } }),
    });
    render(<Import />);
    expect(screen.getByText("Nothing imported yet")).toBeTruthy();

    await give("mei lin.json");

    const line = (await screen.findByText("mei lin.json")).closest("li") as HTMLElement;
    expect(await within(line).findByText("done")).toBeTruthy();
    expect(within(line).getByText("12 imported")).toBeTruthy();
    expect(within(line).getByText("2 already there")).toBeTruthy();
    expect(within(line).getByText("12 measurements")).toBeTruthy();
    expect(asked[0]?.path).toBe("/api/records/import?name=mei%20lin.json");
    expect(asked[0]?.body).toBeInstanceOf(File);
  });

  test("says exactly what was refused and why", async () => {
    fakeHouse({
      [PATH]: () =>
        steps(
          {
            kind: "refused",
            entry: 3,
            reference: "Observation/1",
            reason: "status is missing",
            refused: 1,
          },
          { kind: "refused", file: "b.json", reason: "is no JSON", refused: 2 },
          { kind: "done", refused: 2 },
        ),
    });
    render(<Import />);

    await give("mei.zip");

    const told = await screen.findByRole("region", { name: "2 entries refused, and why" });
    expect(within(told).getByText("mei.json, entry 3 · Observation/1")).toBeTruthy();
    expect(within(told).getByText("Status is missing")).toBeTruthy();
    expect(within(told).getByText("This is not valid JSON.")).toBeTruthy();
  });

  test("tells the common reasons in the reader's language", async () => {
    language.set("zh-CN");
    fakeHouse({
      [PATH]: () =>
        steps(
          { kind: "refused", reason: "has 2000 bytes; at most 1000 are taken", refused: 1 },
          { kind: "done", refused: 1 },
        ),
    });
    render(<Import />);

    const input = screen.getByLabelText(/拖到这里/);
    await userEvent.upload(input, new File(["{}"], "a.json"));

    expect(await screen.findByText("文件有 2,000 字节，最多接收 1,000 字节。")).toBeTruthy();
  });

  test("tells what stays in the original in the reader's language", async () => {
    language.set("zh-CN");
    const reason = "entry 3 (act) is kept only in the document";
    fakeHouse({ [PATH]: () => steps({ kind: "noted", reason }, { kind: "done", noted: 1 }) });
    render(<Import />);

    const input = screen.getByLabelText(/拖到这里/);
    await userEvent.upload(input, new File(["<a/>"], "a.xml"));

    expect(await screen.findByText("第 3 个条目只保留在原始文档中。")).toBeTruthy();
  });

  test("that the house does not take at all says why", async () => {
    fakeHouse({ [PATH]: outcome(403, "forbidden", "You may not import.", "Ask an operator.") });
    render(<Import />);

    await give("mei.json");

    expect((await screen.findByRole("alert")).textContent).toContain("Ask an operator.");
  });

  test("that breaks off says that what came is kept", async () => {
    fakeHouse({ [PATH]: () => steps({}) });
    render(<Import />);

    await give("mei.json");

    expect((await screen.findByRole("alert")).textContent).toContain(
      "What was imported so far is kept.",
    );
    expect(screen.getByText("10 imported")).toBeTruthy();
  });

  test("that the house stops says why", async () => {
    fakeHouse({ [PATH]: () => steps({}, { kind: "failed", reason: "The disk is full." }) });
    render(<Import />);

    await give("mei.json");

    expect((await screen.findByRole("alert")).textContent).toContain("The disk is full.");
  });

  test("goes one after the other, and a bad one does not stop the next", async () => {
    let open = 0;
    const house = async ({ path }: Asked) => {
      open += 1;
      expect(open).toBe(1);
      await Promise.resolve();
      open -= 1;
      return path.endsWith("bad.json") ? outcome(400, "invalid", "Bad.") : steps({ kind: "done" });
    };
    fakeHouse({ [PATH]: house });
    render(<Import />);

    await give("bad.json", "good.json");

    const good = (await screen.findByText("good.json")).closest("li") as HTMLElement;
    expect(await within(good).findByText("done")).toBeTruthy();
    expect(bringings.get().map(({ state }) => state)).toEqual(["failed", "done"]);
  });

  test("that gives a patient her record makes the account speak as her", async () => {
    const me = { account: "1", name: "Mei", roles: ["patient"], language: "en" };
    fakeHouse({
      [PATH]: () => steps({ kind: "claimed" }, { kind: "done" }),
      "GET /api/identity/me": { ...me, person: "Patient/p1" },
    });
    render(<Import />);

    await give("mei.json");
    await screen.findByText("done");

    expect(session.get().me?.person).toBe("Patient/p1");
  });
});

describe("bringing a folder in", () => {
  function drop(dropped: FileSystemEntry): void {
    const item = { kind: "file", webkitGetAsEntry: () => dropped, getAsFile: () => null };
    const zone = screen.getByText(/Drop files or a folder here/);
    fireEvent.drop(zone, { dataTransfer: { items: [item] } });
  }

  test("is one import of everything in it, and what could not be opened is named", async () => {
    const asked = fakeHouse({ [PATH]: () => steps({ kind: "done", accepted: 2 }) });
    render(<Import />);

    drop(folder("records", [lying("b.json"), folder("a", [lying("z.json")]), broken("c.json")]));

    const line = (await screen.findByText("records")).closest("li") as HTMLElement;
    expect(await within(line).findByText("done")).toBeTruthy();
    expect(asked.map(({ path }) => path)).toEqual(["/api/records/import?name=records"]);
    const body = asked[0]?.body as Blob;
    const sent = await body.text();
    expect(sent.indexOf("a/z.json")).toBeLessThan(sent.indexOf("b.json"));
    expect(within(line).getByText("1 refused")).toBeTruthy();
    expect(within(line).getByText("Your browser could not open it.")).toBeTruthy();
    expect(within(line).getByText("records/c.json")).toBeTruthy();
  });

  test("brings the zips in it one by one, since the house opens none inside another", async () => {
    const asked = fakeHouse({ [PATH]: () => steps({ kind: "done" }) });
    render(<Import />);

    drop(folder("records", [lying("a.json"), lying("old.zip", "PK")]));

    await waitFor(() => expect(screen.getAllByText("done")).toHaveLength(2));
    expect(asked.map(({ path }) => path.split("=")[1])).toEqual(["records", "records%2Fold.zip"]);
  });

  test.each([
    ["with nothing in it", [], "There is nothing to import in this folder."],
    ["that cannot be read", [broken("a.json")], "could not open any file in this folder"],
  ])("%s says so, and asks the house nothing", async (_, children, words) => {
    const asked = fakeHouse({});
    render(<Import />);

    drop(folder("records", children));

    expect((await screen.findByRole("alert")).textContent).toContain(words);
    expect(asked).toEqual([]);
  });

  test("works by a button as well, where the browser has folders to choose", async () => {
    Object.defineProperty(HTMLInputElement.prototype, "webkitdirectory", {
      value: false,
      writable: true,
      configurable: true,
    });
    const asked = fakeHouse({ [PATH]: () => steps({ kind: "done" }) });
    const { container } = render(<Import />);
    const input = container.querySelector("input[tabindex='-1']") as HTMLInputElement;
    const opened = vi.spyOn(input, "click");

    await userEvent.click(screen.getByRole("button", { name: "Choose a folder" }));
    await userEvent.upload(input, [fileIn("mine/a.json"), fileIn("mine/b.json")]);

    expect(opened).toHaveBeenCalled();
    expect(await screen.findByText("done")).toBeTruthy();
    expect(asked.map(({ path }) => path.split("=")[1])).toEqual(["mine"]);
    Reflect.deleteProperty(HTMLInputElement.prototype, "webkitdirectory");
  });
});

test("a file that the browser may not open says so, and not that the house is away", async () => {
  const asked = fakeHouse({});
  render(<Import />);
  const file = new File(["{}"], "locked.json", { type: "application/json" });
  const refused = new DOMException("no", "NotReadableError");
  file.slice = () => ({ arrayBuffer: () => Promise.reject(refused) }) as unknown as Blob;

  await userEvent.upload(screen.getByLabelText(/Drop files or a folder here/), file);

  expect((await screen.findByRole("alert")).textContent).toContain("could not open this file");
  expect(asked).toEqual([]);
});

test("lines are whole however the bytes arrive", async () => {
  const bytes = new TextEncoder().encode("一\n二三\n\n四");
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
      controller.close();
    },
  });

  const lines: string[] = [];
  for await (const line of linesOf(body)) lines.push(line);

  expect(lines).toEqual(["一", "二三", "", "四"]);
});
