import {
  BackSide,
  Color,
  DirectionalLight,
  FogExp2,
  Group,
  HemisphereLight,
  type IUniform,
  Mesh,
  ShaderMaterial,
  SphereGeometry,
  type Texture,
  Vector3,
} from "three";
import type { Daylight } from "./daylight";
import { skyNoise } from "./pictures";
import type { Light } from "./shade";
import { Stars } from "./stars";
import type { Tier } from "./tier";

const vertex = /* glsl */ `
varying vec3 vWay;
void main() {
  vWay = (modelMatrix * vec4(position, 0.0)).xyz;
  gl_Position = (projectionMatrix * viewMatrix * vec4(position + cameraPosition, 1.0)).xyww;
}`;

const plainVertex = vertex
  .replace(
    "varying vec3 vWay;",
    "varying vec3 vColour;\nuniform vec3 horizon, low, high, sunColour, sun;",
  )
  .replace(
    "vWay = (modelMatrix * vec4(position, 0.0)).xyz;",
    `vec3 way = normalize(position);
  float up = max(way.y, 0.0);
  vColour = mix(mix(horizon, low, smoothstep(0.0, 0.16, up)), high, smoothstep(0.08, 0.75, up));
  vColour += sunColour * 0.2 * pow(max(dot(way, sun), 0.0), 6.0);`,
  );

const plainFragment = /* glsl */ `
varying vec3 vColour;
void main() {
  gl_FragColor = vec4(vColour, 1.0);
  #include <tonemapping_fragment>
  #include <colorspace_fragment>
}`;

const fragment = /* glsl */ `
varying vec3 vWay;
uniform vec3 horizon, low, high, ground, cloud, sunColour, sun;
uniform sampler2D noise;
uniform float disc;
uniform float time;
void main() {
  vec3 way = normalize(vWay);
  float up = max(way.y, 0.0);
  vec3 colour = mix(horizon, low, smoothstep(0.0, 0.16, up));
  colour = mix(colour, high, smoothstep(0.08, 0.75, up));
  float toSun = max(dot(way, sun), 0.0);
  colour += sunColour * (0.16 * pow(toSun, 6.0) + 0.32 * pow(toSun, 90.0));
  colour += vec3(1.0, 0.93, 0.8) * smoothstep(0.9992, 0.9997, toSun) * disc;
  vec2 spot = way.xz / (up + 0.18) * 0.11 + time * 0.0006;
  float veil = texture2D(noise, spot).r * 0.7 + texture2D(noise, spot * 3.1).r * 0.3;
  veil = smoothstep(0.44, 0.78, veil) * smoothstep(0.02, 0.2, up);
  colour = mix(colour, cloud, veil * 0.8);
  if (way.y < 0.0) colour = mix(horizon, ground, smoothstep(0.0, -0.3, way.y));
  gl_FragColor = vec4(colour, 1.0);
  #include <tonemapping_fragment>
  #include <colorspace_fragment>
}`;

export interface Outlook {
  /** How far shadows reach from the middle [m]. */
  readonly reach: number;
  readonly isInside: boolean;
  readonly tier: Tier;
}

const LAST = 9;
const FULL = 3.1; // how strong the sun is in the morning

/** Sky, sun and the light of both; at night moon and stars. */
export class Sky {
  readonly root = new Group();
  readonly fog: FogExp2;
  readonly sun: DirectionalLight;
  /** The same light, for what is lit when it is built. */
  readonly light: Light;
  private readonly heavens = new Group();
  private readonly dome: ReturnType<typeof dome>;
  private readonly tones = tones();
  private readonly noise: Texture;
  private readonly stars: Stars;
  private readonly fill = new HemisphereLight("#ffffff", "#ffffff", 1);

  constructor(
    day: Daylight,
    { reach, isInside, tier }: Outlook,
    private readonly time: { value: number },
  ) {
    this.noise = skyNoise();
    this.dome = dome(tier, { ...this.tones, noise: { value: this.noise }, time: this.time });
    this.stars = new Stars(this.time);
    this.sun = sunlight(reach);
    this.sun.castShadow = tier === "fine";
    this.fog = new FogExp2(0, isInside ? 0.0012 : 0.0021);
    this.heavens.add(this.dome, this.stars.root);
    this.root.add(this.heavens, this.sun, this.sun.target, this.fill);
    this.light = {
      way: day.way.clone(),
      sun: day.key.clone().multiplyScalar(1 / Math.PI),
      above: day.above.clone().multiplyScalar(1 / Math.PI),
      below: day.below.clone().multiplyScalar(1 / Math.PI),
      reach: isInside ? 18 : 26,
    };
    this.show(day);
  }

  /** Let it be another hour. */
  show(day: Daylight): void {
    const { tones } = this;
    for (const name of ["horizon", "low", "high", "ground", "cloud"] as const) {
      tones[name].value.copy(day[name]);
    }
    tones.sunColour.value.copy(day.key).multiplyScalar(1 / FULL);
    tones.sun.value.copy(day.way);
    tones.disc.value = day.height > -2.5 ? 3 : 0;
    this.stars.show(day.stars, day.way);
    this.sun.color.copy(day.key);
    this.sun.position.copy(day.way).multiplyScalar(90);
    this.sun.shadow.needsUpdate = true;
    this.fill.color.copy(day.above);
    this.fill.groundColor.copy(day.below);
    this.fog.color.copy(day.horizon).lerp(day.low, 0.45);
  }

  /** Draw what is seen of it, beside its light. */
  showHeavens(isShown: boolean): void {
    this.heavens.visible = isShown;
  }

  dispose(): void {
    this.noise.dispose();
    this.dome.geometry.dispose();
    this.dome.material.dispose();
    this.stars.dispose();
    this.sun.dispose();
  }
}

type Tones = ReturnType<typeof tones>;

function tones() {
  const tone = () => ({ value: new Color() });
  return {
    horizon: tone(),
    low: tone(),
    high: tone(),
    ground: tone(),
    cloud: tone(),
    sunColour: tone(),
    sun: { value: new Vector3() },
    disc: { value: 0 },
  };
}

function dome(tier: Tier, uniforms: Tones & Record<string, IUniform>) {
  const made = new Mesh(
    new SphereGeometry(1, 40, 32),
    new ShaderMaterial({
      vertexShader: tier === "fine" ? vertex : plainVertex,
      fragmentShader: tier === "fine" ? fragment : plainFragment,
      side: BackSide,
      depthWrite: false,
      uniforms,
    }),
  );
  made.name = "sky";
  made.frustumCulled = false;
  made.renderOrder = LAST; // only where nothing else is
  return made;
}

function sunlight(reach: number): DirectionalLight {
  const light = new DirectionalLight("#ffffff", 1);
  light.castShadow = true;
  const { shadow } = light;
  shadow.mapSize.set(2048, 2048);
  shadow.camera.left = -reach;
  shadow.camera.right = reach;
  shadow.camera.top = reach;
  shadow.camera.bottom = -reach;
  shadow.camera.near = 10;
  shadow.camera.far = 170;
  shadow.bias = -0.0004;
  shadow.normalBias = 0.035;
  shadow.radius = 2.2;
  shadow.intensity = 0.86;
  shadow.autoUpdate = false; // nothing that casts a shadow moves: drawn once
  shadow.needsUpdate = true;
  return light;
}
