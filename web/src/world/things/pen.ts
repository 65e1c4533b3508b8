import { BOARD_STEPS, type BoardItem, MOST_POINTS, MOST_STROKE } from "../../wire/world";
import type { Loose } from "./loose";

const PIECE_MS = 120; // how often others hear how a stroke goes on
const NEAR_STEPS = 9; // points that are nearer add nothing

export interface PenTip {
  readonly ink: number;
  /** In steps of a board's width. */
  readonly width: number;
}

/** A stroke as it is drawn: told in pieces, so that others see the hand move. */
export class Pen {
  private points: number[] = [];
  private id = "";
  private count = 0;
  private last: readonly [number, number] = [0, 0];
  private toldAt = 0;

  constructor(
    private readonly loose: Pick<Loose, "change">,
    private readonly now: () => number = () => performance.now(),
    private readonly newId: () => string = () => crypto.randomUUID(),
  ) {}

  get isDown(): boolean {
    return this.id !== "";
  }

  /** Set it down; x and y are shares of the board's width and height. */
  begin(board: BoardItem, x: number, y: number): void {
    this.id = this.newId();
    this.count = 0;
    this.points = [...steps(board, x, y)];
    this.last = steps(board, x, y);
    this.toldAt = this.now();
  }

  move(item: string, board: BoardItem, tip: PenTip, x: number, y: number): void {
    if (!this.isDown) return;
    const at = steps(board, x, y);
    if (Math.hypot(at[0] - this.last[0], at[1] - this.last[1]) < NEAR_STEPS) return;
    this.last = at;
    this.points.push(...at);
    const isFull = this.points.length >= MOST_POINTS - 2;
    if (isFull || this.now() - this.toldAt >= PIECE_MS) this.tell(item, tip);
    if (this.count >= MOST_STROKE - MOST_POINTS) this.begin(board, x, y); // the line goes on
  }

  end(item: string, tip: PenTip): void {
    if (this.isDown) this.tell(item, tip);
    this.id = "";
  }

  /** Draw nothing of what was not told yet. */
  lift(): void {
    this.id = "";
    this.points = [];
  }

  /** What is not told yet of the stroke, to be painted meanwhile. */
  get untold(): readonly number[] {
    return this.points;
  }

  private tell(item: string, { ink, width }: PenTip): void {
    if (this.points.length === 0) return;
    const points = this.points;
    this.points = [];
    this.count += points.length;
    this.toldAt = this.now();
    const mark = { mark: "stroke", id: this.id, ink, width, seq: 0, points } as const;
    this.loose.change(item, { do: "draw", mark });
  }
}

/** The marks that a wiping hand touches there. */
export function touched(board: BoardItem, x: number, y: number): readonly string[] {
  const [px, py] = steps(board, x, y);
  return board.marks.filter((mark) => isNear(mark, px, py)).map(({ id }) => id);
}

const RUBBER_STEPS = 60;

function isNear(mark: BoardItem["marks"][number], x: number, y: number): boolean {
  if (mark.mark === "words") {
    const wide = mark.text.length * mark.size * 0.6;
    return x >= mark.x && x <= mark.x + wide && y >= mark.y && y <= mark.y + mark.size * 1.3;
  }
  const reach = RUBBER_STEPS + mark.width / 2;
  const { points } = mark;
  for (let i = 0; i + 1 < points.length; i += 2) {
    const [ax = 0, ay = 0, bx = ax, by = ay] = points.slice(i, i + 4);
    if (gap(x, y, ax, ay, bx, by) < reach) return true;
  }
  return false;
}

function gap(x: number, y: number, ax: number, ay: number, bx: number, by: number): number {
  const [dx, dy] = [bx - ax, by - ay];
  const along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1);
  const share = Math.min(1, Math.max(0, along));
  return Math.hypot(x - ax - share * dx, y - ay - share * dy);
}

function steps(board: BoardItem, x: number, y: number): readonly [number, number] {
  const high = (BOARD_STEPS * board.height) / board.width;
  const within = (v: number, most: number) => Math.round(Math.min(most, Math.max(0, v)));
  return [within(x * BOARD_STEPS, BOARD_STEPS), within(y * high, Math.min(high, BOARD_STEPS))];
}
