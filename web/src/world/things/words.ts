import { t } from "../../kit/text";
import type { Item } from "../../wire/world";

/** What a thing is called: its own words where it has some. */
export function nameOf({ state }: Pick<Item, "state">): string {
  const kind = t(`world.item.${state.kind}`);
  if (state.kind === "note" && state.text) return `${kind}: ${firstLine(state.text)}`;
  if ((state.kind === "slides" || state.kind === "model") && state.name) {
    return `${kind}: ${state.name}`;
  }
  return kind;
}

/** What one would see of it, for whoever does not. */
export function aboutItem({ state }: Pick<Item, "state">): string {
  switch (state.kind) {
    case "board": {
      const lines = state.marks.filter(({ mark }) => mark === "stroke").length;
      const words = state.marks.filter((mark) => mark.mark === "words").length;
      if (lines + words === 0) return t("world.board.empty");
      return t("world.board.holds", { lines, words });
    }
    case "note":
      return state.text || t("world.note.empty");
    case "slides":
      return t("world.slides.page", { n: state.page + 1, of: state.pages.length });
    case "ball":
    case "model":
      return "";
    default:
      state satisfies never;
      return "";
  }
}

function firstLine(text: string): string {
  const [line = ""] = text.split("\n");
  return line.length > 40 ? `${line.slice(0, 39)}…` : line;
}
