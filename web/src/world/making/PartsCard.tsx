import {
  Armchair,
  Box as Cube,
  DoorOpen,
  Footprints,
  Lamp,
  List,
  type LucideIcon,
  Plus,
  SquareDashed,
  SquarePen,
  TriangleAlert,
} from "lucide-react";
import { type ChangeEvent, type KeyboardEvent, useRef, useState } from "react";
import { useStore } from "../../kit/store";
import { useText } from "../../kit/text";
import { Badge, Button, Card, ErrorNote, Select } from "../../kit/ui";
import { useDoing } from "../order/doing";
import { asking } from "./asking";
import type { Opened } from "./desk";
import { GRIDS, grid, lookingAt } from "./editing";
import { add, snapped } from "./ops";
import { PALETTE } from "./palette";
import { type Entry, type Part, type PartKind, type Point, pathOf, positionOf } from "./parts";
import { nameOf } from "./words";

const NEAR_M = 0.9; // what stands so near would stand in what is put in
const ASIDE_M = 1;
const MOST_ASIDE = 12;

const ICONS: Readonly<Record<PartKind, LucideIcon>> = {
  spawn: Footprints,
  bounds: SquareDashed,
  doors: DoorOpen,
  things: Armchair,
  fixtures: SquarePen,
  lights: Lamp,
  models: Cube,
};

/** What can be put into the place, and everything in it, in words. */
export function PartsCard({ opened }: { opened: Opened }) {
  const text = useText();
  const { model } = opened;
  const doc = useStore(model.doc);
  const chosen = useStore(model.chosen);
  const step = useStore(grid);
  return (
    <>
      <AddCard opened={opened} />
      <Card
        title={text("world.making.parts")}
        icon={List}
        actions={<Badge>{doc.entries.length}</Badge>}
      >
        <Select
          label={text("world.making.grid")}
          value={step}
          onChange={(event) => grid.set(Number(event.target.value))}
        >
          {GRIDS.map((m) => (
            <option key={m} value={m}>
              {m ? text("world.making.grid.m", { m }) : text("world.making.grid.none")}
            </option>
          ))}
        </Select>
        <ul className="making-parts" aria-label={text("world.making.parts")} onKeyDown={walk}>
          {doc.entries.map((entry) => (
            <Line
              key={entry.key}
              entry={entry}
              isChosen={entry.key === chosen}
              flaws={flawsOf(opened, pathOf(doc, entry.key))}
              onChoose={() => model.chosen.set(entry.key === chosen ? "" : entry.key)}
            />
          ))}
        </ul>
      </Card>
    </>
  );
}

function flawsOf({ flaws }: Opened, path: string): readonly string[] {
  return flaws.filter((one) => `${one.path}.`.startsWith(`${path}.`)).map(({ code }) => code);
}

interface LineProps {
  entry: Entry;
  isChosen: boolean;
  flaws: readonly string[];
  onChoose: () => void;
}

function Line({ entry: { part }, isChosen, flaws, onChoose }: LineProps) {
  const text = useText();
  const [x, , z] = positionOf(part);
  const Icon = flaws.length > 0 ? TriangleAlert : ICONS[part.kind];
  return (
    <li>
      <button
        type="button"
        className="making-part"
        aria-pressed={isChosen}
        data-flawed={flaws.length > 0 || undefined}
        onClick={onChoose}
      >
        <Icon aria-hidden />
        <span className="making-part-name">{nameOf(part)}</span>
        <span className="muted small number">{text("world.making.at", { x, z })}</span>
        {flaws.map((code) => (
          <span key={code} className="making-flaw small">
            {text(`world.making.flaw.${code}`)}
          </span>
        ))}
      </button>
    </li>
  );
}

function AddCard({ opened }: { opened: Opened }) {
  const text = useText();
  const { error, isBusy, carryOut } = useDoing();
  const [isOpen, setOpen] = useState(false);
  const file = useRef<HTMLInputElement>(null);
  const { model } = opened;
  function put(make: (at: Point) => Part): void {
    const key = `part-${model.doc.get().next}`;
    model.apply(add(make(whereToPut(opened))));
    model.chosen.set(key);
  }
  function bring(event: ChangeEvent<HTMLInputElement>): void {
    const chosen = event.target.files?.[0];
    event.target.value = "";
    if (!chosen) return;
    carryOut(
      asking.bringModel(opened.id, chosen).then(({ file: hash, name }) =>
        put((position) => ({
          kind: "models",
          value: {
            ...{ id: "model", file: hash, name, position, yaw: 0, size: 1 },
            ...{ blocks: "", footprint: null },
          },
        })),
      ),
    );
  }
  return (
    <Card
      title={text("world.making.add")}
      icon={Plus}
      actions={
        <Button kind="plain" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {text(isOpen ? "world.making.add.fewer" : "world.making.add.all")}
        </Button>
      }
    >
      <div className="making-palette">
        {(isOpen ? PALETTE : PALETTE.slice(0, 8)).map(({ id, icon: Icon, nameKey, make }) => (
          <button
            key={id}
            type="button"
            className="making-offer"
            onClick={() => put((at) => make(at, 0))}
          >
            <Icon aria-hidden />
            <span>{text(nameKey)}</span>
          </button>
        ))}
        {isOpen && (
          <button
            type="button"
            className="making-offer"
            disabled={isBusy}
            onClick={() => file.current?.click()}
          >
            <Cube aria-hidden />
            <span>{text("world.making.model")}</span>
          </button>
        )}
      </div>
      <input
        ref={file}
        type="file"
        hidden
        accept=".glb,model/gltf-binary"
        aria-label={text("world.making.model")}
        onChange={bring}
      />
      <ErrorNote error={error} />
    </Card>
  );
}

/** In the middle of the picture; without one, before those who arrive. */
function whereToPut({ model }: Opened): Point {
  const spawn = model.doc.get().entries.find(({ part }) => part.kind === "spawn");
  const [sx, sy, sz] = spawn ? positionOf(spawn.part) : [0, 0, 0];
  const [x, , z] = lookingAt.get() ?? [sx, sy, sz - 1.5];
  const taken = model.doc.get().entries.map(({ part }) => positionOf(part));
  let at: Point = [snapped(x, grid.get()), sy, snapped(z, grid.get())];
  for (let n = 0; n < MOST_ASIDE && taken.some((one) => isNear(one, at)); n++)
    at = [snapped(at[0] + ASIDE_M, grid.get()), at[1], at[2]];
  return at;
}

function isNear(one: Point, other: Point): boolean {
  return Math.hypot(one[0] - other[0], one[2] - other[2]) < NEAR_M;
}

/** Arrow keys go from one to the next, as in any list. */
function walk(event: KeyboardEvent<HTMLUListElement>): void {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by) return;
  const lines = [...event.currentTarget.querySelectorAll<HTMLElement>("button")];
  const at = lines.indexOf(document.activeElement as HTMLElement);
  event.preventDefault();
  lines[Math.min(lines.length - 1, Math.max(0, at + by))]?.focus();
}
