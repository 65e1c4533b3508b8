import type { Line } from "./lines";

type Kept = Pick<Line, "name" | "by" | "text" | "lang" | "at">;

const FIRST_MS = 3000; // how long a line stays in a film
const MOST_MS = 7000;

/** What was said, one line each, with the time of the reader's clock. */
export function asText(lines: readonly Kept[], timeOf: (at: string) => string): string {
  return lines.map((line) => `${timeOf(line.at)} ${speakerOf(line)}: ${line.text}\n`).join("");
}

/** The same to be shown with a recording that began with the first line. https://www.w3.org/TR/webvtt1/ */
export function asWebVtt(lines: readonly Kept[]): string {
  const first = Date.parse(lines[0]?.at ?? "");
  const cues = lines.map((line, i) => {
    const from = Date.parse(line.at) - first;
    const next = lines[i + 1];
    const gap = next ? Date.parse(next.at) - first - from : FIRST_MS;
    const until = from + Math.min(MOST_MS, Math.max(1000, gap));
    const tongue = line.lang ? `<lang ${line.lang}>${plain(line.text)}</lang>` : plain(line.text);
    return `${stamp(from)} --> ${stamp(until)}\n<v ${plain(speakerOf(line))}>${tongue}\n`;
  });
  return ["WEBVTT\n", ...cues].join("\n");
}

function speakerOf({ name, by }: Kept): string {
  return by ? `${name} (${by})` : name;
}

function plain(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("\n", " ");
}

function stamp(ms: number): string {
  const two = (n: number) => String(Math.floor(n)).padStart(2, "0");
  const rest = String(Math.round(ms % 1000)).padStart(3, "0");
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1000) % 60)}.${rest}`;
}
