import type { Ground, Vec2 } from "./ground";

const CELL_M = 0.5;
const MOST_CELLS = 6000; // a lap around the plaza; farther nobody clicks
const NEAR_M = 2.5; // how far from an impossible goal one still goes

interface Cell {
  readonly at: Vec2;
  readonly cost: number;
  readonly guess: number;
  readonly from: Cell | null;
}

/**
 * The way to a point that somebody clicked on, as corners to walk to one after another; null where
 * no way leads there. Where nobody can stand, it ends beside it.
 */
export function findRoute(ground: Ground, from: Vec2, to: Vec2): Vec2[] | null {
  const goal = standableNear(ground, to);
  if (!goal) return null;
  if (ground.isClear(from, goal)) return [goal];
  const last = search(ground, from, goal);
  if (!last) return null;
  const cells: Vec2[] = [goal];
  for (let cell: Cell | null = last; cell; cell = cell.from) cells.unshift(cell.at);
  return straightened(ground, [from, ...cells]);
}

/** The point itself, or the nearest around it where one can stand. */
function standableNear(ground: Ground, [x, z]: Vec2): Vec2 | null {
  if (ground.isFree(x, z)) return [x, z];
  for (let radius = CELL_M / 2; radius <= NEAR_M; radius += CELL_M / 2) {
    for (let turn = 0; turn < 16; turn++) {
      const angle = (turn / 16) * 2 * Math.PI;
      const at: Vec2 = [x + radius * Math.cos(angle), z + radius * Math.sin(angle)];
      if (ground.isFree(at[0], at[1])) return at;
    }
  }
  return null;
}

/** A* over a grid of half metres; the last cell before the goal. */
function search(ground: Ground, from: Vec2, goal: Vec2): Cell | null {
  const best = new Map<string, number>();
  const open = new Heap();
  open.push({ at: from, cost: 0, guess: gap(from, goal), from: null });
  for (let tried = 0; tried < MOST_CELLS; tried++) {
    const cell = open.pop();
    if (!cell) return null;
    if (gap(cell.at, goal) < 2 * CELL_M && ground.isClear(cell.at, goal)) return cell;
    for (const at of neighbours(cell.at)) {
      const cost = cell.cost + gap(cell.at, at);
      const key = `${at[0]},${at[1]}`;
      if (cost >= (best.get(key) ?? Number.POSITIVE_INFINITY)) continue;
      if (!ground.isFree(at[0], at[1]) || ground.isBlocked(cell.at, at)) continue;
      best.set(key, cost);
      open.push({ at, cost, guess: cost + gap(at, goal), from: cell });
    }
  }
  return null;
}

/** The eight grid points around; of a point off the grid, those around its own. */
function neighbours([x, z]: Vec2): Vec2[] {
  const [column, row] = [Math.round(x / CELL_M), Math.round(z / CELL_M)];
  const around = [-1, 0, 1].flatMap((i) => [-1, 0, 1].map((j) => [i, j] as const));
  return around
    .filter(([i, j]) => i !== 0 || j !== 0)
    .map(([i, j]) => [(column + i) * CELL_M, (row + j) * CELL_M] as const);
}

/** Leave out every corner that one can walk past. */
function straightened(ground: Ground, points: readonly Vec2[]): Vec2[] {
  const corners: Vec2[] = [];
  let at = 0;
  while (at < points.length - 1) {
    let next = points.length - 1;
    while (next > at + 1 && !ground.isClear(points[at] as Vec2, points[next] as Vec2)) next--;
    corners.push(points[next] as Vec2);
    at = next;
  }
  return corners;
}

function gap(a: Vec2, b: Vec2): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

/** Gives the cell with the smallest guess first. */
class Heap {
  private readonly cells: Cell[] = [];

  push(cell: Cell): void {
    let at = this.cells.push(cell) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.guess(parent) <= this.guess(at)) return;
      this.swap(at, parent);
      at = parent;
    }
  }

  pop(): Cell | null {
    const [first] = this.cells;
    const last = this.cells.pop();
    if (!first || !last) return null;
    if (this.cells.length === 0) return first;
    this.cells[0] = last;
    this.sink();
    return first;
  }

  private sink(): void {
    let at = 0;
    for (;;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const child = this.guess(right) < this.guess(left) ? right : left;
      if (this.guess(child) >= this.guess(at)) return;
      this.swap(at, child);
      at = child;
    }
  }

  private guess(at: number): number {
    return this.cells[at]?.guess ?? Number.POSITIVE_INFINITY;
  }

  private swap(a: number, b: number): void {
    const [one, other] = [this.cells[a], this.cells[b]];
    if (!one || !other) return;
    this.cells[a] = other;
    this.cells[b] = one;
  }
}
