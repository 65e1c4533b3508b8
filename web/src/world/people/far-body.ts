import { BufferAttribute, BufferGeometry } from "three";

/** What a point of a far figure is painted with, in the order of the figure's colours. */
export const FarPaint = { SKIN: 0, HAIR: 1, TOP: 2, LEGS: 3, COVER: 4 } as const;
/** Which limb moves it. */
export const FarLimb = { NONE: 0, LEFT_LEG: 1, RIGHT_LEG: 2, LEFT_ARM: 3, RIGHT_ARM: 4 } as const;
/** Points that change with what somebody wears, by the bit that says so. */
export const FarPart = { ALWAYS: 0, HEAD: 1, LONG: 2, COVER: 4, SCARF: 8, SKIRT: 16 } as const;

export const FAR_HEIGHT_M = 1.7;
export const HIP_M = 0.9;
export const SHOULDER_M = 1.4;

interface Ring {
  readonly y: number;
  readonly x: number;
  readonly z: number;
  readonly wide: number;
  readonly deep: number;
}

interface Kind {
  readonly paint: number;
  readonly limb?: number;
  readonly part?: number;
  readonly sides: number;
}

/** Collects rings of points into one mesh of few triangles, facing outward. */
class Loft {
  readonly at: number[] = [];
  readonly facing: number[] = [];
  readonly kind: number[] = [];
  readonly index: number[] = [];

  /** Rings from below to above, closed at the top. */
  add(rings: readonly Ring[], kind: Kind): void {
    const { sides } = kind;
    const start = this.at.length / 3;
    for (const { x, y, z, wide, deep } of rings) {
      for (let k = 0; k < sides; k++) {
        const turn = (k / sides) * 2 * Math.PI + Math.PI / sides;
        const [s, c] = [Math.sin(turn), Math.cos(turn)];
        this.point([x + s * wide, y, z + c * deep], [s, 0.12, c], kind);
      }
    }
    for (let r = 0; r < rings.length - 1; r++) {
      for (let k = 0; k < sides; k++) {
        const [a, b] = [start + r * sides + k, start + r * sides + ((k + 1) % sides)];
        this.index.push(a, b, b + sides, a, b + sides, a + sides);
      }
    }
    const top = start + (rings.length - 1) * sides;
    for (let k = 1; k < sides - 1; k++) this.index.push(top, top + k, top + k + 1);
  }

  private point(at: readonly number[], facing: readonly number[], kind: Kind): void {
    const long = Math.hypot(...facing);
    this.at.push(...at);
    this.facing.push(...facing.map((part) => part / long));
    this.kind.push(kind.paint, kind.limb ?? FarLimb.NONE, kind.part ?? FarPart.ALWAYS);
  }
}

const ring = (y: number, wide: number, deep: number, x = 0, z = 0): Ring => ({
  y,
  x,
  z,
  wide,
  deep,
});

/** A person of about a hundred triangles, standing, facing +z. */
export function farBody(): BufferGeometry {
  const loft = new Loft();
  const { SKIN, HAIR, TOP, LEGS } = FarPaint;
  loft.add(
    [
      ring(0.84, 0.165, 0.12),
      ring(1.08, 0.145, 0.1),
      ring(1.33, 0.18, 0.115),
      ring(1.47, 0.08, 0.07),
    ],
    { paint: TOP, part: FarPart.SKIRT, sides: 5 },
  );
  loft.add([ring(1.46, 0.05, 0.05), ring(1.58, 0.066, 0.08, 0, 0.012), ring(1.67, 0.06, 0.07)], {
    paint: SKIN,
    sides: 5,
  });
  loft.add(
    [
      ring(1.57, 0.078, 0.075, 0, -0.024),
      ring(1.67, 0.078, 0.09, 0, -0.01),
      ring(1.72, 0.04, 0.05, 0, -0.012),
    ],
    {
      paint: HAIR,
      part: FarPart.HEAD,
      sides: 5,
    },
  );
  loft.add([ring(1.37, 0.09, 0.055, 0, -0.07), ring(1.6, 0.075, 0.05, 0, -0.055)], {
    paint: HAIR,
    part: FarPart.LONG,
    sides: 4,
  });
  for (const sign of [1, -1]) {
    loft.add(
      [
        ring(0, 0.055, 0.1, 0.1 * sign, 0.03),
        ring(0.45, 0.062, 0.065, 0.1 * sign),
        ring(HIP_M, 0.09, 0.1, 0.085 * sign),
      ],
      { paint: LEGS, limb: sign > 0 ? FarLimb.LEFT_LEG : FarLimb.RIGHT_LEG, sides: 3 },
    );
    const limb = sign > 0 ? FarLimb.LEFT_ARM : FarLimb.RIGHT_ARM;
    loft.add([ring(0.9, 0.04, 0.046, 0.25 * sign, 0.02), ring(1.43, 0.055, 0.06, 0.19 * sign)], {
      paint: TOP,
      limb,
      sides: 3,
    });
    loft.add(
      [ring(0.76, 0.024, 0.04, 0.262 * sign, 0.03), ring(0.91, 0.033, 0.04, 0.25 * sign, 0.02)],
      {
        paint: SKIN,
        limb,
        sides: 3,
      },
    );
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(loft.at), 3));
  geometry.setAttribute("normal", new BufferAttribute(new Float32Array(loft.facing), 3));
  geometry.setAttribute("kind", new BufferAttribute(new Float32Array(loft.kind), 3));
  geometry.setIndex(loft.index);
  return geometry;
}
