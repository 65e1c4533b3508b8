import { SEEN_MS, type Strip } from "./Strip";

const EDGE = 0.12; // of the height, above and below
const SMALL_MS = 40; // one square of the paper that hearts are drawn on
const LARGE = 5; // squares

/** Draw a strip as it is now. */
export function paint(canvas: HTMLCanvasElement, strip: Strip, now_ms: number): void {
  const pen = canvas.getContext("2d");
  const style = getComputedStyle(canvas);
  const sharp = Math.min(globalThis.devicePixelRatio || 1, 2);
  const width = Math.round(canvas.clientWidth * sharp);
  const height = Math.round(canvas.clientHeight * sharp);
  if (!pen || width === 0 || height === 0) return;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  pen.clearRect(0, 0, width, height);
  pen.strokeStyle = style.getPropertyValue("--wave-paper");
  pen.lineWidth = 1;
  const square = (width * SMALL_MS * LARGE) / SEEN_MS;
  pen.beginPath();
  for (let x = square; x < width; x += square) line(pen, [x, 0], [x, height]);
  for (let y = (height / 2) % square; y < height; y += square) line(pen, [0, y], [width, y]);
  pen.stroke();
  const [low, high] = strip.range;
  const scale = ((1 - 2 * EDGE) * height) / (high - low);
  pen.strokeStyle = style.color;
  pen.lineWidth = 1.6 * sharp;
  pen.lineJoin = "round";
  pen.beginPath();
  let isDown = false;
  for (const [x, value] of strip.points(now_ms)) {
    const isKnown = !Number.isNaN(value);
    const y = height * (1 - EDGE) - (value - low) * scale;
    if (isKnown && isDown) pen.lineTo(x * width, y);
    else if (isKnown) pen.moveTo(x * width, y);
    isDown = isKnown;
  }
  pen.stroke();
}

function line(
  pen: CanvasRenderingContext2D,
  from: readonly [number, number],
  to: readonly [number, number],
): void {
  pen.moveTo(...from);
  pen.lineTo(...to);
}
