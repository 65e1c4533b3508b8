import {
  CanvasTexture,
  LinearFilter,
  Mesh,
  MeshBasicMaterial,
  PlaneGeometry,
  SRGBColorSpace,
} from "three";

const WIDE_PX = 1024;
const LINE_PX = 76;
const EDGE_PX = 36;
const DOT_PX = 17;
const WIDE_M = 1.05;
const FONT = `"Figtree Variable", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif`;

/** One line of a legend; without a colour it only tells. */
export interface LegendLine {
  readonly colour: string | null;
  readonly words: string;
}

/** What the colours mean, where no page is beside the body: a plate that leans before it. */
export class LegendPlate {
  readonly mesh: Mesh<PlaneGeometry, MeshBasicMaterial>;
  private written = "";

  constructor() {
    const material = new MeshBasicMaterial({ transparent: true, toneMapped: false, fog: false });
    this.mesh = new Mesh(new PlaneGeometry(1, 1), material);
    this.mesh.raycast = () => {};
    this.mesh.visible = false;
    this.mesh.renderOrder = 40;
  }

  /** Write these lines; none hide the plate. */
  show(lines: readonly LegendLine[]): void {
    this.mesh.visible = lines.length > 0;
    const key = JSON.stringify(lines);
    if (key === this.written) return;
    this.written = key;
    if (lines.length > 0) this.write(lines);
  }

  dispose(): void {
    this.mesh.removeFromParent();
    this.mesh.geometry.dispose();
    this.mesh.material.map?.dispose();
    this.mesh.material.dispose();
  }

  private write(lines: readonly LegendLine[]): void {
    const canvas = document.createElement("canvas");
    canvas.width = WIDE_PX;
    canvas.height = lines.length * LINE_PX + 2 * EDGE_PX;
    const brush = canvas.getContext("2d");
    if (!brush) return;
    paint(brush, lines);
    this.mesh.material.map?.dispose();
    const map = new CanvasTexture(canvas);
    map.colorSpace = SRGBColorSpace;
    map.minFilter = LinearFilter;
    map.generateMipmaps = false;
    this.mesh.material.map = map;
    this.mesh.material.needsUpdate = true;
    this.mesh.scale.set(WIDE_M, (WIDE_M * canvas.height) / WIDE_PX, 1);
  }
}

function paint(brush: CanvasRenderingContext2D, lines: readonly LegendLine[]): void {
  const { width, height } = brush.canvas;
  brush.fillStyle = "rgba(20, 42, 42, 0.88)";
  brush.beginPath();
  brush.roundRect(2, 2, width - 4, height - 4, 44);
  brush.fill();
  brush.textBaseline = "middle";
  lines.forEach(({ colour, words }, i) => {
    const y = EDGE_PX + (i + 0.5) * LINE_PX;
    if (colour) {
      brush.fillStyle = colour;
      brush.beginPath();
      brush.arc(EDGE_PX + DOT_PX, y, DOT_PX, 0, 2 * Math.PI);
      brush.fill();
    }
    const x = colour ? EDGE_PX + 3.4 * DOT_PX : EDGE_PX;
    brush.fillStyle = colour ? "#f4fbf9" : "#b9d4d0";
    brush.font = `${colour ? 600 : 500} ${colour ? 40 : 34}px ${FONT}`;
    brush.fillText(words, x, y + 3, width - x - EDGE_PX);
  });
}
