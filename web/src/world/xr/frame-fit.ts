import { Matrix4, Quaternion, Vector3 } from "three";

/** How a known figure lies where its points were touched. */
export interface Fit {
  readonly position: Vector3;
  readonly turn: Quaternion;
  /** How large one unit of the figure is [m]. */
  readonly scale: number;
  /** By how much the touched points miss the figure, root mean square [m]. */
  readonly error_m: number;
}

const SWEEPS = 60;
const LEAST_M = 1e-4;

/**
 * The turn, place and size by which a figure fits touched points best (least squares).
 *
 * @param figure its points, at least three that are not in a line.
 * @param touched where each was touched [m].
 * @returns null where the points lie in a line or on one spot: no turn can be told from those.
 *
 * Source: Horn, J Opt Soc Am A 1987;4:629-642.
 */
export function fitted(figure: readonly Vector3[], touched: readonly Vector3[]): Fit | null {
  if (figure.length < 3 || figure.length !== touched.length) return null;
  const [a, b] = [middleOf(figure), middleOf(touched)];
  const from = figure.map((point) => point.clone().sub(a));
  const to = touched.map((point) => point.clone().sub(b));
  if (!spans(from) || !spans(to)) return null;
  const turn = turnBetween(from, to);
  const size2 = from.reduce((sum, point) => sum + point.lengthSq(), 0);
  const turned = from.map((point) => point.clone().applyQuaternion(turn));
  const along = turned.reduce((sum, point, i) => sum + point.dot(to[i] ?? point), 0);
  const scale = along / size2;
  const position = b.clone().sub(a.clone().applyQuaternion(turn).multiplyScalar(scale));
  const missed = turned.reduce(
    (sum, point, i) =>
      sum +
      point
        .clone()
        .multiplyScalar(scale)
        .distanceToSquared(to[i] ?? point),
    0,
  );
  return { position, turn, scale, error_m: Math.sqrt(missed / figure.length) };
}

/** Which way somebody faces who stands before the figure and reads it, lying or upright [rad]. */
export function yawOf({ turn }: Pick<Fit, "turn">): number {
  const up = new Vector3(0, 1, 0).applyQuaternion(turn);
  const out = new Vector3(0, 0, 1).applyQuaternion(turn);
  const ahead = up.sub(out); // a sheet that is raised from a table turns its top to where we look
  return Math.atan2(-ahead.x, -ahead.z);
}

function middleOf(points: readonly Vector3[]): Vector3 {
  const sum = points.reduce((all, point) => all.add(point), new Vector3());
  return sum.divideScalar(points.length);
}

/** Whether points around their middle span more than a line. */
function spans(points: readonly Vector3[]): boolean {
  const [first] = points;
  return (
    points.some(
      (point) => first && new Vector3().crossVectors(first, point).length() > LEAST_M * LEAST_M,
    ) && points.every((point) => point.length() > LEAST_M || points.length > 3)
  );
}

/** The unit quaternion that belongs to the largest eigenvalue of Horn's matrix. */
function turnBetween(from: readonly Vector3[], to: readonly Vector3[]): Quaternion {
  const s = (i: 0 | 1 | 2, j: 0 | 1 | 2) =>
    from.reduce((sum, p, n) => sum + p.getComponent(i) * (to[n]?.getComponent(j) ?? 0), 0);
  const [xx, xy, xz] = [s(0, 0), s(0, 1), s(0, 2)];
  const [yx, yy, yz] = [s(1, 0), s(1, 1), s(1, 2)];
  const [zx, zy, zz] = [s(2, 0), s(2, 1), s(2, 2)];
  const symmetric = [
    [xx + yy + zz, yz - zy, zx - xz, xy - yx],
    [yz - zy, xx - yy - zz, xy + yx, zx + xz],
    [zx - xz, xy + yx, yy - xx - zz, yz + zy],
    [xy - yx, zx + xz, yz + zy, zz - xx - yy],
  ];
  const [w, x, y, z] = largest(symmetric);
  return new Quaternion(x, y, z, w).normalize();
}

/** The eigenvector of the largest eigenvalue of a symmetric 4 × 4, by Jacobi's rotations. */
function largest(matrix: number[][]): [number, number, number, number] {
  const a = matrix.map((row) => [...row]);
  const v = a.map((_, i) => a.map((_, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (let p = 0; p < 3; p++) for (let q = p + 1; q < 4; q++) rotate(a, v, p, q);
  }
  const values = a.map((row, i) => row[i] ?? 0);
  const best = values.indexOf(Math.max(...values));
  return v.map((row) => row[best] ?? 0) as [number, number, number, number];
}

/** Turn the plane of two axes so that nothing stands between them. */
function rotate(a: number[][], v: number[][], p: number, q: number): void {
  const at = (m: number[][], i: number, j: number) => m[i]?.[j] ?? 0;
  if (Math.abs(at(a, p, q)) < 1e-18) return;
  const angle = 0.5 * Math.atan2(2 * at(a, p, q), at(a, q, q) - at(a, p, p));
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  for (const m of [a, v]) {
    for (const row of m) {
      const [x, y] = [row[p] ?? 0, row[q] ?? 0];
      row[p] = c * x - s * y;
      row[q] = s * x + c * y;
    }
  }
  const [rowP, rowQ] = [a[p] ?? [], a[q] ?? []];
  for (let k = 0; k < 4; k++) {
    const [x, y] = [rowP[k] ?? 0, rowQ[k] ?? 0];
    rowP[k] = c * x - s * y;
    rowQ[k] = s * x + c * y;
  }
}

/** Where a room must stand in a place, so that a point of it lies on a point of the place. */
export function roomFor(
  inRoom: { readonly position: Vector3; readonly yaw: number },
  inPlace: { readonly position: Vector3; readonly yaw: number },
): { readonly position: Vector3; readonly yaw: number } {
  const yaw = inPlace.yaw - inRoom.yaw;
  const moved = inRoom.position.clone().applyMatrix4(new Matrix4().makeRotationY(yaw));
  return { position: inPlace.position.clone().sub(moved), yaw };
}
