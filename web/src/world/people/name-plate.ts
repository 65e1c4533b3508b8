import { CanvasTexture, LinearFilter, Sprite, SpriteMaterial, SRGBColorSpace } from "three";

const HEIGHT_PX = 64;
const HAND_PX = 40; // room for the raised hand before the name
const HEIGHT_M = 0.17;

/** A name over a head; it also says who speaks and who wants to. */
export class NamePlate {
  readonly sprite = new Sprite(new SpriteMaterial({ transparent: true, depthWrite: false }));
  private shown = "";

  show(name: string, isSpeaking: boolean, isHandUp: boolean): void {
    const wanted = `${name}|${isSpeaking}|${isHandUp}`;
    if (wanted === this.shown) return;
    this.shown = wanted;
    const picture = draw(name, isSpeaking, isHandUp);
    if (!picture) return;
    this.sprite.material.map?.dispose();
    this.sprite.material.map = picture.texture;
    this.sprite.material.needsUpdate = true;
    this.sprite.scale.set(HEIGHT_M * picture.aspect, HEIGHT_M, 1);
  }

  dispose(): void {
    this.sprite.material.map?.dispose();
    this.sprite.material.dispose();
  }
}

function draw(
  words: string,
  isSpeaking: boolean,
  isHandUp: boolean,
): { texture: CanvasTexture; aspect: number } | null {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  const font = `600 ${HEIGHT_PX * 0.5}px "Figtree Variable", system-ui, sans-serif`;
  pen.font = font;
  const sign = isHandUp ? HAND_PX : 0;
  canvas.width = Math.ceil(pen.measureText(words).width + HEIGHT_PX + sign);
  canvas.height = HEIGHT_PX;
  pen.font = font;
  pen.fillStyle = isSpeaking ? "#0f6d70" : "rgba(253, 251, 247, 0.9)";
  pen.beginPath();
  pen.roundRect(2, 2, canvas.width - 4, HEIGHT_PX - 4, HEIGHT_PX / 2);
  pen.fill();
  pen.fillStyle = isSpeaking ? "#ffffff" : "#22302f";
  if (isHandUp) hand(pen);
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(words, (canvas.width + sign) / 2, HEIGHT_PX / 2 + 2);
  const texture = new CanvasTexture(canvas);
  texture.colorSpace = SRGBColorSpace;
  texture.minFilter = LinearFilter;
  return { texture, aspect: canvas.width / HEIGHT_PX };
}

/** A raised hand: a palm, four fingers and a thumb. */
function hand(pen: CanvasRenderingContext2D): void {
  pen.strokeStyle = pen.fillStyle;
  pen.lineWidth = 5.5;
  pen.lineCap = "round";
  pen.beginPath();
  for (const [x, top] of [
    [26, 22],
    [33, 16],
    [40, 17],
    [47, 23],
  ] as const) {
    pen.moveTo(x, 40);
    pen.lineTo(x, top);
  }
  pen.moveTo(24, 42);
  pen.lineTo(18, 33);
  pen.stroke();
  pen.beginPath();
  pen.roundRect(23.5, 34, 26, 18, 9);
  pen.fill();
}
