import { Mesh, MeshBasicMaterial, RingGeometry } from "three";

/** A ring of light on the floor: what is meant. */
export class Marker {
  readonly root = new Mesh(
    new RingGeometry(0.42, 0.52, 48),
    new MeshBasicMaterial({ color: "#2fa7a3", transparent: true, depthWrite: false }),
  );
  private time = 0;

  constructor() {
    this.root.rotation.x = -Math.PI / 2;
    this.root.renderOrder = 5;
    this.root.visible = false;
  }

  /** Lie there; null: nothing is meant. */
  show(at: readonly [number, number, number] | null): void {
    this.root.visible = at !== null;
    if (at) this.root.position.set(at[0], at[1] + 0.03, at[2]);
  }

  update(dt: number): void {
    this.time += dt;
    const pulse = 0.5 + 0.5 * Math.sin(this.time * 3.2);
    this.root.scale.setScalar(1 + 0.14 * pulse);
    this.root.material.opacity = 0.55 + 0.4 * pulse;
  }

  dispose(): void {
    this.root.geometry.dispose();
    this.root.material.dispose();
  }
}
