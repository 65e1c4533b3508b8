import { SEEN_MS, type Strip } from "./Strip";

const EDGE = 0.12; // of the height, above and below
const LINE_MS = 200; // from line to line; heights have none, since each strip has its own scale

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
  const step = (width * LINE_MS) / SEEN_MS;
  pen.beginPath();
  for (let x = step; x < width; x += step) {
    pen.moveTo(x, 0);
    pen.lineTo(x, height);
  }
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
