import { ask } from "../../kit/api";

/** Where a file that a thing shows is to be had. */
export function fileAddress(id: string): string {
  return `/api/world/files/${id}`;
}

/** Bring a file to the place where we are; gives its id. */
export async function bringFile(place: string, file: Blob): Promise<string> {
  const answer = await ask(`/api/world/files?place=${encodeURIComponent(place)}`, {
    method: "POST",
    headers: { "Content-Type": file.type || "application/octet-stream" },
    body: file,
  });
  return ((await answer.json()) as { id: string }).id;
}
