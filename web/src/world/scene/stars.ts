import {
  AdditiveBlending,
  BufferAttribute,
  BufferGeometry,
  Color,
  Points,
  ShaderMaterial,
  Vector3,
} from "three";
import { Chance } from "./chance";

const COUNT = 420;
const MOON_PX = 46; // on a picture 800 points high

const vertex = /* glsl */ `
attribute float size;
uniform float time;
uniform float tall;
uniform float stars;
varying float vBright;
varying float vIsMoon;
void main() {
  gl_Position = (projectionMatrix * viewMatrix * vec4(position + cameraPosition, 1.0)).xyww;
  vIsMoon = step(10.0, size);
  float twinkle = 0.8 + 0.2 * sin(time * 1.3 + position.x * 90.0 + position.z * 70.0);
  vBright = mix(twinkle * smoothstep(0.02, 0.25, position.y), 1.0, vIsMoon) * stars;
  gl_PointSize = size * max(1.0, tall / 800.0);
}`;

const fragment = /* glsl */ `
uniform vec3 tone;
varying float vBright;
varying float vIsMoon;
void main() {
  vec2 at = gl_PointCoord - 0.5;
  float far = 2.0 * length(at);
  float star = max(0.0, 1.0 - far);
  float disc = smoothstep(0.46, 0.42, far);
  float sea = 0.16 * smoothstep(0.2, 0.0, length(at - vec2(-0.06, -0.05)))
            + 0.12 * smoothstep(0.12, 0.0, length(at - vec2(0.09, 0.07)));
  float moon = disc * (0.8 - 1.6 * sea) + 0.16 * star * star;
  gl_FragColor = vec4(tone * vBright * mix(star, moon, vIsMoon), 1.0);
}`;

/** The stars, and the moon among them: one draw, and none by day. */
export class Stars {
  readonly root: Points<BufferGeometry, ShaderMaterial>;

  constructor(time: { value: number }) {
    const chance = new Chance(41);
    const at = new Float32Array((COUNT + 1) * 3);
    const size = new Float32Array(COUNT + 1);
    const way = new Vector3();
    for (let i = 1; i <= COUNT; i++) {
      const up = chance.between(0.03, 1);
      const turn = chance.between(0, 2 * Math.PI);
      const flat = Math.sqrt(1 - up * up);
      way.set(Math.cos(turn) * flat, up, Math.sin(turn) * flat).toArray(at, i * 3);
      size[i] = 1.6 + 2.4 * chance.next() ** 4;
    }
    size[0] = MOON_PX;
    const geometry = new BufferGeometry();
    geometry.setAttribute("position", new BufferAttribute(at, 3));
    geometry.setAttribute("size", new BufferAttribute(size, 1));
    const tall = { value: 800 };
    this.root = new Points(geometry, stuff(time, tall));
    this.root.name = "stars";
    this.root.frustumCulled = false;
    this.root.renderOrder = 10; // after the sky
    this.root.onBeforeRender = (renderer) => {
      tall.value = renderer.domElement.height;
    };
  }

  /** Show them as well as the hour lets them be seen, and the moon where it stands. */
  show(stars: number, moon: Vector3): void {
    (this.root.material.uniforms.stars as { value: number }).value = stars;
    this.root.visible = stars > 0.01;
    const at = this.root.geometry.getAttribute("position");
    at.setXYZ(0, moon.x, moon.y, moon.z);
    at.needsUpdate = true;
  }

  dispose(): void {
    this.root.geometry.dispose();
    this.root.material.dispose();
  }
}

function stuff(time: { value: number }, tall: { value: number }): ShaderMaterial {
  return new ShaderMaterial({
    vertexShader: vertex,
    fragmentShader: fragment,
    uniforms: { time, tall, stars: { value: 0 }, tone: { value: new Color("#e9efff") } },
    blending: AdditiveBlending,
    transparent: true,
    depthWrite: false,
  });
}
