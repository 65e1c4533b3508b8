/**
 * How richly to draw. "fine": light and shadow are worked out for every point of the picture.
 * "plain": they are worked out once, when a place is built, and only looked up afterwards.
 */
export type Tier = "fine" | "plain";

const SLOW = /swiftshader|llvmpipe|softpipe|software|microsoft basic render/i;
const KEPT = "asklepion.drawing";

let known: Tier | null = null;

/** What this machine can do; a choice kept on it goes first. */
export function tierHere(): Tier {
  const kept = globalThis.localStorage?.getItem(KEPT);
  if (kept === "fine" || kept === "plain") return kept;
  known ??= SLOW.test(rendererName()) ? "plain" : "fine";
  return known;
}

function rendererName(): string {
  const gl = document.createElement("canvas").getContext?.("webgl2");
  if (!gl) return "";
  const about = gl.getExtension("WEBGL_debug_renderer_info");
  const name = gl.getParameter(about ? about.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return String(name);
}
