import { Store } from "./store";

export type Theme = "auto" | "light" | "dark";

const KEPT = "asklepion.theme";

function remembered(): Theme {
  const kept = globalThis.localStorage?.getItem(KEPT);
  return kept === "light" || kept === "dark" ? kept : "auto";
}

/** Light, dark, or as the machine has it. */
export const theme = new Store<Theme>(remembered());

export function setTheme(next: Theme): void {
  localStorage.setItem(KEPT, next);
  theme.set(next);
  showTheme();
}

/** Put the choice where theme.css reads it. */
export function showTheme(): void {
  const { dataset } = document.documentElement;
  const chosen = theme.get();
  if (chosen === "auto") delete dataset.theme;
  else dataset.theme = chosen;
}
