import { Color, FrontSide, type IUniform, ShaderMaterial, Vector3, Vector4 } from "three";
import type { Look } from "./organs";
import {
  depthFragment,
  floorFragment,
  floorVertex,
  organFragment,
  skinFragment,
  vertex,
} from "./shaders";

/** What all surfaces share: one change moves everything. */
export interface Shared {
  readonly uBreath: IUniform<number>;
  readonly uBeat: IUniform<number>;
  readonly uHeart: IUniform<Vector3>;
  readonly uChest: IUniform<Vector4>;
  readonly uNear: IUniform<number>;
  readonly uMiddle: IUniform<Vector3>;
  readonly uReach: IUniform<number>;
  readonly uScan: IUniform<number>;
  readonly uTime: IUniform<number>;
}

/** What one surface has of its own. */
export interface Own {
  readonly uSign: IUniform<Color>;
  readonly uSigned: IUniform<number>;
  readonly uPulse: IUniform<number>;
  readonly uLift: IUniform<number>;
  readonly uPale: IUniform<number>;
  readonly uAlpha: IUniform<number>;
  readonly uGhost: IUniform<number>;
  readonly uSize: IUniform<number>;
  readonly uFrom: IUniform<number>;
}

export function sharedUniforms(): Shared {
  return {
    uBreath: { value: 0 },
    uBeat: { value: 0 },
    uHeart: { value: new Vector3(0, 1.25, 0.05) },
    uChest: { value: new Vector4(1.17, 1.39, 0.13, 0.03) },
    uNear: { value: 0 },
    uMiddle: { value: new Vector3(0, 0.9, 0) },
    uReach: { value: 0.4 },
    uScan: { value: -10 },
    uTime: { value: 0 },
  };
}

export function ownUniforms(): Own {
  return {
    uSign: { value: new Color("#d98a1f") },
    uSigned: { value: 0 },
    uPulse: { value: 0 },
    uLift: { value: 0 },
    uPale: { value: 0 },
    uAlpha: { value: 1 },
    uGhost: { value: 0.42 },
    uSize: { value: 1 },
    uFrom: { value: 0 },
  };
}

const FLAGS: Readonly<Record<string, string>> = { brain: "GYRI", heart: "HEART" };
const LOOKS: Readonly<Record<Look, string>> = {
  solid: "",
  veil: "VEIL",
  bone: "BONE",
  skin: "SKIN",
};

function defines(id: string, look: Look): Record<string, string> {
  const names = [FLAGS[id], LOOKS[look]].filter((name): name is string => Boolean(name));
  return Object.fromEntries(names.map((name) => [name, ""]));
}

/** The material of an organ: the house's light stays outside, colours mean what they mean. */
export function surface(id: string, look: Look, shared: Shared, own: Own): ShaderMaterial {
  const isSolid = look === "solid";
  return new ShaderMaterial({
    name: `hologram ${id}`,
    uniforms: { ...shared, ...own },
    defines: defines(id, look),
    vertexShader: vertex,
    fragmentShader: look === "skin" ? skinFragment : organFragment,
    side: FrontSide,
    transparent: !isSolid,
    depthWrite: isSolid,
    toneMapped: false,
  });
}

/** Drawn just before a veil: it keeps only what of the veil lies nearest. */
export function depth(id: string, look: Look, shared: Shared): ShaderMaterial {
  return new ShaderMaterial({
    name: `hologram ${id} depth`,
    uniforms: { ...shared },
    defines: defines("", look),
    vertexShader: vertex,
    fragmentShader: depthFragment,
    side: FrontSide,
    colorWrite: false,
    transparent: true, // only so that it is drawn after the solid organs
    depthWrite: true,
  });
}

export function floor(radius: number, time: IUniform<number>): ShaderMaterial {
  return new ShaderMaterial({
    name: "hologram floor",
    uniforms: { uRadius: { value: radius }, uTime: time, uStrength: { value: 1 } },
    vertexShader: floorVertex,
    fragmentShader: floorFragment,
    transparent: true,
    depthWrite: false,
    toneMapped: false,
  });
}
