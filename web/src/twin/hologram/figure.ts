import type { BakedBody, Surface } from "./glb";

/** What is known of somebody's figure; null where it is not. */
export interface Figure {
  readonly height_m: number | null;
  readonly bmi: number | null;
}

/** How far beyond the heaviest skin that was baked a figure still looks like somebody's. */
export const HEAVIEST = 2.5;
const THINNEST = 1.3;
const SHORTEST = 0.75;
const TALLEST = 1.3;
const NEAR = 0.3; // kg/m²

/** Which other skin a figure lies towards; null where the usual one will do. */
export function otherOf(base: BakedBody, { bmi }: Figure): "thin" | "heavy" | null {
  if (bmi === null || base.bmi === 0 || Math.abs(bmi - base.bmi) < NEAR) return null;
  return bmi < base.bmi ? "thin" : "heavy";
}

/** A baked body as tall and as heavy as somebody is; its organs keep their place and their size. */
export function shaped(base: BakedBody, other: BakedBody | null, figure: Figure): BakedBody {
  const share = other && figure.bmi !== null ? shareOf(base, other, figure.bmi) : 0;
  const tall = figure.height_m ? figure.height_m / base.height : 1;
  const scale = Math.min(TALLEST, Math.max(SHORTEST, tall));
  const skin = other?.surfaces.find(({ name }) => name === "skin");
  const surfaces = base.surfaces.map((surface) => {
    const towards = surface.name === "skin" && skin && share > 0 ? skin : surface;
    return between(surface, towards, share, scale);
  });
  return { height: base.height * scale, bmi: base.bmi, surfaces };
}

function shareOf(base: BakedBody, other: BakedBody, bmi: number): number {
  const most = other.bmi > base.bmi ? HEAVIEST : THINNEST;
  return Math.min(most, Math.max(0, (bmi - base.bmi) / (other.bmi - base.bmi)));
}

function between(a: Surface, b: Surface, share: number, scale: number): Surface {
  const mixed = (x: number, y: number): number => x + (y - x) * share;
  return {
    name: a.name,
    points: a.points.map((x, i) => mixed(x, b.points[i] ?? x) * scale),
    normals: a.normals.map((n, i) => clamped(mixed(n, b.normals[i] ?? n))),
    corners: a.corners,
  };
}

function clamped(n: number): number {
  return Math.max(-127, Math.min(127, n));
}
