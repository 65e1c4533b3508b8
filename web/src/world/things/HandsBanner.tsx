import { Shapes } from "lucide-react";
import { lazy, Suspense } from "react";
import type { Banner, Panel } from "../../kit/place";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Button } from "../../kit/ui";
import type { BoardItem, Item, NoteItem, SlidesItem } from "../../wire/world";
import { company } from "../world";
import { openedThing } from "./opened";
import { nameOf } from "./words";

const Letting = lazy(() => import("./ItemsPanel").then((m) => ({ default: m.Letting })));
const Board = lazy(() => import("./BoardDialog").then((m) => ({ default: m.BoardDialog })));
const Note = lazy(() => import("./NoteDialog").then((m) => ({ default: m.NoteDialog })));
const Slides = lazy(() => import("./SlidesDialog").then((m) => ({ default: m.SlidesDialog })));

/** What we hold and how we sit, with what one can do about it; and the thing that is open. */
function Hands() {
  const { loose } = company;
  const items = useStore(loose.items);
  const opened = items.get(useStore(openedThing));
  useStore(loose.seats);
  const held = loose.held().filter(({ is_flying }) => !is_flying);
  const text = useText();
  return (
    <>
      {loose.seat && (
        <div className="hands-bar" role="status">
          <span>{text("world.seats.sitting")}</span>
          <Button onClick={() => loose.stand()}>{text("world.seats.stand")}</Button>
        </div>
      )}
      <Suspense fallback={null}>
        {held.map((item) => (
          <div key={item.id} className="hands-bar" role="status">
            <span>{text("world.item.holding", { name: nameOf(item) })}</span>
            <Letting item={item} />
          </div>
        ))}
        {opened && <Open item={opened} />}
      </Suspense>
    </>
  );
}

function Open({ item }: { item: Item }) {
  switch (item.state.kind) {
    case "board":
      return <Board item={item as Item & { state: BoardItem }} />;
    case "note":
      return <Note key={item.id} item={item as Item & { state: NoteItem }} />;
    case "slides":
      return <Slides item={item as Item & { state: SlidesItem }} />;
    default:
      return null;
  }
}

export const handsBanner: Banner = { id: "hands", places: ["*"], Component: Hands };

export const itemsPanel: Panel = {
  id: "items",
  titleKey: "world.shared",
  icon: Shapes,
  places: ["*"],
  roles: [],
  group: "here",
  order: 15,
  Component: lazy(() => import("./ItemsPanel").then((m) => ({ default: m.ItemsPanel }))),
};
