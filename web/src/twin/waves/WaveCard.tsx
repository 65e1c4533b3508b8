import { useEffect, useRef } from "react";
import { useNow } from "../../kit/clock";
import { ago, number, useText } from "../../kit/text";
import { quantity } from "../units";
import { paint } from "./paint";
import type { Strip } from "./Strip";
import "./waves.css";

const DIGITS = 1;
const QUIET_MS = 12_000; // longer than the longest chunk

interface WaveCardProps {
  readonly strip: Strip;
}

/** One waveform as it is measured, on paper that runs. */
export function WaveCard({ strip }: WaveCardProps) {
  const text = useText();
  const now = useNow();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let frame = 0;
    function draw(): void {
      if (canvas.current) paint(canvas.current, strip, Date.now());
      frame = requestAnimationFrame(draw);
    }
    draw();
    return () => cancelAnimationFrame(frame);
  }, [strip]);
  const { last } = strip;
  if (!last) return null;
  const isLive = now - strip.heard_ms < QUIET_MS;
  const words = {
    "131329": "twin.ui.wave.ecg_I",
    "131330": "twin.ui.wave.ecg_II",
    "150452": "twin.ui.wave.ppg",
  }[last.code];
  const [low, high] = strip.range;
  const name = words ? text(words) : last.name;
  return (
    <li className="wave">
      <p className="wave-head">
        <strong>{name}</strong>
        <span className="muted small">
          {isLive && <i className="live-dot" aria-hidden />}
          {isLive ? text("twin.ui.live") : ago(new Date(strip.heard_ms).toISOString(), now)}
        </span>
      </p>
      <div className="wave-paper">
        <canvas ref={canvas} role="img" aria-label={text("twin.ui.wave.course", { name })} />
        {last.unit !== "1" && (
          <div className="wave-edges small">
            <span>{quantity(high, last.unit, DIGITS)}</span>
            <span>{quantity(low, last.unit, DIGITS)}</span>
          </div>
        )}
      </div>
      <p className="muted small">
        {text("twin.ui.wave.rate", { n: number(1000 / last.period_ms) })}
        {` · ${text("twin.ui.wave.step")}`}
      </p>
      <p className="small">
        <strong>{text("twin.ui.wave.no_diagnosis")}</strong>
      </p>
    </li>
  );
}
