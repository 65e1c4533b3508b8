import {
  BoxGeometry,
  Group,
  Mesh,
  MeshBasicMaterial,
  PlaneGeometry,
  SRGBColorSpace,
  VideoTexture,
} from "three";

/** What it is called in the scene. */
export const SHOWN_SCREEN = "shown screen";
const WIDE_M = 2.6;
const MIDDLE_M = 1.95;
const BEHIND_M = 1.3;

/** A screen that stands behind whoever shows something, and bears the moving picture on both sides. */
export class ScreenOnStand {
  readonly root = new Group();
  private readonly video = document.createElement("video");
  private readonly texture: VideoTexture;
  private readonly face = new PlaneGeometry(1, 1);
  private readonly frame = new BoxGeometry(1, 1, 1);
  private readonly picture: MeshBasicMaterial;
  private readonly wood = new MeshBasicMaterial({ color: "#3c4b4a" });
  private readonly body = new Group();

  constructor(stream: MediaStream) {
    this.video.muted = true;
    this.video.playsInline = true;
    this.video.srcObject = stream;
    this.video.onresize = () => this.fit();
    void this.video.play()?.catch(() => {}); // a page nobody touched yet may not play
    this.texture = new VideoTexture(this.video);
    this.texture.colorSpace = SRGBColorSpace;
    this.picture = new MeshBasicMaterial({ map: this.texture, toneMapped: false });
    for (const side of [1, -1]) {
      const sheet = new Mesh(this.face, this.picture);
      sheet.position.z = side * 0.03;
      sheet.rotation.y = side > 0 ? 0 : Math.PI;
      this.body.add(sheet);
    }
    const rim = new Mesh(this.frame, this.wood);
    rim.scale.set(1.03, 1.05, 0.05);
    this.body.add(rim);
    this.body.position.y = MIDDLE_M;
    this.root.add(this.body);
    this.root.name = SHOWN_SCREEN;
    this.fit();
  }

  /** Stand behind somebody who stands there and looks that way. */
  stand([x, y, z]: readonly [number, number, number], yaw: number): void {
    this.root.position.set(x + Math.sin(yaw) * BEHIND_M, y, z + Math.cos(yaw) * BEHIND_M);
    this.root.rotation.y = yaw + Math.PI;
  }

  dispose(): void {
    this.video.onresize = null;
    this.video.srcObject = null;
    this.root.removeFromParent();
    for (const part of [this.texture, this.face, this.frame, this.picture, this.wood]) {
      part.dispose();
    }
  }

  /** As wide as ever, and as high as the picture wants, but not higher than wide. */
  private fit(): void {
    const { videoWidth, videoHeight } = this.video;
    const share = videoWidth > 0 ? videoHeight / videoWidth : 9 / 16;
    const high = Math.min(WIDE_M * 0.75, WIDE_M * share);
    this.body.scale.set(high / share, high, 1);
  }
}
