import { Color, Mesh, type Object3D, type Texture } from "three";
import { PALETTES } from "./look";

/** The colour that a body has on the whole, by its parts and how many triangles each has. */
export function tintOf(root: Object3D): Color {
  const sum = new Color(0, 0, 0);
  let whole = 0;
  root.traverse((node) => {
    if (!(node instanceof Mesh)) return;
    const { color, map } = node.material as { color?: Color; map?: Texture | null };
    const share = node.geometry.index?.count ?? 1;
    const seen = (color?.clone() ?? new Color("#ffffff")).multiply(averageOf(map ?? null));
    sum.add(seen.multiplyScalar(share));
    whole += share;
  });
  return whole ? sum.multiplyScalar(1 / whole) : new Color("#888888");
}

/** The place in the palette of cloth of what is most like a colour. */
export function clothLike(tint: Color): number {
  const far = PALETTES.cloth.map((cloth) => {
    const { r, g, b } = new Color(cloth);
    return Math.hypot(r - tint.r, g - tint.g, b - tint.b);
  });
  return far.indexOf(Math.min(...far));
}

/** What a picture is like from so far that it is one point; white where nobody can tell. */
function averageOf(map: Texture | null): Color {
  const white = new Color("#ffffff");
  const image = map?.image as CanvasImageSource | undefined;
  const canvas = image ? document.createElement("canvas") : null;
  const brush = canvas?.getContext("2d", { willReadFrequently: true });
  if (!image || !canvas || !brush) return white;
  canvas.width = canvas.height = 4;
  brush.drawImage(image, 0, 0, 4, 4);
  const { data } = brush.getImageData(0, 0, 4, 4);
  const [r, g, b] = [0, 1, 2].map((n) => {
    let sum = 0;
    for (let at = n; at < data.length; at += 4) sum += data[at] ?? 0;
    return sum / (data.length / 4) / 255;
  });
  return white.setRGB(r ?? 1, g ?? 1, b ?? 1, "srgb");
}
