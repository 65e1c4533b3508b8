import {
  ArrowDown,
  ArrowDownToLine,
  ArrowLeft,
  ArrowRight,
  ArrowUp,
  ArrowUpFromLine,
  Copy,
  Minus,
  MousePointerClick,
  Plus,
  RotateCcw,
  RotateCw,
  Trash2,
} from "lucide-react";
import { useEffect, useState } from "react";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Card, Field, IconButton, Select, Switch } from "../../kit/ui";
import { madePlaces, placeName } from "../places";
import type { Opened } from "./desk";
import { grid } from "./editing";
import { duplicate, stepOf } from "./keys";
import { find, move, type Op, put, remove, resize, scale, set, TURN, turn, turnTo } from "./ops";
import { type Entry, type Part, type Point, positionOf, sizeOf, yawOf } from "./parts";
import { HOUSE_PLACES, nameOf } from "./words";

const BIGGER = 1.1;
const DEGREES = 180 / Math.PI;

/** What is chosen: where it stands, how it is turned, how large it is, and what else it has. */
export function PartCard({ opened }: { opened: Opened }) {
  const text = useText();
  const { model } = opened;
  const doc = useStore(model.doc);
  const entry = find(doc, useStore(model.chosen));
  if (!entry) {
    return (
      <Card className="making-unchosen">
        <MousePointerClick aria-hidden />
        <p className="muted small">{text("world.making.choose")}</p>
      </Card>
    );
  }
  const apply = (op: Op, gesture?: string): void => model.apply(op, gesture);
  return (
    <Card title={nameOf(entry.part)} tone="accent">
      <Pad opened={opened} entry={entry} />
      <Numbers entry={entry} apply={apply} />
      <More entry={entry} apply={apply} place={opened.id} />
    </Card>
  );
}

const WAYS = [
  ["left", ArrowLeft, [-1, 0, 0]],
  ["right", ArrowRight, [1, 0, 0]],
  ["north", ArrowUp, [0, 0, -1]],
  ["south", ArrowDown, [0, 0, 1]],
  ["up", ArrowUpFromLine, [0, 1, 0]],
  ["down", ArrowDownToLine, [0, -1, 0]],
] as const;

function Pad({ opened, entry }: { opened: Opened; entry: Entry }) {
  const text = useText();
  const { model } = opened;
  const { key, part } = entry;
  function step([x, y, z]: Point): void {
    const by = stepOf(grid.get());
    model.apply(move(model.doc.get(), key, [x * by, y * by, z * by], grid.get()));
  }
  return (
    <div className="making-pad" role="toolbar" aria-label={text("world.making.pad")}>
      {WAYS.map(([way, icon, by]) => (
        <IconButton
          key={way}
          icon={icon}
          label={text(`world.making.move.${way}`)}
          onClick={() => step(by)}
        />
      ))}
      <IconButton
        icon={RotateCcw}
        label={text("world.making.turn.left")}
        onClick={() => model.apply(turn(key, TURN))}
      />
      <IconButton
        icon={RotateCw}
        label={text("world.making.turn.right")}
        onClick={() => model.apply(turn(key, -TURN))}
      />
      {sizeOf(part) && (
        <>
          <IconButton
            icon={Plus}
            label={text("world.making.larger")}
            onClick={() => model.apply(scale(model.doc.get(), key, BIGGER))}
          />
          <IconButton
            icon={Minus}
            label={text("world.making.smaller")}
            onClick={() => model.apply(scale(model.doc.get(), key, 1 / BIGGER))}
          />
        </>
      )}
      {part.kind !== "spawn" && (
        <>
          <IconButton
            icon={Copy}
            label={text("world.making.copy")}
            onClick={() => duplicate(model, key)}
          />
          <IconButton
            icon={Trash2}
            label={text("world.making.remove")}
            onClick={() => model.apply(remove(key))}
          />
        </>
      )}
    </div>
  );
}

interface PartProps {
  entry: Entry;
  apply: (op: Op, gesture?: string) => void;
}

function Numbers({ entry: { key, part }, apply }: PartProps) {
  const text = useText();
  const at = positionOf(part);
  const size = sizeOf(part);
  const replaced = (list: Point, n: number, value: number): Point =>
    list.map((old, i) => (i === n ? value : old)) as unknown as Point;
  return (
    <div className="making-numbers">
      {(["x", "y", "z"] as const).map((axis, n) => (
        <NumberField
          key={axis}
          label={text(`world.making.${axis}`)}
          value={at[n] ?? 0}
          onValue={(value) => apply(put(key, replaced(at, n, value)))}
        />
      ))}
      {part.kind !== "lights" && (
        <NumberField
          label={text("world.making.yaw")}
          value={Math.round(yawOf(part) * DEGREES)}
          step={15}
          onValue={(value) => apply(turnTo(key, value / DEGREES))}
        />
      )}
      {size &&
        (["width", "height", "depth"] as const).map(
          (side, n) =>
            isSized(part, n) && (
              <NumberField
                key={side}
                label={text(`world.making.${side}`)}
                value={size[n] ?? 0}
                onValue={(value) => apply(resize(key, replaced(size, n, value)))}
              />
            ),
        )}
    </div>
  );
}

/** Doors and boards have no depth, ground no height, a model one size. */
function isSized({ kind }: Part, side: number): boolean {
  if (kind === "models") return side === 0;
  if (kind === "bounds") return side !== 1;
  return kind === "things" || side < 2;
}

interface NumberProps {
  label: string;
  value: number;
  step?: number;
  onValue: (value: number) => void;
}

/** A number to type; taken when it is one, with Enter or on leaving. */
function NumberField({ label, value, step = 0.05, onValue }: NumberProps) {
  const [typed, setTyped] = useState(String(value));
  useEffect(() => setTyped(String(value)), [value]);
  function take(): void {
    const number = Number(typed.replace(",", "."));
    if (typed.trim() && Number.isFinite(number) && number !== value) onValue(number);
    else setTyped(String(value));
  }
  return (
    <Field
      label={label}
      value={typed}
      inputMode="decimal"
      step={step}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={take}
      onKeyDown={(event) => event.key === "Enter" && take()}
    />
  );
}

function More({ entry, apply, place }: PartProps & { place: string }) {
  const text = useText();
  const made = useStore(madePlaces);
  const { key, part } = entry;
  switch (part.kind) {
    case "doors": {
      const ids = [...HOUSE_PLACES, ...made.map(({ id }) => id)].filter((id) => id !== place);
      const to = part.value.to ?? "";
      const known = !to || (ids as readonly string[]).includes(to) ? ids : [...ids, to];
      return (
        <Select
          label={text("world.making.to")}
          value={to}
          onChange={({ target }) => apply(set(key, { to: target.value || null }))}
        >
          <option value="">{text("world.making.to.none")}</option>
          {known.map((id) => (
            <option key={id} value={id}>
              {placeName(id)}
            </option>
          ))}
        </Select>
      );
    }
    case "lights":
      return (
        <div className="making-numbers">
          <Field
            label={text("world.making.color")}
            type="color"
            value={part.value.color}
            onChange={({ target }) => apply(set(key, { color: target.value }), `color ${key}`)}
          />
          <NumberField
            label={text("world.making.strength")}
            value={part.value.strength}
            onValue={(strength) =>
              apply(set(key, { strength: Math.min(10, Math.max(0, strength)) }))
            }
          />
          <NumberField
            label={text("world.making.reach")}
            value={part.value.reach}
            onValue={(reach) => apply(set(key, { reach: Math.min(20, Math.max(0.5, reach)) }))}
          />
        </div>
      );
    case "things":
    case "models":
      return (
        <Switch
          label={text("world.making.blocks")}
          checked={part.value.blocks !== ""}
          onChange={(is) => apply(set(key, { blocks: is ? "box" : "" }))}
        />
      );
    default:
      return null;
  }
}
