import { api, ask } from "../kit/api";
import { twoDigits } from "../kit/clock";
import { language } from "../kit/text";
import { type ImportStep, stepsIn } from "./import";

/** What one column of a table means; an empty role is left out. */
export interface Column {
  readonly role: string;
  readonly unit: string;
}

export interface Mapping {
  readonly columns: readonly Column[];
  /** Of day and month: ymd, dmy, mdy; empty where nobody can tell. */
  readonly order: string;
  readonly zone: string;
}

export interface Preview {
  readonly header: readonly string[];
  readonly samples: readonly (readonly string[])[];
  readonly mapping: Mapping;
  readonly rows: number;
  readonly understood: number;
  readonly problems: readonly { readonly row: number; readonly reason: string }[];
  readonly problem_count: number;
  readonly first: string;
  readonly last: string;
}

/** Something that a column may mean. */
export interface Measure {
  readonly key: string;
  /** English first; some are Chinese. */
  readonly names: readonly string[];
  readonly units: readonly string[];
}

/** What became of a table. */
export interface Kept {
  readonly name: string;
  readonly batch: string;
  readonly step: ImportStep;
}

const TABLE = /\.(csv|tsv)$/i;
const CHINESE = /[\u4e00-\u9fff]/;

export function isTable(file: File): boolean {
  return TABLE.test(file.name) || file.type === "text/csv";
}

/** What a measure is called in the reader's language. */
export function nameOf({ names, key }: Measure): string {
  const own = language.get() === "zh-CN" ? names.find((name) => CHINESE.test(name)) : undefined;
  const name = own ?? names[0] ?? key;
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** This browser's distance from UTC, such as +08:00. */
export function zone(minutes = -new Date().getTimezoneOffset()): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${twoDigits(size / 60)}:${twoDigits(size % 60)}`;
}

export function measures(signal?: AbortSignal): Promise<Measure[]> {
  return api.get<Measure[]>("/api/records/sheets/measures", signal);
}

/** What a table would bring; nothing is kept. */
export async function preview(
  patient: string,
  file: Blob,
  mapping: Mapping | null,
  signal?: AbortSignal,
): Promise<Preview> {
  const asked = new URLSearchParams({ zone: zone() });
  if (mapping) asked.set("mapping", JSON.stringify(mapping));
  const path = `/api/records/patients/${patient}/sheets/preview?${asked}`;
  const init: RequestInit = { method: "POST", body: file, headers: PLAIN };
  if (signal) init.signal = signal;
  return (await (await ask(path, init)).json()) as Preview;
}

const PLAIN = { "Content-Type": "text/csv" };

/** Keep what a table says; gives the last step of it. */
export async function keep(patient: string, file: File, mapping: Mapping): Promise<Kept> {
  const asked = new URLSearchParams({ name: file.name, mapping: JSON.stringify(mapping) });
  const path = `/api/records/patients/${patient}/sheets?${asked}`;
  const response = await ask(path, { method: "POST", body: file, headers: PLAIN });
  const step = await stepsIn(response);
  return { name: file.name, batch: step.reference, step };
}

/** Delete what a table brought; gives how many. */
export async function undo(patient: string, batch: string): Promise<number> {
  const path = `/api/records/patients/${patient}/sheets/${batch}`;
  return (await api.delete<{ deleted: number }>(path)).deleted;
}
