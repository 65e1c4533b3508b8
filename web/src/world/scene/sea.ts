import { CircleGeometry, Color, Mesh, ShaderMaterial, type Texture, Vector3 } from "three";
import type { Daylight } from "./daylight";
import type { Tier } from "./tier";

const vertex = /* glsl */ `
varying vec3 vSpot;
void main() {
  vSpot = (modelMatrix * vec4(position, 1.0)).xyz;
  vec4 mvPosition = viewMatrix * vec4(vSpot, 1.0);
  gl_Position = projectionMatrix * mvPosition;
}`;

const fragment = /* glsl */ `
varying vec3 vSpot;
uniform float time;
uniform sampler2D ripples;
uniform vec3 sun, deep, shallow, horizon, high, glare, foamy;
uniform vec2 middle;
uniform float shore;
vec2 slope(vec2 p, float far) {
  vec2 s = texture2D(ripples, p * 0.011 + time * vec2(0.0035, 0.0021)).xy - 0.5;
  s += (texture2D(ripples, p * 0.043 - time * vec2(0.006, 0.009)).xy - 0.5) * 0.8;
  s += (texture2D(ripples, p * 0.19 + time * vec2(0.022, -0.014)).xy - 0.5) * 0.55 * far;
  return s;
}
void main() {
  vec3 toEye = cameraPosition - vSpot;
  float far = length(toEye);
  vec3 eye = toEye / far;
  float near = 1.0 / (1.0 + far * 0.02);
  vec2 s = slope(vSpot.xz, near) * mix(0.10, 0.34, near);
  vec3 normal = normalize(vec3(s.x, 1.0, s.y));
  float fresnel = 0.03 + 0.97 * pow(1.0 - max(dot(normal, eye), 0.0), 5.0);
  vec3 mirrored = reflect(-eye, normal);
  vec3 sky = mix(horizon, high, smoothstep(0.02, 0.6, mirrored.y));
  float land = distance(vSpot.xz, middle) - shore;
  float depth = smoothstep(0.0, 34.0, land + s.x * 8.0);
  vec3 water = mix(shallow, deep, depth);
  water *= 0.86 + 0.5 * s.y;
  vec3 colour = mix(water, sky, clamp(fresnel, 0.0, 0.9));
  float glint = pow(max(dot(mirrored, sun), 0.0), 260.0) * 5.0;
  float path = pow(max(dot(normalize(vec3(mirrored.x, mirrored.y * 0.55, mirrored.z)), normalize(vec3(sun.x, sun.y * 0.55, sun.z))), 0.0), 46.0);
  colour += glare * (glint + 0.30 * path);
  float foam = smoothstep(2.4, 0.2, land + s.y * 6.0 + sin(time * 0.7 + vSpot.x * 0.3) * 0.6);
  colour = mix(colour, foamy, foam * 0.45);
  colour = mix(colour, horizon * 0.96, 1.0 - exp(-far * 0.00105));
  gl_FragColor = vec4(colour, 1.0);
  #include <tonemapping_fragment>
  #include <colorspace_fragment>
}`;

/** The same water with one look at the ripples: for machines that draw slowly. */
const plainFragment = /* glsl */ `
varying vec3 vSpot;
uniform float time;
uniform sampler2D ripples;
uniform vec3 deep, shallow, horizon;
uniform vec2 middle;
uniform float shore;
void main() {
  float far = distance(cameraPosition, vSpot);
  vec3 water = mix(shallow, deep, clamp((distance(vSpot.xz, middle) - shore) * 0.03, 0.0, 1.0));
  float wave = texture2D(ripples, vSpot.xz * 0.013 + time * vec2(0.004, 0.002)).y - 0.5;
  water *= 1.0 + 0.5 * wave;
  gl_FragColor = vec4(mix(water, horizon, far / (far + 260.0)), 1.0);
  #include <tonemapping_fragment>
  #include <colorspace_fragment>
}`;

const DEEP = new Color("#2f7d90");
const SHALLOW = new Color("#74bdb6");
const FULL = 3.1; // how strong the sun is in the morning
const DAY_OPEN = 1.36; // what falls from the morning's sky, as strong as white would be

/** The sea: gentle waves, sun upon them, turquoise near the shore. */
export class Sea {
  readonly root: Mesh<CircleGeometry, ShaderMaterial>;
  private readonly tones = {
    sun: { value: new Vector3() },
    deep: { value: new Color() },
    shallow: { value: new Color() },
    horizon: { value: new Color() },
    high: { value: new Color() },
    glare: { value: new Color() },
    foamy: { value: new Color() },
  };

  constructor(
    y: number,
    shore: { middle: [number, number]; radius: number },
    ripples: Texture,
    time: { value: number },
    tier: Tier,
  ) {
    this.root = new Mesh(
      new CircleGeometry(2400, 48),
      new ShaderMaterial({
        vertexShader: vertex,
        fragmentShader: tier === "fine" ? fragment : plainFragment,
        uniforms: {
          time,
          ripples: { value: ripples },
          ...this.tones,
          middle: { value: shore.middle },
          shore: { value: shore.radius },
        },
      }),
    );
    this.root.name = "sea";
    this.root.rotation.x = -Math.PI / 2;
    this.root.position.y = y;
    this.root.renderOrder = 6;
  }

  /** Let it be another hour. */
  show({ way, key, open, horizon, low, high }: Daylight): void {
    const { tones } = this;
    const light = open.clone().multiplyScalar(1 / DAY_OPEN);
    tones.sun.value.copy(way);
    tones.deep.value.copy(DEEP).multiply(light);
    tones.shallow.value.copy(SHALLOW).multiply(light);
    tones.horizon.value.copy(horizon).lerp(low, 0.4);
    tones.high.value.copy(high).lerp(low, 0.3);
    tones.glare.value.copy(key).multiplyScalar(1 / FULL);
    tones.foamy.value.setScalar(0.96).multiply(light);
  }

  dispose(): void {
    this.root.geometry.dispose();
    this.root.material.dispose();
  }
}
