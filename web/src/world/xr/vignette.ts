import { Mesh, RingGeometry, ShaderMaterial } from "three";

const AHEAD_M = 0.3;
const CLEAR_M = 0.1; // half of what is still seen, at that distance
const SOFT_M = 0.14;
const EASE_S = 0.12;

const VERTEX = `
varying vec2 vAt;
void main() {
  vAt = position.xy;
  gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
}`;
const FRAGMENT = `
uniform float uStrength;
varying vec2 vAt;
void main() {
  float far = smoothstep(${CLEAR_M.toFixed(3)}, ${(CLEAR_M + SOFT_M).toFixed(3)}, length(vAt));
  gl_FragColor = vec4(0.03, 0.07, 0.07, far * uStrength);
}`;

/** Darkens the edge of the view while the floor moves under one; hangs before the eyes. */
export class Vignette {
  readonly mesh: Mesh<RingGeometry, ShaderMaterial>;

  constructor() {
    const material = new ShaderMaterial({
      name: "vignette",
      uniforms: { uStrength: { value: 0 } },
      vertexShader: VERTEX,
      fragmentShader: FRAGMENT,
      transparent: true,
      depthTest: false,
      depthWrite: false,
    });
    this.mesh = new Mesh(new RingGeometry(CLEAR_M, 2, 48, 1), material);
    this.mesh.position.z = -AHEAD_M;
    this.mesh.renderOrder = 1000;
    this.mesh.frustumCulled = false;
    this.mesh.visible = false;
    this.mesh.raycast = () => {};
  }

  /** How dark the edge is, 0 … 1. */
  get strength(): number {
    return this.mesh.material.uniforms.uStrength?.value ?? 0;
  }

  update(isMoving: boolean, dt: number): void {
    const goal = isMoving ? 1 : 0;
    const next = this.strength + (goal - this.strength) * (1 - Math.exp(-dt / EASE_S));
    const settled = Math.abs(next - goal) < 0.01 ? goal : next;
    const { uStrength } = this.mesh.material.uniforms;
    if (uStrength) uStrength.value = settled;
    this.mesh.visible = settled > 0;
  }

  dispose(): void {
    this.mesh.removeFromParent();
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
  }
}
