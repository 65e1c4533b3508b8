/** A file of a folder, with its way from there ("2024/labs.json"). */
export interface Placed {
  readonly path: string;
  readonly file: File;
}

/** Everything in a folder by its path, and the paths of what the browser could not open. */
export interface Found {
  readonly files: readonly Placed[];
  readonly unread: readonly string[];
}

/** Entries of one folder beyond which nobody meant to bring it. */
export const MOST_ENTRIES = 10_000;

export class TooMany extends Error {}

/** What somebody dropped: folders and single files. To be asked in the very event: later it is gone. */
export function droppedIn(transfer: DataTransfer): {
  folders: FileSystemDirectoryEntry[];
  files: File[];
} {
  const folders: FileSystemDirectoryEntry[] = [];
  const files: File[] = [];
  for (const item of transfer.items) {
    const entry = item.kind === "file" ? item.webkitGetAsEntry() : null;
    const file = entry?.isDirectory ? null : item.getAsFile();
    if (entry?.isDirectory) folders.push(entry as FileSystemDirectoryEntry);
    else if (file) files.push(file);
  }
  return { folders, files };
}

/**
 * Walk through a dropped folder and all in it, hidden things left out.
 *
 * Throws TooMany where it holds more than MOST_ENTRIES.
 */
export async function walk(folder: FileSystemDirectoryEntry): Promise<Found> {
  const files: Placed[] = [];
  const unread: string[] = [];
  const ahead: { path: string; entry: FileSystemEntry }[] = [{ path: "", entry: folder }];
  let seen = 0;
  for (let next = ahead.pop(); next; next = ahead.pop()) {
    const { path, entry } = next;
    try {
      if (!entry.isDirectory) {
        files.push({ path, file: await fileOf(entry as FileSystemFileEntry) });
        continue;
      }
      for await (const child of childrenOf(entry as FileSystemDirectoryEntry)) {
        if (isHidden(child.name)) continue;
        seen += 1;
        if (seen > MOST_ENTRIES) throw new TooMany();
        ahead.push({ path: path ? `${path}/${child.name}` : child.name, entry: child });
      }
    } catch (error) {
      if (error instanceof TooMany) throw error;
      unread.push(path || folder.name);
    }
  }
  return { files: inOrder(files), unread: unread.sort() };
}

/**
 * What somebody chose as a folder, by the way that the browser wrote on each file.
 *
 * Throws TooMany where it holds more than MOST_ENTRIES.
 */
export function chosenIn(list: readonly File[]): Found {
  const files: Placed[] = [];
  for (const file of list) {
    const [, ...way] = file.webkitRelativePath.split("/");
    if (!way.some(isHidden)) files.push({ path: way.join("/"), file });
  }
  if (files.length > MOST_ENTRIES) throw new TooMany();
  return { files: inOrder(files), unread: [] };
}

function isHidden(name: string): boolean {
  return name.startsWith(".") || name === "__MACOSX";
}

function inOrder(files: Placed[]): Placed[] {
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** A browser hands a folder over in batches (Chromium: 100); the empty one is the last. */
async function* childrenOf(folder: FileSystemDirectoryEntry): AsyncGenerator<FileSystemEntry> {
  const reader = folder.createReader();
  while (true) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (batch.length === 0) return;
    yield* batch;
  }
}
