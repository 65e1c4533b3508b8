import {
  BoxGeometry,
  type BufferGeometry,
  CircleGeometry,
  Color,
  DoubleSide,
  DynamicDrawUsage,
  Group,
  InstancedBufferAttribute,
  InstancedMesh,
  Matrix4,
  MeshLambertMaterial,
  Quaternion,
  Vector3,
} from "three";
import { mergeGeometries } from "three/addons/utils/BufferGeometryUtils.js";
import { BodyShape, Cover, HairStyle, type Look, Top } from "../../wire/world";
import { FAR_HEIGHT_M, FarPart, farBody, HIP_M, SHOULDER_M } from "./far-body";
import { coloursOf, scaleOf } from "./look";

const UP = new Vector3(0, 1, 0);
const PAINTS = ["skin", "hair", "top", "legs", "cover"] as const;
const AGES_M = { child: 1.3, adult: 1.68, elder: 1.62 } as const;
const WIDTHS = { slim: 0.92, medium: 1.02, full: 1.24 } as const;
const at = new Vector3();
const turn = new Quaternion();
const size = new Vector3();
const placed = new Matrix4();
const colour = new Color();

/** How a far figure moves. */
export interface FarDoing {
  readonly phase: number;
  /** 0 stands, 1 walks briskly. */
  readonly stride: number;
  readonly isSeated: boolean;
  readonly isHandUp: boolean;
}

/** Everybody who is far off, in one draw: few triangles each, walking in the shader. */
export class FarCrowd {
  readonly root = new Group();
  private readonly bodies: InstancedMesh;
  private readonly chairs: InstancedMesh;
  private readonly moves: InstancedBufferAttribute;
  private readonly bits: InstancedBufferAttribute;
  private readonly paints: readonly InstancedBufferAttribute[];
  private count = 0;
  private chairCount = 0;
  private readonly drawn: Look[] = [];

  constructor(private readonly most: number) {
    const geometry = farBody();
    const per = (parts: number, isNormalized = false) => {
      const values = isNormalized ? new Uint8Array(most * parts) : new Float32Array(most * parts);
      const made = new InstancedBufferAttribute(values, parts, isNormalized);
      made.setUsage(DynamicDrawUsage);
      return made;
    };
    this.moves = per(4);
    this.bits = per(1);
    this.paints = PAINTS.map(() => per(4, true));
    geometry.setAttribute("moves", this.moves);
    geometry.setAttribute("bits", this.bits);
    for (const [i, name] of PAINTS.entries()) {
      const paint = this.paints[i];
      if (paint) geometry.setAttribute(`${name}Paint`, paint);
    }
    this.root.name = "far crowd";
    this.bodies = new InstancedMesh(geometry, stuff(), most);
    const iron = new MeshLambertMaterial({ color: "#2b3a3d", side: DoubleSide });
    this.chairs = new InstancedMesh(chair(), iron, most);
    for (const mesh of [this.bodies, this.chairs]) {
      mesh.instanceMatrix.setUsage(DynamicDrawUsage);
      mesh.frustumCulled = false; // they stand all around
      mesh.count = 0;
      this.root.add(mesh);
    }
  }

  /** What is drawn of all who are far [triangles]. */
  get triangles(): number {
    return [this.bodies, this.chairs].reduce(
      (sum, { count, geometry }) => sum + (count * (geometry.index?.count ?? 0)) / 3,
      0,
    );
  }

  begin(): void {
    this.count = 0;
    this.chairCount = 0;
  }

  add(look: Look, position: readonly [number, number, number], yaw: number, doing: FarDoing): void {
    const i = this.count;
    if (i >= this.most) return;
    this.count += 1;
    const tall = (AGES_M[look.age] * scaleOf(look)) / FAR_HEIGHT_M;
    at.set(...position);
    turn.setFromAxisAngle(UP, yaw + Math.PI);
    const wide = WIDTHS[look.build] * tall * (look.shape === BodyShape.MASCULINE ? 1.05 : 0.97);
    this.bodies.setMatrixAt(i, placed.compose(at, turn, size.set(wide, tall, wide)));
    if (look.wheelchair) {
      this.chairs.setMatrixAt(this.chairCount, placed.compose(at, turn, size.setScalar(1)));
      this.chairCount += 1;
    }
    const { phase, stride, isSeated, isHandUp } = doing;
    this.moves.setXYZW(i, phase, stride, Number(isSeated || look.wheelchair), Number(isHandUp));
    if (this.drawn[i] === look) return;
    this.drawn[i] = look;
    this.bits.setX(i, bitsOf(look));
    this.bits.needsUpdate = true;
    const [, skin, hair, , top, legs, , , cover] = coloursOf(look);
    for (const [k, shade] of [skin, hair, top, legs, cover].entries()) {
      colour.set(shade ?? "#888888");
      const paint = this.paints[k];
      paint?.setXYZW(i, colour.r, colour.g, colour.b, 1);
      if (paint) paint.needsUpdate = true;
    }
  }

  end(): void {
    for (const [mesh, count] of [
      [this.bodies, this.count],
      [this.chairs, this.chairCount],
    ] as const) {
      mesh.count = count;
      mesh.visible = count > 0;
      mesh.instanceMatrix.needsUpdate = true;
    }
    this.moves.needsUpdate = true;
  }

  dispose(): void {
    this.root.removeFromParent();
    for (const mesh of [this.bodies, this.chairs]) {
      mesh.geometry.dispose();
      (mesh.material as MeshLambertMaterial).dispose();
      mesh.dispose();
    }
  }
}

/** A wheelchair from afar. */
function chair(): BufferGeometry {
  return mergeGeometries([
    new BoxGeometry(0.44, 0.06, 0.44).translate(0, 0.44, 0),
    new BoxGeometry(0.42, 0.44, 0.05).translate(0, 0.7, -0.24),
    ...[1, -1].map((sign) =>
      new CircleGeometry(0.3, 8).rotateY(Math.PI / 2).translate(0.28 * sign, 0.3, -0.12),
    ),
  ]);
}

const LONG: ReadonlySet<HairStyle> = new Set([HairStyle.BOB, HairStyle.LONG, HairStyle.TAIL]);

function bitsOf(look: Look): number {
  const isCovered = look.cover === Cover.HIJAB || look.cover === Cover.TURBAN;
  const hasHair = look.hair !== HairStyle.BALD;
  let bits = hasHair || isCovered ? FarPart.HEAD : 0;
  if (look.cover === Cover.HIJAB || (!isCovered && LONG.has(look.hair))) bits |= FarPart.LONG;
  if (isCovered) bits |= FarPart.COVER;
  if (look.cover === Cover.HIJAB) bits |= FarPart.SCARF;
  const isLong = look.top === Top.DRESS || look.top === Top.COAT || look.top === Top.TUNIC;
  return isLong && !look.wheelchair ? bits | FarPart.SKIRT : bits;
}

const POSE = /* glsl */ `
vec3 posed(vec3 p, float limb) {
  float phase = moves.x, stride = moves.y, seat = moves.z;
  if (limb == 1.0 || limb == 2.0) {
    float swing = 0.55 * stride * sin(phase + (limb == 2.0 ? 3.14159 : 0.0));
    float down = max(${HIP_M.toFixed(2)} - p.y, 0.0);
    float thigh = min(down, 0.43);
    float shin = down - thigh;
    float lift = swing * (1.0 - seat) + 1.5 * seat;
    vec2 knee = vec2(sin(lift), -cos(lift)) * thigh;
    float bend = (1.0 - seat) * (lift - 0.5 * stride * max(0.0, cos(phase + (limb == 2.0 ? 3.14159 : 0.0))));
    p.z += knee.x + sin(bend) * shin;
    p.y = ${HIP_M.toFixed(2)} + knee.y - cos(bend) * shin;
  } else if (limb > 2.5) {
    float swing = -0.45 * stride * sin(phase + (limb == 4.0 ? 3.14159 : 0.0)) + 0.5 * seat;
    float raised = limb == 4.0 ? moves.w * 2.7 : 0.0;
    float angle = swing + raised;
    vec2 off = vec2(p.z, p.y - ${SHOULDER_M.toFixed(2)});
    float c = cos(angle), s = sin(angle);
    p.z = off.x * c - off.y * s;
    p.y = ${SHOULDER_M.toFixed(2)} + off.x * s + off.y * c;
  }
  return p;
}
`;

/** Lambert, with the limbs moved and each region painted as its owner chose. */
function stuff(): MeshLambertMaterial {
  const made = new MeshLambertMaterial();
  made.onBeforeCompile = (shader) => {
    shader.vertexShader = shader.vertexShader
      .replace(
        "#include <common>",
        `#include <common>
attribute vec3 kind;
attribute vec4 moves;
attribute float bits;
${PAINTS.map((name) => `attribute vec4 ${name}Paint;`).join("\n")}
varying vec3 vPaint;
${POSE}`,
      )
      .replace(
        "#include <begin_vertex>",
        `#include <begin_vertex>
int part = int(kind.z + 0.5);
int worn = int(bits + 0.5);
bool isHead = part == ${FarPart.HEAD} || part == ${FarPart.LONG};
if (isHead && (worn & part) == 0) transformed = vec3(0.0, 1.5, 0.0);
if (isHead && (worn & ${FarPart.COVER}) != 0) {
  transformed = vec3(0.0, 1.62, -0.01) + (transformed - vec3(0.0, 1.62, -0.01)) * vec3(1.18, 1.12, 1.18);
  if (part == ${FarPart.LONG} && (worn & ${FarPart.SCARF}) != 0) transformed.xz *= vec2(1.15, 1.5);
}
if (part == ${FarPart.SKIRT} && (worn & part) != 0 && transformed.y < 0.9) {
  transformed = vec3(transformed.x * 1.35, 0.52, transformed.z * 1.5);
}
transformed = posed(transformed, kind.y);
transformed.y -= moves.z * 0.36;
vec3 hair = (worn & ${FarPart.COVER}) != 0 ? coverPaint.rgb : hairPaint.rgb;
vPaint = kind.x < 0.5 ? skinPaint.rgb : kind.x < 1.5 ? hair : kind.x < 2.5 ? topPaint.rgb : legsPaint.rgb;`,
      );
    shader.fragmentShader = shader.fragmentShader
      .replace("#include <common>", "#include <common>\nvarying vec3 vPaint;")
      .replace(
        "#include <color_fragment>",
        "#include <color_fragment>\ndiffuseColor.rgb *= vPaint;",
      );
  };
  return made;
}
