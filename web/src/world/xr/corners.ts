import { Vector3 } from "three";
import { type Fit, fitted } from "./frame-fit";

/** The outer corners of the three large squares of a code, seen from its middle: A, B, C. */
export const CORNERS: readonly Vector3[] = [
  new Vector3(-0.5, 0.5, 0),
  new Vector3(0.5, 0.5, 0),
  new Vector3(-0.5, -0.5, 0),
];
const SMALLEST_M = 0.04;
const LARGEST_M = 1;
const WORST = 0.12; // of the code's side; a slip of a fingertip is less

export type Touching =
  | { readonly state: "more"; readonly next: "a" | "b" | "c" }
  | { readonly state: "bad" }
  | { readonly state: "done"; readonly fit: Fit };

const NAMES = ["a", "b", "c"] as const;

/** Touches of the three corners of a code, one after another. */
export class Corners {
  private readonly touched: Vector3[] = [];

  get next(): "a" | "b" | "c" {
    return NAMES[this.touched.length] ?? "a";
  }

  /** Take in where the next corner was touched [m]; after a bad third one begins again. */
  touch(at: Vector3): Touching {
    this.touched.push(at.clone());
    if (this.touched.length < CORNERS.length) return { state: "more", next: this.next };
    const fit = fitted(CORNERS, this.touched);
    this.touched.length = 0;
    if (!fit || fit.scale < SMALLEST_M || fit.scale > LARGEST_M) return { state: "bad" };
    return fit.error_m > WORST * fit.scale ? { state: "bad" } : { state: "done", fit };
  }
}
