/** Folders as a browser hands them over; what they stand for lies on somebody's disk. */

const BATCH = 100; // as many as Chromium hands over at once

export function lying(name: string, content = "{}"): FileSystemFileEntry {
  const file = (give: (file: File) => void) => give(new File([content], name));
  return { name, isDirectory: false, isFile: true, file } as FileSystemFileEntry;
}

export function folder(name: string, children: FileSystemEntry[]): FileSystemDirectoryEntry {
  const createReader = () => {
    const left = [...children];
    return {
      readEntries: (give: (batch: FileSystemEntry[]) => void) => give(left.splice(0, BATCH)),
    };
  };
  return { name, isDirectory: true, isFile: false, createReader } as FileSystemDirectoryEntry;
}

/** One that the browser may not open. */
export function broken(name: string, isDirectory = false): FileSystemEntry {
  const refuse = (_: unknown, fail: (error: DOMException) => void) =>
    fail(new DOMException("no", "NotReadableError"));
  const createReader = () => ({ readEntries: refuse });
  return { name, isDirectory, file: refuse, createReader } as unknown as FileSystemEntry;
}

/** One of a chosen folder. */
export function fileIn(way: string, content = "{}"): File {
  const file = new File([content], way.split("/").at(-1) ?? "");
  Object.defineProperty(file, "webkitRelativePath", { value: way });
  return file;
}
