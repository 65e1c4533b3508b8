import { describe, expect, test } from "vitest";
import { chosenIn, droppedIn, MOST_ENTRIES, TooMany, walk } from "../../src/records/folder";
import { pack } from "../../src/records/pack";
import { broken, fileIn, folder, lying } from "./folders";

describe("walking through a dropped folder", () => {
  test("finds every file, however many batches the browser needs, ordered by path", async () => {
    const many = Array.from({ length: 250 }, (_, n) =>
      lying(`p${String(n).padStart(3, "0")}.json`),
    );
    const root = folder("records", [folder("z", [lying("last.json")]), ...many.toReversed()]);

    const { files, unread } = await walk(root);

    expect(files).toHaveLength(251);
    expect(files.map(({ path }) => path)).toEqual(files.map(({ path }) => path).toSorted());
    expect(files.at(-1)?.path).toBe("z/last.json");
    expect(unread).toEqual([]);
  });

  test("leaves hidden things out, and names what cannot be opened", async () => {
    const hidden = [folder(".git", [lying("config")]), folder("__MACOSX", [lying("x.json")])];
    const root = folder("records", [
      ...hidden,
      lying("a.json"),
      broken("b.json"),
      broken("c", true),
    ]);

    const { files, unread } = await walk(root);

    expect(files.map(({ path }) => path)).toEqual(["a.json"]);
    expect(unread).toEqual(["b.json", "c"]);
  });

  test("stops where nobody can have meant it", async () => {
    const endless = folder(
      "disk",
      Array.from({ length: MOST_ENTRIES + 1 }, (_, n) => lying(`${n}`)),
    );

    await expect(walk(endless)).rejects.toBeInstanceOf(TooMany);
  });
});

test("a chosen folder is the same as a dropped one", () => {
  const list = ["r/b.json", "r/a/z.json", "r/.hidden/x.json", "r/.x"].map((way) => fileIn(way));

  expect(chosenIn(list).files.map(({ path }) => path)).toEqual(["a/z.json", "b.json"]);
});

test("what is dropped is told apart: folders, files, and words", () => {
  const file = new File(["{}"], "a.json");
  const items = [
    { kind: "file", webkitGetAsEntry: () => folder("records", []), getAsFile: () => null },
    { kind: "file", webkitGetAsEntry: () => lying("a.json"), getAsFile: () => file },
    { kind: "string", webkitGetAsEntry: () => null, getAsFile: () => null },
  ];

  const { folders, files } = droppedIn({ items } as unknown as DataTransfer);

  expect(folders.map(({ name }) => name)).toEqual(["records"]);
  expect(files).toEqual([file]);
});

describe("laying files into one zip", () => {
  test("keeps every name and byte where the format says", async () => {
    const files = [
      { path: "一/check.json", file: new File(["123456789"], "check.json") },
      { path: "empty.json", file: new File([], "empty.json") },
    ];

    const { archive, count } = await pack(files);

    const view = new DataView(await archive.arrayBuffer());
    expect(count).toBe(2);
    expect(view.getUint32(14, true)).toBe(0xcbf43926); // the check value of CRC-32/ISO-HDLC
    const name = new TextEncoder().encode("一/check.json");
    expect(new Uint8Array(view.buffer, 30, name.length)).toEqual(name);
    expect(await archive.slice(30 + name.length, 39 + name.length).text()).toBe("123456789");
    const end = view.byteLength - 22;
    expect(view.getUint16(end + 10, true)).toBe(2);
    const index = view.getUint32(end + 16, true);
    expect(view.getUint32(index, true)).toBe(0x02014b50);
    expect(index + view.getUint32(end + 12, true)).toBe(end);
  });

  test("goes on without what cannot be read, and names it", async () => {
    const gone = new File(["x"], "gone.json");
    gone.stream = () => {
      throw new DOMException("gone", "NotReadableError");
    };

    const { count, unread } = await pack([
      { path: "gone.json", file: gone },
      { path: "here.json", file: new File(["{}"], "here.json") },
    ]);

    expect([count, unread]).toEqual([1, ["gone.json"]]);
  });
});
