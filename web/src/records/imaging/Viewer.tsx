import { Contrast, Hand, Layers, RotateCcw, Ruler, SunMedium, ZoomIn, ZoomOut } from "lucide-react";
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import { useAsked } from "../../kit/asked";
import { useStore } from "../../kit/store";
import { moment, number, useText } from "../../kit/text";
import { Dialog, Empty, ErrorNote, IconButton, Waiting } from "../../kit/ui";
import { type Subject, useSubject } from "../subject";
import type { Point } from "./drawing";
import { SliceView, type Tool } from "./SliceView";
import { loadFrame, readStudy, type Series, type Study, slicesOf, thumbnailOf } from "./studies";
import "./imaging.css";

interface ViewerProps {
  /** Id of the ImagingStudy. */
  readonly study: string;
  readonly onClose: () => void;
}

/** One study over the page; closes with the record it belongs to. */
export function Viewer({ study, onClose }: ViewerProps) {
  const who = useSubject();
  if (!who) return null;
  return (
    <Opened key={`${who.patient} ${who.visit} ${study}`} who={who} id={study} onClose={onClose} />
  );
}

function Opened({ who, id, onClose }: { who: Subject; id: string; onClose: () => void }) {
  const text = useText();
  const study = useAsked(
    (signal) => readStudy(who, id, signal),
    [who.patient, who.visit, who.purpose, id],
  );
  return (
    <Dialog open title={titleOf(study.value, text("records.imaging.study"))} onClose={onClose}>
      {study.isWaiting && <Waiting label={text("records.imaging.waiting")} />}
      <ErrorNote error={study.error} onRetry={study.again} />
      {study.value && <Shown who={who} study={study.value} />}
    </Dialog>
  );
}

function titleOf(study: Study | undefined, unnamed: string): string {
  if (!study) return unnamed;
  const when = study.started ? moment(study.started, "date") : "";
  return [study.text || study.modalities.join(", ") || unnamed, when].filter(Boolean).join(" · ");
}

function Shown({ who, study }: { who: Subject; study: Study }) {
  const text = useText();
  const drawn = study.series.filter((series) => slicesOf(series).length > 0);
  const [chosen, setChosen] = useState(0);
  const series = drawn[chosen];
  if (!series) {
    return (
      <Empty
        icon={Layers}
        title={text("records.imaging.nothing")}
        text={text("records.imaging.nothing.hint")}
      />
    );
  }
  return (
    <div className="imaging">
      {drawn.length > 1 && (
        <fieldset className="imaging-series" aria-label={text("records.imaging.series")}>
          {drawn.map((each, index) => (
            <SeriesButton
              key={each.uid}
              who={who}
              study={study.id}
              series={each}
              isChosen={index === chosen}
              onChoose={() => setChosen(index)}
            />
          ))}
        </fieldset>
      )}
      <Slices key={series.uid} who={who} study={study.id} series={series} />
    </div>
  );
}

interface SeriesButtonProps {
  readonly who: Subject;
  readonly study: string;
  readonly series: Series;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

function SeriesButton({ who, study, series, isChosen, onChoose }: SeriesButtonProps) {
  const text = useText();
  const slices = slicesOf(series);
  const middle = slices[Math.floor(slices.length / 2)];
  return (
    <button type="button" aria-pressed={isChosen} onClick={onChoose}>
      {middle && <img src={thumbnailOf(who, study, middle.picture.id)} alt="" loading="lazy" />}
      <span>
        {series.text || series.modality}
        <small>{text("records.imaging.slices", { n: slices.length })}</small>
      </span>
    </button>
  );
}

const TOOLS: readonly { tool: Tool; icon: typeof Hand; key: string }[] = [
  { tool: "window", icon: SunMedium, key: "records.imaging.tool.window" },
  { tool: "slices", icon: Layers, key: "records.imaging.tool.slices" },
  { tool: "move", icon: Hand, key: "records.imaging.tool.move" },
  { tool: "measure", icon: Ruler, key: "records.imaging.tool.measure" },
];

interface SlicesProps {
  readonly who: Subject;
  readonly study: string;
  readonly series: Series;
}

function Slices({ who, study, series }: SlicesProps) {
  const [view, setView] = useState<SliceView | null>(null);
  useEffect(() => {
    const load: ConstructorParameters<typeof SliceView>[1] = (slice, signal) =>
      loadFrame(who, study, slice, signal);
    const made = new SliceView(slicesOf(series), load);
    setView(made);
    return () => made.dispose();
  }, [who, study, series]);
  return view && <Seen view={view} name={series.text || series.modality} />;
}

function Seen({ view, name }: { view: SliceView; name: string }) {
  const text = useText();
  const looks = useStore(view.looks);
  const count = view.slices.length;
  const where = text("records.imaging.slice", { n: looks.index + 1, of: count });
  return (
    <>
      <div className="imaging-tools" role="toolbar" aria-label={text("records.imaging.tools")}>
        {TOOLS.filter(({ tool }) => tool !== "slices" || count > 1).map(({ tool, icon, key }) => (
          <IconButton
            key={tool}
            icon={icon}
            label={text(key)}
            aria-pressed={looks.tool === tool}
            onClick={() => view.take(tool)}
          />
        ))}
        <span className="imaging-gap" />
        <IconButton
          icon={ZoomOut}
          label={text("records.imaging.smaller")}
          onClick={() => view.zoomBy(1 / 1.25)}
        />
        <IconButton
          icon={ZoomIn}
          label={text("records.imaging.larger")}
          onClick={() => view.zoomBy(1.25)}
        />
        <IconButton
          icon={Contrast}
          label={text("records.imaging.invert")}
          aria-pressed={looks.isInverted}
          onClick={() => view.invert()}
        />
        <IconButton
          icon={RotateCcw}
          label={text("records.imaging.reset")}
          onClick={() => view.reset()}
        />
      </div>
      <Screen view={view} label={`${name}, ${where}`} />
      {count > 1 && (
        <label className="imaging-slider">
          <span className="unseen">{text("records.imaging.tool.slices")}</span>
          <input
            type="range"
            min={1}
            max={count}
            value={looks.index + 1}
            aria-valuetext={where}
            onChange={(event) => view.goTo(Number(event.target.value) - 1)}
          />
        </label>
      )}
      <Told view={view} where={where} />
      <ErrorNote error={looks.error} onRetry={() => view.retry()} />
    </>
  );
}

/** What one sees, in words: which slice, through which window, how long. */
function Told({ view, where }: { view: SliceView; where: string }) {
  const text = useText();
  const { measured } = useStore(view.looks);
  const window = view.window();
  const isAtDetector = view.picture?.is_at_detector ?? false;
  return (
    <p className="imaging-told">
      <span role="status">{where}</span>
      {window && (
        <span>
          {text("records.imaging.window", {
            centre: number(window.centre, 0),
            width: number(window.width, 0),
          })}
        </span>
      )}
      {measured && (
        <strong role="status">
          {text(`records.imaging.measured.${measured.unit}`, { n: number(measured.length, 1) })}
          {isAtDetector && <small> {text("records.imaging.at-detector")}</small>}
        </strong>
      )}
      <small className="muted">{text("records.imaging.not-for-diagnosis")}</small>
    </p>
  );
}

const KEYS: Readonly<Record<string, (view: SliceView) => void>> = {
  ArrowUp: (view) => view.step(-1),
  ArrowDown: (view) => view.step(1),
  PageUp: (view) => view.step(-10),
  PageDown: (view) => view.step(10),
  Home: (view) => view.goTo(0),
  End: (view) => view.goTo(view.slices.length - 1),
  "+": (view) => view.zoomBy(1.25),
  "=": (view) => view.zoomBy(1.25),
  "-": (view) => view.zoomBy(1 / 1.25),
  i: (view) => view.invert(),
  r: (view) => view.reset(),
  m: (view) => view.take("measure"),
  w: (view) => view.take("window"),
  ArrowLeft: (view) => view.adjust(-0.05, 0),
  ArrowRight: (view) => view.adjust(0.05, 0),
  "[": (view) => view.adjust(0, -0.05),
  "]": (view) => view.adjust(0, 0.05),
};

/** The canvas: wheel and keys go through the slices, a drag does what the tool says, two fingers zoom. */
function Screen({ view, label }: { view: SliceView; label: string }) {
  const text = useText();
  const canvas = useRef<HTMLCanvasElement>(null);
  const fingers = useRef(new Map<number, Point>());
  const { isLoading } = useStore(view.looks);
  useEffect(() => {
    const it = canvas.current;
    if (!it) return;
    const resize = (): void => {
      const dots = Math.min(2, globalThis.devicePixelRatio || 1);
      it.width = Math.max(1, Math.round(it.clientWidth * dots));
      it.height = Math.max(1, Math.round(it.clientHeight * dots));
      view.attach(it);
    };
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) view.zoomBy(event.deltaY < 0 ? 1.1 : 1 / 1.1);
      else view.step(Math.sign(event.deltaY));
    };
    const watcher = new ResizeObserver(resize);
    watcher.observe(it);
    it.addEventListener("wheel", onWheel, { passive: false }); // React's own cannot be prevented
    resize();
    return () => {
      watcher.disconnect();
      it.removeEventListener("wheel", onWheel);
      view.attach(null);
    };
  }, [view]);

  function at(event: PointerEvent<HTMLCanvasElement>): Point {
    const box = event.currentTarget.getBoundingClientRect();
    const dots = event.currentTarget.width / Math.max(1, box.width);
    return { x: (event.clientX - box.left) * dots, y: (event.clientY - box.top) * dots };
  }

  function onDown(event: PointerEvent<HTMLCanvasElement>): void {
    event.currentTarget.setPointerCapture(event.pointerId);
    fingers.current.set(event.pointerId, at(event));
    if (fingers.current.size === 1) view.press(at(event));
    else view.release();
  }

  function onMove(event: PointerEvent<HTMLCanvasElement>): void {
    const before = fingers.current.get(event.pointerId);
    if (!before) return;
    const others = [...fingers.current].filter(([id]) => id !== event.pointerId);
    fingers.current.set(event.pointerId, at(event));
    const other = others[0]?.[1];
    if (!other) {
      view.move(at(event));
      return;
    }
    const far = (from: Point): number => Math.hypot(from.x - other.x, from.y - other.y);
    view.zoomBy(far(at(event)) / Math.max(1, far(before)));
  }

  function onUp(event: PointerEvent<HTMLCanvasElement>): void {
    fingers.current.delete(event.pointerId);
    view.release();
  }

  function onKey(event: KeyboardEvent): void {
    const act = event.ctrlKey || event.metaKey ? undefined : KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act(view);
  }

  return (
    <div className="imaging-screen" data-loading={isLoading}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={label}
        aria-describedby="imaging-keys"
        tabIndex={0}
        onKeyDown={onKey}
        onPointerDown={onDown}
        onPointerMove={onMove}
        onPointerUp={onUp}
        onPointerCancel={onUp}
      />
      <p id="imaging-keys" className="unseen">
        {text("records.imaging.keys", { invert: "I", reset: "R" })}
      </p>
    </div>
  );
}
