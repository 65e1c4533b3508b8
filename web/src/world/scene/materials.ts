import {
  Color,
  type DataTexture,
  DoubleSide,
  type Material,
  MeshBasicMaterial,
  MeshLambertMaterial,
  MeshPhongMaterial,
  type MeshPhongMaterialParameters,
  MixOperation,
  ShaderChunk,
  type Texture,
  type WebGLProgramParametersWithUniforms,
} from "three";
import type { Daylight } from "./daylight";
import { WARM, warmed } from "./lamplight";
import type { Stuff } from "./mason";
import { leafSheet, paintSky, rippleSlopes, skyPicture, stoneGrain, woodGrain } from "./pictures";
import { type Tier, tierHere } from "./tier";

/** What lamps are seen on. */
export const LAMPLIT: readonly Stuff[] = ["stone", "wood", "cloth", "floor", "leaf", "pane"];

/** One material for each kind of stuff, shared by all that a place is built of. */
export class Materials {
  readonly time = { value: 0 };
  readonly ripples: Texture;
  /** The sky as shining things mirror it. */
  readonly mirror: DataTexture;
  private readonly lampGlow = { value: new Color(0) };
  private readonly paneGlow = { value: new Color(0) }; // panes are sea-green, the rooms behind are not
  private readonly textures: Texture[] = [];
  private readonly made: Record<Stuff, Material>;

  constructor(readonly tier: Tier = tierHere()) {
    const Matt = tier === "fine" ? MeshLambertMaterial : MeshBasicMaterial;
    const grain = this.keep(stoneGrain());
    const boards = this.keep(woodGrain());
    this.ripples = this.keep(rippleSlopes());
    this.mirror = skyPicture();
    this.textures.push(this.mirror);
    grain.repeat.set(0.45, 0.45);
    boards.repeat.set(0.8, 0.8);
    const leaves = leafSheet();
    if (leaves) this.textures.push(leaves);
    this.made = {
      stone: new Matt({ vertexColors: true, map: grain }),
      wood: new Matt({ vertexColors: true, map: boards }),
      cloth: new Matt({ vertexColors: true }),
      floor:
        tier === "fine"
          ? shining(this.mirror, { map: boards, reflectivity: 0.1, shininess: 40 }, 0.05)
          : new Matt({ vertexColors: true, map: boards }),
      glass:
        tier === "plain"
          ? plainGlass()
          : shining(
              this.mirror,
              {
                transparent: true,
                opacity: 0.3,
                reflectivity: 0.55,
                shininess: 160,
                depthWrite: false,
                side: DoubleSide,
              },
              0.12,
            ),
      pane:
        tier === "fine"
          ? shining(this.mirror, { reflectivity: 0.3, shininess: 60 }, 0.05)
          : new Matt({ vertexColors: true }),
      glow: new MeshBasicMaterial({ vertexColors: true, toneMapped: false }),
      leaf: this.leafMaterial(leaves),
      water: shining(this.mirror, { reflectivity: 0.75, shininess: 220 }, 0.08, (shader) =>
        this.ripple(shader),
      ),
    };
    for (const stuff of LAMPLIT) {
      const glow = stuff === "pane" ? this.paneGlow : this.lampGlow;
      warmed(this.made[stuff], `${stuff} ${tier}`, glow);
    }
  }

  /**
   * Let it be another hour.
   *
   * @param since how much lighter it has become since light was worked into the colours, for each colour.
   */
  show(day: Daylight, isInside: boolean, since: Color): void {
    paintSky(this.mirror, day);
    const lamps = isInside ? 0.6 * day.lamps : day.lamps;
    this.lampGlow.value.copy(WARM).multiplyScalar(lamps);
    this.paneGlow.value.setRGB(1.9, 0.95, 0.42).multiplyScalar(lamps);
    const ofGlass = (this.made.glass as MeshPhongMaterial).emissive;
    ofGlass?.copy(WARM).multiplyScalar(isInside ? 0 : 0.5 * day.lamps);
    const dim = 1 - 0.12 * day.lamps;
    (this.made.glow as MeshBasicMaterial).color.setRGB(dim + 0.1 * day.lamps, dim, dim);
    if (this.tier === "fine") return;
    const light = day.key.clone().multiplyScalar(0.4).add(day.above).add(day.below);
    const part = (light.r + light.g + light.b) / (3 * Math.PI * 1.5);
    for (const glow of [this.lampGlow, this.paneGlow]) {
      glow.value.multiplyScalar(1 / Math.max(0.25, part));
    }
    for (const stuff of LAMPLIT) (this.made[stuff] as MeshBasicMaterial).color.copy(since);
    const clear = day.above.clone().multiplyScalar(1 / Math.PI);
    (this.made.glass as MeshBasicMaterial).color
      .copy(clear)
      .lerp(WARM, isInside ? 0 : 0.85 * day.lamps);
  }

  of(stuff: Stuff): Material {
    return this.made[stuff];
  }

  update(dt: number): void {
    this.time.value += dt;
  }

  dispose(): void {
    for (const texture of this.textures) texture.dispose();
    for (const material of Object.values(this.made)) material.dispose();
  }

  private keep(texture: Texture): Texture {
    this.textures.push(texture);
    return texture;
  }

  private leafMaterial(sheet: Texture | null): Material {
    const Matt = this.tier === "fine" ? MeshLambertMaterial : MeshBasicMaterial;
    const material = new Matt({
      vertexColors: true,
      alphaTest: 0.42,
      side: DoubleSide,
      ...(sheet ? { map: sheet } : {}),
    });
    material.forceSinglePass = true;
    material.onBeforeCompile = (shader) => {
      shader.uniforms.time = this.time;
      shader.vertexShader = shader.vertexShader
        .replace(
          "#include <common>",
          "#include <common>\nattribute float sway;\nuniform float time;",
        )
        .replace(
          "#include <begin_vertex>",
          `#include <begin_vertex>
          vec2 gust = vec2(sin(time * 1.1 + position.x * 0.6 + position.z * 0.4),
                           sin(time * 1.4 + position.z * 0.7));
          float flutter = sin(time * 4.2 + position.x * 5.0 + position.y * 7.0) * 0.25;
          transformed.xz += (gust + flutter) * sway;
          transformed.y += flutter * sway * 0.5;`,
        )
        // Leaves let light through: both sides are lit as the side towards the sun.
        .replace("#include <beginnormal_vertex>", "vec3 objectNormal = vec3(normal);");
      shader.fragmentShader = shader.fragmentShader.replace(
        "#include <normal_fragment_begin>",
        "vec3 normal = normalize(vNormal);\nvec3 nonPerturbedNormal = normal;",
      );
    };
    return material;
  }

  /** Small waves on a pool: its normal follows two sheets of slopes that drift. */
  private ripple(shader: Shader): void {
    shader.uniforms.time = this.time;
    shader.uniforms.ripples = { value: this.ripples };
    shader.vertexShader = shader.vertexShader
      .replace("#include <common>", "#include <common>\nvarying vec3 vSpot;")
      .replace(
        "#include <project_vertex>",
        "#include <project_vertex>\nvSpot = (modelMatrix * vec4(transformed, 1.0)).xyz;",
      );
    shader.fragmentShader = shader.fragmentShader
      .replace(
        "#include <common>",
        "#include <common>\nvarying vec3 vSpot;\nuniform float time;\nuniform sampler2D ripples;",
      )
      .replace(
        "#include <normal_fragment_maps>",
        `vec2 slope = texture2D(ripples, vSpot.xz * 0.31 + time * vec2(0.021, 0.013)).xy
                    + texture2D(ripples, vSpot.xz * 0.73 - time * vec2(0.017, 0.029)).xy - 1.0;
        normal = normalize(normal + (viewMatrix * vec4(slope.x, 0.0, slope.y, 0.0)).xyz * 0.14);`,
      );
  }
}

function plainGlass(): MeshBasicMaterial {
  return new MeshBasicMaterial({
    vertexColors: true,
    transparent: true,
    opacity: 0.26,
    depthWrite: false,
    side: DoubleSide,
  });
}

type Shader = WebGLProgramParametersWithUniforms;

/** A surface that mirrors the sky: little when looked at straight, much at a grazing angle. */
function shining(
  mirror: Texture,
  how: MeshPhongMaterialParameters,
  least: number,
  more?: (shader: Shader) => void,
): MeshPhongMaterial {
  const material = new MeshPhongMaterial({
    vertexColors: true,
    envMap: mirror,
    combine: MixOperation,
    specular: "#fff2da",
    ...how,
  });
  material.onBeforeCompile = (shader) => {
    more?.(shader);
    shader.fragmentShader = shader.fragmentShader.replace(
      "#include <envmap_fragment>",
      ShaderChunk.envmap_fragment.replaceAll(
        "specularStrength * reflectivity",
        `specularStrength * reflectivity * (${least.toFixed(2)} + ${(1 - least).toFixed(2)} *
          pow(1.0 - abs(dot(normalize(vViewPosition), normal)), 4.0))`,
      ),
    );
  };
  material.customProgramCacheKey = () => `shining ${least} ${more ? "ripples" : ""}`;
  return material;
}

/** The colours of the house, as light sees them. */
export const TONES = {
  lime: "#f3ecdf",
  limeDeep: "#e2d7c4",
  chalk: "#faf6ee",
  sand: "#e8dcc7",
  slate: "#8c8a80",
  oak: "#c9a681",
  oakDark: "#9d7f61",
  cedar: "#b98f6b",
  teal: "#5fa7a3",
  tealDeep: "#2d7478",
  glass: "#a9d6d2",
  olive: "#aab48c",
  oliveDark: "#8d9a72",
  cypress: "#6b8460",
  laurel: "#7d9a65",
  pine: "#7b9464",
  bark: "#8d7f6d",
  earth: "#8c7358",
  clay: "#c27f5a",
  lavender: "#a393cf",
  water: "#79bcbd",
} as const;

export function mixed(a: string, b: string, share: number): Color {
  return new Color(a).lerp(new Color(b), share);
}
