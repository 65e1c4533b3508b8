/** What one writes with; a number on the wire, the house knows no colours. */
export const INKS = [
  "#22302f",
  "#0f6d70",
  "#b03a2e",
  "#2f7a43",
  "#b36b00",
  "#3b57a8",
  "#84499b",
  "#6b6f6c",
] as const;

/** What one writes on: a note's paper for each ink. */
export const PAPERS = [
  "#fbe9a6",
  "#cdeae6",
  "#f7cfc6",
  "#d5ebcf",
  "#fbdcae",
  "#d3dcf5",
  "#e8d4ef",
  "#f3efe7",
] as const;

/** The text keys of their names. */
export const INK_NAMES = [
  "world.ink.dark",
  "world.ink.teal",
  "world.ink.red",
  "world.ink.green",
  "world.ink.amber",
  "world.ink.blue",
  "world.ink.violet",
  "world.ink.grey",
] as const;

export function inkOf(ink: number): string {
  return INKS[ink] ?? INKS[0];
}

export function paperOf(ink: number): string {
  return PAPERS[ink] ?? PAPERS[0];
}
