import {
  BoxGeometry,
  type BufferGeometry,
  CylinderGeometry,
  Group,
  Mesh,
  MeshLambertMaterial,
  TorusGeometry,
} from "three";
import { mergeGeometries } from "three/addons/utils/BufferGeometryUtils.js";

const WHEEL_M = 0.3;
export const CHAIR_SEAT_M = 0.49;

const frameStuff = new MeshLambertMaterial({ color: "#30464a" });
const wheelStuff = new MeshLambertMaterial({ color: "#20262a" });
let frame: BufferGeometry | null = null;
let wheels: BufferGeometry | null = null;

/** An active wheelchair: its frame, and two wheels that turn. Faces +z, as bodies do. */
export class Wheelchair {
  readonly root = new Group();
  private readonly turning: Mesh;

  constructor() {
    frame ??= makeFrame();
    wheels ??= makeWheels();
    this.turning = new Mesh(wheels, wheelStuff);
    this.turning.position.set(0, WHEEL_M, -0.12);
    this.root.add(new Mesh(frame, frameStuff), this.turning);
  }

  /** @param speed [m/s] */
  update(speed: number, dt: number): void {
    this.turning.rotation.x += (speed * dt) / WHEEL_M;
  }

  dispose(): void {
    this.root.removeFromParent(); // the shapes are everybody's
  }
}

function makeFrame(): BufferGeometry {
  const box = (w: number, h: number, d: number, x: number, y: number, z: number, lean = 0) =>
    new BoxGeometry(w, h, d).rotateX(lean).translate(x, y, z);
  const parts: BufferGeometry[] = [
    box(0.44, 0.05, 0.44, 0, CHAIR_SEAT_M - 0.05, 0),
    box(0.42, 0.42, 0.035, 0, CHAIR_SEAT_M + 0.2, -0.24, -0.12),
    box(0.34, 0.02, 0.16, 0, 0.11, 0.5, 0.2),
  ];
  for (const sign of [1, -1]) {
    parts.push(
      box(0.03, 0.03, 0.5, 0.235 * sign, CHAIR_SEAT_M - 0.04, 0.01),
      box(0.025, 0.4, 0.025, 0.17 * sign, 0.28, 0.36, -0.62),
      box(0.025, 0.52, 0.025, 0.235 * sign, CHAIR_SEAT_M + 0.18, -0.25, -0.12),
      box(0.03, 0.03, 0.12, 0.235 * sign, CHAIR_SEAT_M + 0.42, -0.33, -0.05),
      new CylinderGeometry(0.06, 0.06, 0.03, 8)
        .rotateZ(Math.PI / 2)
        .translate(0.19 * sign, 0.06, 0.3),
    );
  }
  return merged(parts);
}

function makeWheels(): BufferGeometry {
  const parts: BufferGeometry[] = [];
  for (const sign of [1, -1]) {
    const x = 0.285 * sign;
    parts.push(
      new TorusGeometry(WHEEL_M - 0.015, 0.016, 4, 18).rotateY(Math.PI / 2).translate(x, 0, 0),
      new TorusGeometry(WHEEL_M - 0.05, 0.007, 3, 14)
        .rotateY(Math.PI / 2)
        .translate(x + 0.03 * sign, 0, 0),
      new CylinderGeometry(0.03, 0.03, 0.05, 6).rotateZ(Math.PI / 2).translate(x, 0, 0),
    );
    for (let spoke = 0; spoke < 4; spoke++) {
      parts.push(
        new BoxGeometry(0.006, 2 * WHEEL_M - 0.04, 0.012)
          .rotateX((spoke / 4) * Math.PI)
          .translate(x, 0, 0),
      );
    }
  }
  return merged(parts);
}

function merged(parts: BufferGeometry[]): BufferGeometry {
  const whole = mergeGeometries(parts);
  for (const part of parts) part.dispose();
  return whole;
}
