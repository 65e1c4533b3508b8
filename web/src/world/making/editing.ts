import { Store } from "../../kit/store";
import type { Point } from "./parts";

/** How far apart the lines of the grid are [m]; 0: no grid. */
export const grid = new Store(0.25);
export const GRIDS = [0, 0.1, 0.25, 0.5, 1] as const;

/** The spot on the floor that the picture shows in its middle: new things are put there. */
export const lookingAt = new Store<Point | null>(null);
