import { Store } from "../../kit/store";
import {
  distance,
  dragged,
  type Placing,
  type Point,
  paint,
  placing,
  shadesOf,
  type Window,
} from "./drawing";
import type { Frame, Picture, Slice } from "./studies";

/** What a drag does. */
export type Tool = "window" | "move" | "measure" | "slices";

export interface Looks {
  readonly index: number;
  readonly tool: Tool;
  readonly window: Window | null;
  readonly isInverted: boolean;
  readonly zoom: number;
  readonly isLoading: boolean;
  readonly error: unknown;
  /** Between the two points that were set [mm]; in pixels where no distance is known. */
  readonly measured: { readonly length: number; readonly unit: "mm" | "px" } | null;
}

const HELD = 40; // frames that are kept
const NEAR = 2; // frames that are fetched ahead
const ZOOM: readonly [number, number] = [0.5, 12];
const SLICE_PX = 12; // of a drag, for one slice
const LINE = "#ffd166";

type Load = (slice: Slice, signal: AbortSignal) => Promise<Frame>;

/** One series on one canvas: knows where one looks, and draws it. */
export class SliceView {
  readonly looks: Store<Looks>;
  private readonly frames = new Map<number, Frame>();
  private readonly asking = new Map<number, AbortController>();
  private readonly pane = document.createElement("canvas");
  private canvas: HTMLCanvasElement | null = null;
  private pan: Point = { x: 0, y: 0 };
  private points: Point[] = [];
  private drag: { at: Point; window: Window; pan: Point; index: number } | null = null;
  private isOver = false;

  constructor(
    readonly slices: readonly Slice[],
    private readonly load: Load,
  ) {
    const index = Math.floor(Math.max(0, slices.length - 1) / 2);
    this.looks = new Store<Looks>({
      index,
      tool: "window",
      window: null,
      isInverted: false,
      zoom: 1,
      isLoading: slices.length > 0,
      error: undefined,
      measured: null,
    });
    void this.fetch(index);
  }

  /** Draw on this canvas from now on. */
  attach(canvas: HTMLCanvasElement | null): void {
    this.canvas = canvas;
    this.draw();
  }

  get frame(): Frame | undefined {
    return this.frames.get(this.looks.get().index);
  }

  get picture(): Picture | undefined {
    return this.slices[this.looks.get().index]?.picture;
  }

  /** Show another slice; stops at either end. */
  goTo(index: number): void {
    const next = Math.min(this.slices.length - 1, Math.max(0, Math.round(index)));
    if (next === this.looks.get().index || next < 0) return;
    this.points = [];
    this.change({ index: next, measured: null, error: undefined });
    void this.fetch(next);
    this.draw();
  }

  step(by: number): void {
    this.goTo(this.looks.get().index + by);
  }

  /** Ask once more for what did not come. */
  retry(): void {
    this.change({ error: undefined });
    void this.fetch(this.looks.get().index);
  }

  take(tool: Tool): void {
    this.points = [];
    this.change({ tool, measured: null });
    this.draw();
  }

  invert(): void {
    this.change({ isInverted: !this.looks.get().isInverted });
    this.draw();
  }

  zoomBy(factor: number): void {
    const [least, most] = ZOOM;
    const zoom = Math.min(most, Math.max(least, this.looks.get().zoom * factor));
    this.change({ zoom });
    this.draw();
  }

  /** Brighter or darker, with more or less contrast, by the keyboard. */
  adjust(across: number, down: number): void {
    const seen = this.window();
    if (!seen) return;
    this.change({ window: dragged(seen, across, down, this.reach()) });
    this.draw();
  }

  /** As it was when it came. */
  reset(): void {
    this.pan = { x: 0, y: 0 };
    this.points = [];
    this.change({ window: null, isInverted: false, zoom: 1, measured: null });
    this.draw();
  }

  // Drags, in pixels of the canvas

  press(at: Point): void {
    const window = this.window() ?? { centre: 0, width: 1 };
    this.drag = { at, window, pan: this.pan, index: this.looks.get().index };
    if (this.looks.get().tool === "measure") {
      this.points = [this.inFrame(at)];
      this.measure();
    }
  }

  move(at: Point): void {
    if (!this.drag) return;
    const dx = at.x - this.drag.at.x;
    const dy = at.y - this.drag.at.y;
    const { tool } = this.looks.get();
    switch (tool) {
      case "window":
        this.change({ window: dragged(this.drag.window, dx / 400, dy / 400, this.reach()) });
        break;
      case "move":
        this.pan = { x: this.drag.pan.x + dx, y: this.drag.pan.y + dy };
        break;
      case "slices":
        this.goTo(this.drag.index + dy / SLICE_PX);
        break;
      case "measure":
        this.points = [this.points[0] ?? this.inFrame(this.drag.at), this.inFrame(at)];
        this.measure();
        break;
      default:
        tool satisfies never;
    }
    this.draw();
  }

  release(): void {
    this.drag = null;
  }

  /** Nothing of it is kept. */
  dispose(): void {
    this.isOver = true;
    for (const stop of this.asking.values()) stop.abort();
    this.asking.clear();
    for (const frame of this.frames.values()) frame.colours?.close();
    this.frames.clear();
    this.pane.width = 0;
    this.canvas = null;
  }

  private change(to: Partial<Looks>): void {
    this.looks.update((had) => ({ ...had, ...to }));
  }

  /** What one looks through now. */
  window(): Window | null {
    const { frame } = this;
    if (!frame?.values) return null;
    return this.looks.get().window ?? { centre: frame.centre, width: frame.width };
  }

  private reach(): number {
    return Math.max(this.frame?.width ?? 256, 16);
  }

  private async fetch(index: number): Promise<void> {
    await this.ask(index);
    for (let by = 1; by <= NEAR && !this.isOver; by += 1) {
      if (this.looks.get().index !== index) return; // one has gone on
      await this.ask(index + by);
      await this.ask(index - by);
    }
  }

  private async ask(index: number): Promise<void> {
    const slice = this.slices[index];
    if (!slice || this.asking.has(index)) return;
    if (this.frames.has(index)) return this.arrived(index);
    const stop = new AbortController();
    this.asking.set(index, stop);
    this.arrived(index);
    try {
      const frame = await this.load(slice, stop.signal);
      if (this.isOver) return;
      this.keep(index, frame);
    } catch (error) {
      if (!stop.signal.aborted && index === this.looks.get().index) this.change({ error });
    } finally {
      this.asking.delete(index);
      if (!this.isOver) this.arrived(index);
    }
  }

  private keep(index: number, frame: Frame): void {
    this.frames.set(index, frame);
    for (const old of [...this.frames.keys()]) {
      if (this.frames.size <= HELD) break;
      if (Math.abs(old - this.looks.get().index) > NEAR) this.frames.delete(old);
    }
  }

  private arrived(index: number): void {
    if (index !== this.looks.get().index) return;
    this.change({ isLoading: this.asking.has(index) && !this.frames.has(index) });
    this.draw();
  }

  // Measuring

  private measure(): void {
    const [a, b] = this.points;
    const { frame, picture } = this;
    if (!a || !b || !frame) {
      this.change({ measured: null });
      return;
    }
    const spacing = picture?.spacing;
    const length = distance(a, b, spacing ?? [1, 1], frame.step);
    this.change({ measured: { length, unit: spacing ? "mm" : "px" } });
  }

  private inFrame(at: Point): Point {
    const place = this.place();
    if (!place) return { x: 0, y: 0 };
    return { x: (at.x - place.left) / place.scaleX, y: (at.y - place.top) / place.scaleY };
  }

  // Drawing

  private place(): Placing | null {
    const { canvas, frame } = this;
    if (!canvas || !frame) return null;
    const [row, column] = this.picture?.spacing ?? [1, 1];
    return placing(frame, canvas, this.looks.get().zoom, this.pan, row / column);
  }

  /** Draw what one looks at; what is not there yet leaves what was. */
  draw(): void {
    const { canvas, frame } = this;
    const pen = canvas?.getContext("2d");
    const place = this.place();
    if (!canvas || !pen || !frame || !place) return;
    const source = frame.colours ?? this.shaded(frame);
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.imageSmoothingEnabled = place.scaleX < 4; // far in, one wants to see the pixels
    pen.drawImage(
      source,
      place.left,
      place.top,
      frame.columns * place.scaleX,
      frame.rows * place.scaleY,
    );
    this.drawLine(pen, place);
  }

  private shaded(frame: Frame): HTMLCanvasElement {
    const { pane } = this;
    const pen = pane.getContext("2d");
    const window = this.window();
    if (!pen || !window || !frame.values) return pane;
    pane.width = frame.columns;
    pane.height = frame.rows;
    const image = pen.createImageData(frame.columns, frame.rows);
    const isInverted = frame.inverted !== this.looks.get().isInverted;
    paint(image.data, frame.values, shadesOf(frame, window, isInverted));
    pen.putImageData(image, 0, 0);
    return pane;
  }

  private drawLine(pen: CanvasRenderingContext2D, place: Placing): void {
    const ends = this.points.map(({ x, y }) => ({
      x: place.left + x * place.scaleX,
      y: place.top + y * place.scaleY,
    }));
    pen.strokeStyle = LINE;
    pen.fillStyle = LINE;
    pen.lineWidth = 2;
    pen.beginPath();
    ends.forEach(({ x, y }, i) => {
      if (i === 0) pen.moveTo(x, y);
      else pen.lineTo(x, y);
    });
    pen.stroke();
    for (const { x, y } of ends) {
      pen.beginPath();
      pen.arc(x, y, 4, 0, Math.PI * 2);
      pen.fill();
    }
  }
}
