import {
  AdditiveBlending,
  BufferAttribute,
  BufferGeometry,
  Color,
  type Material,
  Mesh,
  Points,
  ShaderMaterial,
  Vector3,
  type WebGLProgramParametersWithUniforms,
} from "three";
import type { Place } from "../../wire/world";

/** Something that shines when it grows dark. */
export interface Lamp {
  readonly at: Vector3;
  /** How strong it is; a lamp on a post is 1. */
  readonly strength: number;
  /** Whether the shine itself is seen, as a soft ring of light. */
  readonly isBare: boolean;
}

export const WARM = new Color("#ffc27a");
const REACH_M = 9;

/** The lamps of a place, and its open doors, which let light out. */
export function lampsOf(place: Place, isInside: boolean): Lamp[] {
  const lamps = place.things
    .filter(({ kind }) => kind === "lamp")
    .map(({ position: [x, y, z], size: [, h], variant }) => ({
      at: new Vector3(x, y + h - (variant === "floor" ? 0.15 : 0.24), z),
      strength: 1,
      isBare: true,
    }));
  if (isInside) return lamps;
  const doors = place.doors
    .filter(({ to }) => to !== null)
    .map(({ position: [x, y, z], yaw, height, width }) => ({
      at: new Vector3(x - Math.sin(yaw) * 0.7, y + height * 0.62, z - Math.cos(yaw) * 0.7),
      strength: 0.3 + 0.12 * width,
      isBare: false,
    }));
  return [...lamps, ...doors];
}

/** Note at each point of a mesh how much of the lamps' light falls on it. */
export function shineOn(geometry: BufferGeometry, lamps: readonly Lamp[], own = 0): void {
  const at = geometry.getAttribute("position");
  const normals = geometry.getAttribute("normal");
  const shine = new Float32Array(at.count).fill(own);
  for (const { at: lamp, strength } of lamps) {
    for (let i = 0; i < at.count; i++) {
      const [x, y, z] = [lamp.x - at.getX(i), lamp.y - at.getY(i), lamp.z - at.getZ(i)];
      const far = Math.hypot(x, y, z);
      if (far > REACH_M) continue;
      const facing = (x * normals.getX(i) + y * normals.getY(i) + z * normals.getZ(i)) / (far || 1);
      const fade = (1 - far / REACH_M) ** 2;
      shine[i] =
        (shine[i] ?? 0) +
        (strength * Math.max(0, 0.2 + 0.8 * facing) * fade * 2.2) / (1 + far * 0.6);
    }
  }
  geometry.setAttribute("shine", new BufferAttribute(shine, 1));
}

/** Let a material show what `shineOn` noted, as far as the lamps are turned up. */
export function warmed<T extends Material>(material: T, name: string, glow: { value: Color }): T {
  const before = material.onBeforeCompile.bind(material);
  material.onBeforeCompile = (shader: WebGLProgramParametersWithUniforms, renderer) => {
    before(shader, renderer);
    shader.uniforms.lampGlow = glow;
    shader.vertexShader = shader.vertexShader
      .replace(
        "#include <common>",
        "#include <common>\nattribute float shine;\nvarying float vShine;",
      )
      .replace("#include <begin_vertex>", "#include <begin_vertex>\nvShine = shine;");
    shader.fragmentShader = shader.fragmentShader
      .replace(
        "#include <common>",
        "#include <common>\nuniform vec3 lampGlow;\nvarying float vShine;",
      )
      .replace(
        "#include <opaque_fragment>",
        "outgoingLight += diffuseColor.rgb * vShine * lampGlow;\n#include <opaque_fragment>",
      );
  };
  material.customProgramCacheKey = () => `warmed ${name}`;
  return material;
}

const poolVertex = /* glsl */ `
varying vec2 vAt;
void main() {
  vAt = uv;
  gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
}`;

const poolFragment = /* glsl */ `
varying vec2 vAt;
uniform vec3 tone;
uniform float lamps;
void main() {
  float far = length(vAt);
  float fall = max(0.0, 1.0 - far);
  gl_FragColor = vec4(tone * lamps * (0.42 * fall * fall), 1.0);
}`;

const haloVertex = /* glsl */ `
uniform float tall;
void main() {
  vec4 seen = modelViewMatrix * vec4(position, 1.0);
  gl_Position = projectionMatrix * seen;
  gl_PointSize = clamp(tall * 1.5 / -seen.z, 3.0, 220.0);
}`;

const haloFragment = /* glsl */ `
uniform vec3 tone;
uniform float lamps;
void main() {
  float fall = max(0.0, 1.0 - 2.0 * length(gl_PointCoord - 0.5));
  gl_FragColor = vec4(tone * lamps * 0.55 * fall * fall * fall, 1.0);
}`;

/** What lamps do to the air and to even ground: a pool of light beneath, a soft ring around. */
export class Lamplight {
  readonly pools: Mesh<BufferGeometry, ShaderMaterial>;
  readonly halos: Points<BufferGeometry, ShaderMaterial>;

  constructor(lamps: readonly Lamp[], isInside: boolean) {
    const grounded = isInside ? [] : lamps;
    this.pools = new Mesh(poolsUnder(grounded), shine(poolVertex, poolFragment, {}));
    this.pools.name = "pools";
    this.pools.renderOrder = 2;
    const bare = lamps.filter(({ isBare }) => isBare).map(({ at }) => at);
    const tall = { tall: { value: 600 } };
    this.halos = new Points(
      new BufferGeometry().setFromPoints(bare),
      shine(haloVertex, haloFragment, tall),
    );
    this.halos.name = "halos";
    this.halos.renderOrder = 11;
    this.halos.onBeforeRender = (renderer) => {
      tall.tall.value = renderer.domElement.height;
    };
    this.turn(0);
  }

  /** Turn the lamps up, 0…1. */
  turn(lamps: number): void {
    for (const part of [this.pools, this.halos]) {
      (part.material.uniforms.lamps as { value: number }).value = lamps;
      part.visible = lamps > 0.01 && part.geometry.getAttribute("position").count > 0;
    }
  }

  dispose(): void {
    for (const part of [this.pools, this.halos]) {
      part.geometry.dispose();
      part.material.dispose();
    }
  }
}

function shine(vertexShader: string, fragmentShader: string, more: object): ShaderMaterial {
  return new ShaderMaterial({
    vertexShader,
    fragmentShader,
    uniforms: { tone: { value: WARM }, lamps: { value: 0 }, ...more },
    blending: AdditiveBlending,
    transparent: true,
    depthWrite: false,
  });
}

const FLAT_M = 0.02; // over the ground and the soft dark upon it

function poolsUnder(lamps: readonly Lamp[]): BufferGeometry {
  const at: number[] = [];
  const uv: number[] = [];
  const index: number[] = [];
  for (const { at: lamp, strength } of lamps) {
    const wide = 5.2 * Math.sqrt(strength);
    const start = at.length / 3;
    for (const [u, v] of [
      [-1, -1],
      [-1, 1],
      [1, 1],
      [1, -1],
    ] as const) {
      at.push(lamp.x + u * wide, FLAT_M, lamp.z + v * wide);
      uv.push(u, v);
    }
    index.push(start, start + 1, start + 2, start, start + 2, start + 3);
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(at), 3));
  geometry.setAttribute("uv", new BufferAttribute(new Float32Array(uv), 2));
  geometry.setIndex(index);
  return geometry;
}
