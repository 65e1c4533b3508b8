import { BOARD_STEPS, type BoardItem, type Mark, type NoteItem } from "../../wire/world";
import { inkOf, paperOf } from "./inks";

export type Brush = CanvasRenderingContext2D;

const FONT = '"Figtree Variable", "Noto Sans", "PingFang SC", "Noto Sans CJK SC", sans-serif';

/** Paint a board and what is drawn on it, so many points wide. */
export function paintBoard(brush: Brush, { width, height, marks }: BoardItem, wide: number): void {
  const scale = wide / BOARD_STEPS;
  brush.setTransform(1, 0, 0, 1, 0, 0);
  brush.fillStyle = "#fdfcf9";
  brush.fillRect(0, 0, wide, (wide * height) / width);
  brush.setTransform(scale, 0, 0, scale, 0, 0);
  for (const mark of marks) paintMark(brush, mark);
  brush.setTransform(1, 0, 0, 1, 0, 0);
}

export function paintMark(brush: Brush, mark: Mark): void {
  if (mark.mark === "words") {
    brush.fillStyle = inkOf(mark.ink);
    brush.font = `500 ${mark.size}px ${FONT}`;
    brush.textBaseline = "top";
    wrapped(brush, mark.text, BOARD_STEPS - mark.x).forEach((line, i) => {
      brush.fillText(line, mark.x, mark.y + i * mark.size * 1.25);
    });
    return;
  }
  const { points } = mark;
  brush.strokeStyle = inkOf(mark.ink);
  brush.lineWidth = mark.width;
  brush.lineCap = "round";
  brush.lineJoin = "round";
  brush.beginPath();
  brush.moveTo(points[0] ?? 0, points[1] ?? 0);
  if (points.length === 2) brush.lineTo((points[0] ?? 0) + 0.5, points[1] ?? 0); // a dot
  for (let i = 2; i + 1 < points.length; i += 2) softly(brush, points, i);
  brush.stroke();
}

/** Through the middles between the points, so that a hand's line is round. */
function softly(brush: Brush, points: readonly number[], i: number): void {
  const [x = 0, y = 0] = [points[i], points[i + 1]];
  const [nextX = x, nextY = y] = [points[i + 2], points[i + 3]];
  const isLast = i + 3 >= points.length;
  if (isLast) brush.lineTo(x, y);
  else brush.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
}

/** Paint a note, so many points wide and high. */
export function paintNote(brush: Brush, { text, ink }: NoteItem, wide: number): void {
  brush.fillStyle = paperOf(ink);
  brush.fillRect(0, 0, wide, wide);
  const shade = brush.createLinearGradient(0, 0, 0, wide);
  shade.addColorStop(0, "rgb(60 45 25 / 10%)");
  shade.addColorStop(0.12, "rgb(60 45 25 / 0%)");
  brush.fillStyle = shade;
  brush.fillRect(0, 0, wide, wide);
  brush.fillStyle = "#22302f";
  brush.textBaseline = "top";
  const margin = wide * 0.08;
  for (let size = wide * 0.13; size > wide * 0.04; size *= 0.88) {
    brush.font = `500 ${size}px ${FONT}`;
    const lines = text.split("\n").flatMap((line) => wrapped(brush, line, wide - 2 * margin));
    const isEnough = lines.length * size * 1.25 <= wide - 2 * margin;
    if (!isEnough && size * 0.88 > wide * 0.04) continue;
    lines.forEach((line, i) => {
      brush.fillText(line, margin, margin + i * size * 1.25);
    });
    return;
  }
}

/** Words in lines that fit; Chinese breaks anywhere. */
export function wrapped(brush: Pick<Brush, "measureText">, text: string, room: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const piece of text.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+/gu) ?? []) {
    if (line && brush.measureText(line + piece.trimEnd()).width > room) {
      lines.push(line.trimEnd());
      line = "";
    }
    line += piece;
  }
  lines.push(line.trimEnd());
  return lines;
}
