const KEPT_MS = 60_000; // a slow machine reads the file long after it was asked to

/** Hand a file over, to be kept where the reader's browser keeps such. */
export function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
