import { Frustum, Matrix4, type PerspectiveCamera, Sphere, Vector3 } from "three";

const BODY_M = 1.3; // around the middle of a body, its name over it
const MIDDLE_M = 1.1;

/** Where one looks from, and whom one may see. */
export class View {
  readonly eye = new Vector3();
  private readonly frustum = new Frustum();
  private readonly both = new Matrix4();
  private readonly body = new Sphere(new Vector3(), BODY_M);
  private isWide = true;

  /** @param isWide whoever looks turns faster than we are told: everybody counts as seen. */
  look(camera: PerspectiveCamera, isWide: boolean): void {
    this.isWide = isWide;
    camera.getWorldPosition(this.eye);
    if (isWide) return;
    camera.updateMatrixWorld();
    this.both.multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse);
    this.frustum.setFromProjectionMatrix(this.both);
  }

  sees([x, y, z]: readonly [number, number, number]): boolean {
    if (this.isWide) return true;
    this.body.center.set(x, y + MIDDLE_M, z);
    return this.frustum.intersectsSphere(this.body);
  }
}
