import { Eraser, PenLine, Trash2, Type, Undo2 } from "lucide-react";
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Badge, Button, Dialog, Field } from "../../kit/ui";
import { type BoardItem, type Item, MOST_WORDS } from "../../wire/world";
import { company } from "../world";
import { InkRow } from "./InkRow";
import { openThing, tool } from "./opened";
import { paintBoard, paintMark } from "./paint";
import { Pen, touched } from "./pen";
import { aboutItem } from "./words";
import "./things.css";

const WIDE = 1600; // points of the picture
const PEN_STEP = 1 / 60; // how far an arrow key moves the pen
const CLEAR_CHUNK = 500;

type BoardThing = Item & { readonly state: BoardItem };

/** A whiteboard on the flat page: by mouse, finger, pen or keyboard. */
export function BoardDialog({ item }: { item: BoardThing }) {
  const text = useText();
  const { state, id } = item;
  const { loose } = company;
  const unkept = useStore(loose.unkept);
  const undoable = useStore(loose.undoable);
  const clear = () => {
    const ids = state.marks.map((mark) => mark.id);
    for (let i = 0; i < ids.length; i += CLEAR_CHUNK) {
      loose.change(id, { do: "erase", marks: ids.slice(i, i + CLEAR_CHUNK) });
    }
  };
  return (
    <Dialog
      open
      title={text("world.item.board")}
      onClose={() => openThing("")}
      actions={
        <>
          <Badge tone={unkept ? "plain" : "good"}>
            {text(unkept ? "world.things.saving" : "world.things.saved")}
          </Badge>
          <Button icon={Undo2} disabled={!undoable} onClick={() => loose.undo(id)}>
            {text("world.things.undo")}
          </Button>
          <Button icon={Trash2} disabled={state.marks.length === 0} onClick={clear}>
            {text("world.board.clear")}
          </Button>
        </>
      }
    >
      <Tools />
      <Surface item={item} />
      <Complaint />
      <WordsForm item={item} />
      <ReadOut state={state} />
    </Dialog>
  );
}

function Tools() {
  const text = useText();
  const now = useStore(tool);
  const use = (kind: "pen" | "rubber", icon: typeof PenLine) => (
    <Button icon={icon} aria-pressed={now.kind === kind} onClick={() => tool.set({ ...now, kind })}>
      {text(`world.board.${kind}`)}
    </Button>
  );
  return (
    <div className="board-tools">
      {use("pen", PenLine)}
      {use("rubber", Eraser)}
      <InkRow
        label={text("world.board.ink")}
        ink={now.ink}
        onInk={(ink) => tool.set({ ...now, kind: "pen", ink })}
      />
    </div>
  );
}

/** The board itself. */
function Surface({ item }: { item: BoardThing }) {
  const text = useText();
  const canvas = useRef<HTMLCanvasElement>(null);
  const pen = useRef(new Pen(company.loose));
  const [cursor, setCursor] = useState<readonly [number, number] | null>(null);
  const { state, id } = item;
  const ratio = state.height / state.width;

  useEffect(() => {
    const brush = canvas.current?.getContext("2d");
    if (brush) paintBoard(brush, state, WIDE);
  }, [state]);

  const hand = useHand(item, pen.current, canvas);
  const keys = useKeys(item, pen.current, cursor, setCursor);
  return (
    <div className="board-frame" style={{ maxWidth: `calc((100dvh - 28rem) * ${1 / ratio})` }}>
      <canvas
        ref={canvas}
        className="board-surface"
        width={WIDE}
        height={Math.round(WIDE * ratio)}
        style={{ aspectRatio: `${state.width} / ${state.height}` }}
        role="img"
        aria-label={`${text("world.item.board")}. ${aboutItem(item)} ${text("world.board.keys")}`}
        tabIndex={0}
        data-item={id}
        onFocus={() => setCursor([0.5, 0.5])}
        onBlur={() => {
          pen.current.end(id, tool.get());
          setCursor(null);
        }}
        onKeyDown={keys}
        {...hand}
      />
      {cursor && (
        <span
          className="board-cursor"
          data-down={pen.current.isDown || undefined}
          style={{ left: `${cursor[0] * 100}%`, top: `${cursor[1] * 100}%` }}
          aria-hidden
        />
      )}
    </div>
  );
}

function useHand(item: BoardThing, pen: Pen, canvas: React.RefObject<HTMLCanvasElement | null>) {
  const { id, state } = item;
  const at = (event: PointerEvent): readonly [number, number] => {
    const box = event.currentTarget.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  const wipe = (event: PointerEvent) => {
    const marks = touched(state, ...at(event));
    if (marks.length > 0) company.loose.change(id, { do: "erase", marks });
  };
  const sketch = () => {
    const brush = canvas.current?.getContext("2d");
    if (!brush || pen.untold.length < 2) return;
    const scale = WIDE / 4096;
    const { ink, width } = tool.get();
    brush.setTransform(scale, 0, 0, scale, 0, 0);
    paintMark(brush, { mark: "stroke", id: "", ink, width, seq: 0, points: pen.untold });
    brush.setTransform(1, 0, 0, 1, 0, 0);
  };
  return {
    onPointerDown: (event: PointerEvent<HTMLCanvasElement>) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      if (tool.get().kind === "rubber") wipe(event);
      else pen.begin(state, ...at(event));
    },
    onPointerMove: (event: PointerEvent<HTMLCanvasElement>) => {
      if (tool.get().kind === "rubber" && event.buttons === 1) wipe(event);
      if (!pen.isDown || event.buttons !== 1) return;
      pen.move(id, state, tool.get(), ...at(event));
      sketch();
    },
    onPointerUp: () => pen.end(id, tool.get()),
    onPointerCancel: () => pen.end(id, tool.get()),
  };
}

/** Arrows move the pen, Space sets it down and lifts it. */
function useKeys(
  item: BoardThing,
  pen: Pen,
  cursor: readonly [number, number] | null,
  setCursor: (at: readonly [number, number] | null) => void,
) {
  return (event: KeyboardEvent) => {
    if (!cursor) return;
    const ways: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    const way = ways[event.key];
    if (way) {
      const within = (v: number) => Math.min(1, Math.max(0, v));
      const next = [
        within(cursor[0] + way[0] * PEN_STEP),
        within(cursor[1] + way[1] * PEN_STEP),
      ] as const;
      pen.move(item.id, item.state, tool.get(), ...next);
      setCursor(next);
    } else if (event.key === " ") {
      if (pen.isDown) pen.end(item.id, tool.get());
      else pen.begin(item.state, ...cursor);
      setCursor([...cursor]);
    } else return;
    event.preventDefault();
  };
}

/** Typed words: what a keyboard writes, and what can be read out. */
function WordsForm({ item }: { item: BoardThing }) {
  const text = useText();
  const [words, setWords] = useState("");
  function write(event: React.FormEvent): void {
    event.preventDefault();
    const line = words.trim();
    if (!line) return;
    const count = item.state.marks.filter(({ mark }) => mark === "words").length;
    const size = 150;
    const rows = Math.max(
      1,
      Math.floor(((4096 * item.state.height) / item.state.width - 200) / 220),
    );
    const mark = {
      mark: "words",
      id: crypto.randomUUID(),
      ink: tool.get().ink,
      seq: 0,
      x: 160,
      y: 140 + (count % rows) * 220,
      size,
      text: line,
    } as const;
    company.loose.change(item.id, { do: "draw", mark });
    setWords("");
  }
  return (
    <form className="row board-words" onSubmit={write}>
      <Field
        label={text("world.board.words")}
        value={words}
        maxLength={MOST_WORDS}
        autoComplete="off"
        onChange={(event) => setWords(event.target.value)}
      />
      <Button type="submit" icon={Type} disabled={!words.trim()}>
        {text("world.board.write")}
      </Button>
    </form>
  );
}

function ReadOut({ state }: { state: BoardItem }) {
  const text = useText();
  const words = state.marks.filter((mark) => mark.mark === "words");
  if (words.length === 0) return null;
  return (
    <details>
      <summary>{text("world.board.readout")}</summary>
      <ul aria-label={text("world.board.readout")} aria-live="polite">
        {words.map((mark) => (
          <li key={mark.id} lang="">
            {mark.text}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** What the house would not do, beside what one asked it for. */
export function Complaint() {
  const text = useText();
  const complaint = useStore(company.loose.complaint);
  return complaint ? (
    <p className="field-error" role="alert">
      {text(`world.things.refused.${complaint.code}`)}
    </p>
  ) : null;
}
