import type { Frame } from "./studies";

/** What one looks through: everything darker than its foot is black, brighter than its head white. */
export interface Window {
  readonly centre: number;
  readonly width: number;
}

/** A point of a picture, in pixels of what is shown. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

const STORED = 65536;

/**
 * Brightness for each stored number, through a linear window.
 * Source: DICOM PS3.3, C.11.2.1.2.1.
 */
export function shadesOf(frame: Frame, { centre, width }: Window, isInverted: boolean): Uint8Array {
  const shades = new Uint8Array(STORED);
  const span = Math.max(width - 1, 1e-6);
  for (let i = 0; i < STORED; i += 1) {
    const value = (i - STORED / 2) * frame.slope + frame.intercept;
    const share = Math.min(1, Math.max(0, (value - (centre - 0.5)) / span + 0.5));
    shades[i] = Math.floor((isInverted ? 1 - share : share) * 255);
  }
  return shades;
}

/** Paint greys into the four bytes of each pixel. */
export function paint(into: Uint8ClampedArray, values: Int16Array, shades: Uint8Array): void {
  for (let i = 0, at = 0; i < values.length; i += 1, at += 4) {
    const shade = shades[(values[i] ?? 0) + STORED / 2] ?? 0;
    into[at] = shade;
    into[at + 1] = shade;
    into[at + 2] = shade;
    into[at + 3] = 255;
  }
}

/** How far two points of a frame are apart [mm]. */
export function distance(a: Point, b: Point, spacing: readonly [number, number], step = 1): number {
  const [row, column] = spacing;
  return Math.hypot((b.x - a.x) * step * column, (b.y - a.y) * step * row);
}

/** The window after a drag: across is width, down is centre, in shares of what there is to see. */
export function dragged(start: Window, dx: number, dy: number, reach: number): Window {
  const width = Math.max(1, start.width + dx * reach * 2);
  return { centre: start.centre + dy * reach, width };
}

/** Where a frame lies on a canvas: fitted, then enlarged about the middle and moved. */
export interface Placing {
  readonly left: number;
  readonly top: number;
  readonly scaleX: number;
  readonly scaleY: number;
}

export function placing(
  frame: { readonly rows: number; readonly columns: number },
  room: { readonly width: number; readonly height: number },
  zoom: number,
  pan: Point,
  aspect = 1,
): Placing {
  const tall = frame.rows * aspect;
  const fit = Math.min(room.width / frame.columns, room.height / tall) * zoom;
  return {
    left: (room.width - frame.columns * fit) / 2 + pan.x,
    top: (room.height - tall * fit) / 2 + pan.y,
    scaleX: fit,
    scaleY: fit * aspect,
  };
}
