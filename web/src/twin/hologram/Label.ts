import {
  CanvasTexture,
  LinearFilter,
  Sprite,
  SpriteMaterial,
  SRGBColorSpace,
  type Vector3,
} from "three";

const HEIGHT_PX = 96;
const FONT = `600 44px "Figtree Variable", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif`;
const HEIGHT = 0.044; // of the view, at whatever distance: it is there to be read
const ABOVE_M = 0.075;
const DOT_PX = 26;
const EDGE_PX = 34;

/** A small sign that names the organ one points at, also where no page is beside the scene. */
export class Label {
  readonly sprite: Sprite;
  private readonly material = new SpriteMaterial({
    transparent: true,
    depthTest: false,
    depthWrite: false,
    toneMapped: false,
    sizeAttenuation: false,
  });
  private written = "";
  private share = 1; // how much wider than high

  constructor() {
    this.sprite = new Sprite(this.material);
    this.sprite.renderOrder = 60;
    this.sprite.visible = false;
    this.sprite.raycast = () => {};
  }

  /**
   * Name what stands at a place (root frame); a colour adds a dot. No words hide the sign.
   *
   * @param small how small all around it is drawn; the sign stays as large as it is to be read.
   */
  show(words: string, colour: string | null, at: Vector3 | null, small = 1): void {
    this.sprite.visible = words !== "" && at !== null;
    if (!at || words === "") return;
    this.sprite.position.set(at.x, at.y + ABOVE_M, at.z);
    const key = `${words} ${colour ?? ""}`;
    if (key !== this.written) this.write(words, colour);
    this.written = key;
    this.sprite.scale.set((HEIGHT * this.share) / small, HEIGHT / small, 1);
  }

  dispose(): void {
    this.sprite.removeFromParent();
    this.material.map?.dispose();
    this.material.dispose();
  }

  private write(words: string, colour: string | null): void {
    const canvas = document.createElement("canvas");
    const brush = canvas.getContext("2d");
    if (!brush) return;
    brush.font = FONT;
    const text = brush.measureText(words).width;
    canvas.width = Math.ceil(text + 2 * EDGE_PX + (colour ? DOT_PX + 16 : 0));
    canvas.height = HEIGHT_PX;
    paint(brush, words, colour);
    this.material.map?.dispose();
    const map = new CanvasTexture(canvas);
    map.colorSpace = SRGBColorSpace;
    map.minFilter = LinearFilter;
    map.generateMipmaps = false;
    this.material.map = map;
    this.material.needsUpdate = true;
    this.share = canvas.width / HEIGHT_PX;
  }
}

function paint(brush: CanvasRenderingContext2D, words: string, colour: string | null): void {
  const { width, height } = brush.canvas;
  brush.font = FONT;
  brush.fillStyle = "rgba(20, 42, 42, 0.86)";
  brush.beginPath();
  brush.roundRect(2, 2, width - 4, height - 4, height / 2);
  brush.fill();
  let x = EDGE_PX;
  if (colour) {
    brush.fillStyle = colour;
    brush.beginPath();
    brush.arc(x + DOT_PX / 2, height / 2, DOT_PX / 2, 0, 2 * Math.PI);
    brush.fill();
    x += DOT_PX + 16;
  }
  brush.fillStyle = "#f4fbf9";
  brush.textBaseline = "middle";
  brush.fillText(words, x, height / 2 + 3);
}
