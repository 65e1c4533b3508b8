import type { PerspectiveCamera } from "three";
import type { Ground } from "../ground/ground";

const SHOULDER_M = 1.55;
const NEAREST_M = 1.2;
const FARTHEST_M = 8;
const STEP_M = 0.2;
const SOFT_S = 0.14;
const LOW = -1.2;
const HIGH = 0.5;

/** Looks over our shoulder, and never through a wall. */
export class FollowCamera {
  heading = 0;
  pitch = -0.16;
  private distance: number;
  private wanted: number;

  /** @param isInside rooms are small: begin nearer. */
  constructor(
    private readonly camera: PerspectiveCamera,
    private readonly ground: Ground,
    private readonly isInside: boolean,
  ) {
    this.wanted = isInside ? 2.6 : 4.4;
    this.distance = this.wanted;
  }

  turn(by: number, up: number): void {
    this.heading += by;
    this.pitch = Math.max(LOW, Math.min(HIGH, this.pitch + up));
  }

  zoom(by: number): void {
    this.wanted = Math.max(NEAREST_M, Math.min(FARTHEST_M, this.wanted * by));
  }

  update([x, y, z]: readonly [number, number, number], dt: number): void {
    const flat = Math.cos(this.pitch);
    const back = [
      Math.sin(this.heading) * flat,
      -Math.sin(this.pitch),
      Math.cos(this.heading) * flat,
    ];
    const [bx = 0, by = 0, bz = 0] = back;
    const free = this.freeAlong(x, z, bx, bz);
    const share = free < this.distance ? 1 : 1 - Math.exp(-dt / SOFT_S);
    this.distance += (Math.min(free, this.wanted) - this.distance) * share;
    const head = y + SHOULDER_M;
    const height = Math.max(y + 0.25, head + by * this.distance);
    this.camera.position.set(x + bx * this.distance, height, z + bz * this.distance);
    this.camera.lookAt(x, head + 0.1, z);
  }

  /** How far back there is still a floor below: indoors that is where the walls are. */
  private freeAlong(x: number, z: number, bx: number, bz: number): number {
    if (!this.isInside) return this.wanted;
    let far = NEAREST_M / 2;
    while (far < this.wanted && this.ground.floor(x + bx * far, z + bz * far) !== null)
      far += STEP_M;
    return Math.min(this.wanted, far);
  }
}
