/** A note from one browser to another, handed on unread by the house; null where it is none. */
export function readNote(data: string): object | null {
  try {
    const note: unknown = JSON.parse(data);
    return typeof note === "object" ? note : null;
  } catch {
    return null;
  }
}
