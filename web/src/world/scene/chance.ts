/** The same "random" numbers every time: a place looks alike to everybody in it. */
export class Chance {
  constructor(private seed: number) {}

  /** A number from 0 up to 1. */
  next(): number {
    this.seed = (this.seed + 0x6d2b79f5) | 0;
    let t = Math.imul(this.seed ^ (this.seed >>> 15), 1 | this.seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  pick<T>(of: readonly [T, ...T[]]): T {
    return of[Math.floor(this.next() * of.length)] ?? of[0];
  }
}

/** A number that stands for a text, for choosing by it. */
export function hash(text: string): number {
  let value = 2166136261;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 16777619);
  }
  return value >>> 0;
}

function cell(x: number, y: number, seed: number): number {
  let h = Math.imul(x + 374761393 * seed, 668265263) ^ Math.imul(y + 1, 2246822519);
  h = Math.imul(h ^ (h >>> 13), 1274126177);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}

function wrapped(value: number, period: number): number {
  const rest = value % period;
  return rest < 0 ? rest + period : rest;
}

/** Smooth noise that repeats after `period` cells, 0…1. */
export function noise(x: number, y: number, period: number, seed = 0): number {
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  const fx = x - ix;
  const fy = y - iy;
  const sx = fx * fx * (3 - 2 * fx);
  const sy = fy * fy * (3 - 2 * fy);
  const x0 = wrapped(ix, period);
  const x1 = wrapped(ix + 1, period);
  const y0 = wrapped(iy, period);
  const y1 = wrapped(iy + 1, period);
  const a = cell(x0, y0, seed);
  const c = cell(x0, y1, seed);
  const low = a + (cell(x1, y0, seed) - a) * sx;
  const high = c + (cell(x1, y1, seed) - c) * sx;
  return low + (high - low) * sy;
}

/** Noise with ever finer detail, 0…1; u and v in 0…1 repeat. */
export function clouds(u: number, v: number, cells: number, octaves: number, seed = 0): number {
  let sum = 0;
  let weight = 0;
  let size = 1;
  for (let o = 0; o < octaves; o++) {
    const period = cells * 2 ** o;
    sum += noise(u * period, v * period, period, seed + o) * size;
    weight += size;
    size *= 0.5;
  }
  return sum / weight;
}
