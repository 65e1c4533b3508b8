/** One named surface of a baked body, in metres, feet at y = 0, facing +z. */
export interface Surface {
  readonly name: string;
  /** x y z of each point. */
  readonly points: Float32Array;
  /** Directions as signed bytes, three per point. */
  readonly normals: Int8Array;
  readonly corners: Uint16Array;
}

export interface BakedBody {
  /** From floor to crown [m]. */
  readonly height: number;
  /** Body mass index of this figure [kg/m²]; 0 where nobody has weighed it. */
  readonly bmi: number;
  readonly surfaces: readonly Surface[];
}

interface Accessor {
  bufferView: number;
  count: number;
}
interface View {
  byteOffset: number;
  byteLength: number;
  byteStride?: number;
}
interface Node {
  name: string;
  mesh?: number;
  translation?: [number, number, number];
  scale?: [number, number, number];
  extras?: { height?: number; bmi?: number };
}
interface Document {
  accessors: Accessor[];
  bufferViews: View[];
  meshes: {
    primitives: { attributes: { POSITION: number; NORMAL: number }; indices: number }[];
  }[];
  nodes: Node[];
}

const GLTF = 0x46546c67;
const STEPS = 32767;

/**
 * Open a body as `tools/hologram.py` bakes it: 16-bit shares of one cube around everything, 8-bit
 * normals, every part a node under one root.
 */
export function readBody(file: ArrayBuffer): BakedBody {
  const head = new DataView(file);
  if (file.byteLength < 28 || head.getUint32(0, true) !== GLTF) {
    throw new Error("This file is no baked body.");
  }
  const length = head.getUint32(12, true);
  const text = new TextDecoder().decode(new Uint8Array(file, 20, length));
  const document = JSON.parse(text) as Document;
  const start = 20 + length + 8;
  const root = document.nodes.find((node) => node.mesh === undefined);
  const surfaces = document.nodes.flatMap((node) => {
    const primitive = document.meshes[node.mesh ?? -1]?.primitives[0];
    if (!primitive) return [];
    const { POSITION, NORMAL } = primitive.attributes;
    return {
      name: node.name,
      points: placed(rows(file, start, document, POSITION, "short"), root),
      normals: rows(file, start, document, NORMAL, "byte"),
      corners: indices(file, start, document, primitive.indices),
    };
  });
  const { height = 1.7, bmi = 0 } = root?.extras ?? {};
  return { height, bmi, surfaces };
}

function rows(f: ArrayBuffer, start: number, d: Document, at: number, as: "short"): Int16Array;
function rows(f: ArrayBuffer, start: number, d: Document, at: number, as: "byte"): Int8Array;
function rows(
  file: ArrayBuffer,
  start: number,
  document: Document,
  at: number,
  as: "short" | "byte",
): Int16Array | Int8Array {
  const { count, view } = find(document, at);
  const wide = as === "short" ? 2 : 1;
  const stride = (view.byteStride ?? 3 * wide) / wide;
  const from = start + view.byteOffset;
  const padded =
    as === "short"
      ? new Int16Array(file, from, count * stride)
      : new Int8Array(file, from, count * stride);
  const tight = as === "short" ? new Int16Array(count * 3) : new Int8Array(count * 3);
  for (let i = 0; i < count; i += 1) {
    tight.set(padded.subarray(i * stride, i * stride + 3), i * 3);
  }
  return tight;
}

function indices(file: ArrayBuffer, start: number, document: Document, at: number): Uint16Array {
  const { count, view } = find(document, at);
  return new Uint16Array(file, start + view.byteOffset, count).slice();
}

function find(document: Document, at: number): { count: number; view: View } {
  const accessor = document.accessors[at];
  const view = document.bufferViews[accessor?.bufferView ?? -1];
  if (!accessor || !view) throw new Error("This body is incomplete.");
  return { count: accessor.count, view };
}

function placed(shares: Int16Array, root: Node | undefined): Float32Array {
  const [x, y, z] = root?.translation ?? [0, 0, 0];
  const scale = (root?.scale?.[0] ?? 1) / STEPS;
  const offset = [x, y, z] as const;
  return Float32Array.from(shares, (share, i) => share * scale + (offset[i % 3] ?? 0));
}
