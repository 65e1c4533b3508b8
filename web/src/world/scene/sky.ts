import {
  BackSide,
  Color,
  DirectionalLight,
  FogExp2,
  Group,
  HemisphereLight,
  Mesh,
  ShaderMaterial,
  SphereGeometry,
  type Texture,
  type Vector3,
} from "three";
import { MORNING, skyNoise } from "./pictures";
import type { Light } from "./shade";
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
uniform vec3 horizon, low, high, sunColour, sun;
uniform sampler2D noise;
uniform float time;
void main() {
  vec3 way = normalize(vWay);
  float up = max(way.y, 0.0);
  vec3 colour = mix(horizon, low, smoothstep(0.0, 0.16, up));
  colour = mix(colour, high, smoothstep(0.08, 0.75, up));
  float toSun = max(dot(way, sun), 0.0);
  colour += sunColour * (0.16 * pow(toSun, 6.0) + 0.32 * pow(toSun, 90.0));
  colour += vec3(1.0, 0.93, 0.8) * smoothstep(0.9992, 0.9997, toSun) * 3.0;
  vec2 spot = way.xz / (up + 0.18) * 0.11 + time * 0.0006;
  float veil = texture2D(noise, spot).r * 0.7 + texture2D(noise, spot * 3.1).r * 0.3;
  veil = smoothstep(0.44, 0.78, veil) * smoothstep(0.02, 0.2, up);
  colour = mix(colour, vec3(1.0, 0.985, 0.96), veil * 0.8);
  if (way.y < 0.0) colour = mix(horizon, vec3(0.62, 0.66, 0.62), smoothstep(0.0, -0.3, way.y));
  gl_FragColor = vec4(colour, 1.0);
  #include <tonemapping_fragment>
  #include <colorspace_fragment>
}`;

export interface Outlook {
  /** Where the sun stands, seen from the middle of the place. */
  readonly sun: Vector3;
  /** How far shadows reach from the middle [m]. */
  readonly reach: number;
  readonly isInside: boolean;
  readonly tier: Tier;
}

const LAST = 9;
const ABOVE = "#d3e6f2";
const BELOW = "#c4ae8e";
const SUN = "#fff0d6";

/** Sky, sun and the light of both. */
export class Sky {
  readonly root = new Group();
  readonly fog: FogExp2;
  readonly sun: DirectionalLight;
  /** The same light, for what is lit when it is built. */
  readonly light: Light;
  private readonly dome: Mesh<SphereGeometry, ShaderMaterial>;
  private readonly noise: Texture;

  constructor(
    { sun, reach, isInside, tier }: Outlook,
    private readonly time: { value: number },
  ) {
    this.noise = skyNoise();
    const way = sun.clone().normalize();
    this.dome = new Mesh(
      new SphereGeometry(1, 40, 32),
      new ShaderMaterial({
        vertexShader: tier === "fine" ? vertex : plainVertex,
        fragmentShader: tier === "fine" ? fragment : plainFragment,
        side: BackSide,
        depthWrite: false,
        uniforms: {
          horizon: { value: MORNING.horizon },
          low: { value: MORNING.low },
          high: { value: MORNING.high },
          sunColour: { value: MORNING.sun },
          sun: { value: way },
          noise: { value: this.noise },
          time: this.time,
        },
      }),
    );
    this.dome.name = "sky";
    this.dome.frustumCulled = false;
    this.dome.renderOrder = LAST; // only where nothing else is
    this.sun = sunlight(way, reach, isInside);
    this.sun.castShadow = tier === "fine";
    const [above, below, much] = isInside ? ["#f6f3ec", "#ead9bf", 2.75] : [ABOVE, BELOW, 1.7];
    const fill = new HemisphereLight(above as string, below as string, much as number);
    this.light = {
      way,
      sun: new Color(SUN).multiplyScalar(this.sun.intensity / Math.PI),
      above: fill.color.clone().multiplyScalar(fill.intensity / Math.PI),
      below: fill.groundColor.clone().multiplyScalar(fill.intensity / Math.PI),
      reach: isInside ? 18 : 26,
    };
    this.root.add(this.dome, this.sun, this.sun.target, fill);
    this.fog = new FogExp2(
      MORNING.horizon.clone().lerp(MORNING.low, 0.45),
      isInside ? 0.0012 : 0.0021,
    );
  }

  showDome(isShown: boolean): void {
    this.dome.visible = isShown;
  }

  dispose(): void {
    this.noise.dispose();
    this.dome.geometry.dispose();
    this.dome.material.dispose();
    this.sun.dispose();
  }
}

function sunlight(way: Vector3, reach: number, isInside: boolean): DirectionalLight {
  const light = new DirectionalLight(SUN, isInside ? 2.7 : 3.1);
  light.position.copy(way).multiplyScalar(90);
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
