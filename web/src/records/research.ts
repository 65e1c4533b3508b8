import { api } from "../kit/api";
import { Store } from "../kit/store";

/** What a cell of an answer may hold. */
export type Cell = string | number | boolean | null | readonly Cell[];

/** What one question found, as the house tells it. */
export interface Finding {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly Cell[])[];
  /** There would be more rows. */
  readonly is_cut: boolean;
  /** Rows of fewer patients than `smallest`. */
  readonly held_back: number;
  readonly smallest: number;
  readonly resources: number;
  readonly patients: number;
}

export type Level = "counts" | "rows";

/** A question as it stands in the fields: tables by name as JSON, and SQL over them. */
export interface Draft {
  readonly tables: string;
  readonly sql: string;
  readonly level: Level;
}

/** The tables are no JSON. */
export class NoJson extends Error {}

/** Ask one question over everybody who allows research. */
export async function askMany({ tables, sql, level }: Draft): Promise<Finding> {
  let views: unknown;
  try {
    views = JSON.parse(tables);
  } catch (error) {
    throw new NoJson("no JSON", { cause: error });
  }
  return api.post<Finding>("/api/records/cohorts/query", { views, sql, level });
}

/** In which of the fields the house found the fault, by its own words. */
export function fieldOf(message: string): "sql" | "tables" | null {
  if (message.startsWith("SQL")) return "sql";
  return message.startsWith("views[") ? "tables" : null;
}

/** One bar for each row: its name and its length. */
export interface Bar {
  readonly label: string;
  readonly value: number;
}

const BARS_MOST = 20;

/** Which column tells how much: the last with numbers, but for the count of patients if there is another. */
function measureOf({ columns, rows }: Finding): number {
  const numeric = columns
    .map((_, at) => at)
    .filter((at) => rows.some((row) => typeof row[at] === "number"))
    .filter((at) => rows.every((row) => row[at] === null || typeof row[at] === "number"));
  return numeric.findLast((at) => columns[at]?.name !== "patients") ?? numeric.at(-1) ?? -1;
}

/** Whether rows are measured in several units: then their lengths cannot stand side by side. */
function hasSeveralUnits({ columns, rows }: Finding): boolean {
  const at = columns.findIndex(({ name }) => name === "unit");
  return at >= 0 && new Set(rows.map((row) => row[at])).size > 1;
}

/** An answer as bars, and what they measure; null where a picture says nothing. */
export function barsOf(finding: Finding): { bars: readonly Bar[]; measure: string } | null {
  const { columns, rows } = finding;
  const at = measureOf(finding);
  if (at < 0 || rows.length < 2 || rows.length > BARS_MOST) return null;
  if (hasSeveralUnits(finding)) return null;
  const names = columns.map((_, n) => n).filter((n) => n < at && columns[n]?.name !== "patients");
  if (names.length === 0) return null;
  const bars = rows.map((row) => ({
    label: names.map((n) => shown(row[n] ?? null) || "–").join(" · "),
    value: typeof row[at] === "number" ? row[at] : 0,
  }));
  return bars.some(({ value }) => value < 0) ? null : { bars, measure: columns[at]?.name ?? "" };
}

/** A cell as text. */
export function shown(cell: Cell): string {
  if (cell === null) return "";
  if (Array.isArray(cell)) return cell.map((each: Cell) => shown(each)).join(", ");
  return String(cell);
}

const FORMULA = /^[=+\-@\t\r]/;

/** An answer as CSV (RFC 4180); no cell begins like something a spreadsheet would carry out. */
export function csvOf({ columns, rows }: Finding): string {
  const lines = [columns.map(({ name }) => name), ...rows];
  return lines.map((line) => `${line.map((cell) => quoted(cell)).join(",")}\r\n`).join("");
}

function quoted(cell: Cell): string {
  if (typeof cell === "number") return String(cell);
  const text = shown(cell);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The question stays as it is while other panels are looked at. */
export const draft = new Store<Draft | null>(null);
