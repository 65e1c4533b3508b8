import type { Act, BoardItem, Item, Mark } from "../../wire/world";

// The twin of `done` in asklepion/world/model/items.py, without its limits: the house has judged.

type State = Item["state"];

/** The state after an act; the same state where the act is for another kind. */
export function done(state: State, act: Act): State {
  if (state.kind === "board") return boardAfter(state, act);
  if (state.kind === "note" && act.do === "write")
    return { ...state, text: act.text, ink: act.ink };
  if (state.kind === "slides" && act.do === "flip") return { ...state, page: act.page };
  if (state.kind === "model" && act.do === "resize") return { ...state, size: act.size };
  return state;
}

function boardAfter(state: BoardItem, act: Act): BoardItem {
  switch (act.do) {
    case "draw":
      return { ...state, marks: drawn(state.marks, act.mark) };
    case "erase": {
      const gone = new Set(act.marks);
      return { ...state, marks: state.marks.filter(({ id }) => !gone.has(id)) };
    }
    case "restore": {
      const there = new Set(state.marks.map(({ id }) => id));
      const back = act.marks.filter(({ id }) => !there.has(id));
      const marks = [...state.marks, ...back].sort((a, b) => a.seq - b.seq);
      return { ...state, marks };
    }
    default:
      return state;
  }
}

function drawn(marks: readonly Mark[], mark: Mark): readonly Mark[] {
  const known = marks.findIndex(({ id }) => id === mark.id);
  const there = marks[known];
  if (!there) return [...marks, mark];
  if (there.mark !== "stroke" || mark.mark !== "stroke") return marks;
  return marks.with(known, { ...there, points: [...there.points, ...mark.points] });
}
