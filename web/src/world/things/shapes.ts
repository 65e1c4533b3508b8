import {
  BoxGeometry,
  BufferAttribute,
  CanvasTexture,
  Color,
  Group,
  LinearFilter,
  type Material,
  Mesh,
  MeshBasicMaterial,
  MeshLambertMaterial,
  type Object3D,
  PlaneGeometry,
  SphereGeometry,
  SRGBColorSpace,
  type Texture,
  TextureLoader,
} from "three";
import type { BoardItem, NoteItem, SlidesItem } from "../../wire/world";
import { tierHere } from "../scene/tier";
import { fileAddress } from "./files";
import { BALL_M } from "./flight";
import { inkOf } from "./inks";
import type { ItemState } from "./loose";
import { type Brush, paintBoard, paintNote } from "./paint";

/** An item as it is drawn: faces −Z, as everything here does. */
export interface Shape {
  readonly root: Object3D;
  /** What one draws on, in metres; null of what one does not draw on. */
  readonly face: Mesh | null;
  /** Show another state of the same kind. */
  show(state: ItemState): void;
  dispose(): void;
}

const BOARD_PX = 1024;
const NOTE_PX = 256;
const NOTE_M = 0.34;
const SLIDE_M = [2.2, 1.24] as const;
const WOOD = "#b98d5f";
const THIN_M = 0.03;

function matt(color: string, map: Texture | null = null): Material {
  const parts = map ? { color, map } : { color };
  return tierHere() === "fine" ? new MeshLambertMaterial(parts) : new MeshBasicMaterial(parts);
}

/** Owns what it is built of, so that nothing is left when it goes. */
class Parts {
  readonly root = new Group();
  private readonly owned: { dispose(): void }[] = [];

  box(size: readonly [number, number, number], at: readonly [number, number, number]): void {
    const geometry = new BoxGeometry(...size);
    const material = matt(WOOD);
    const mesh = new Mesh(geometry, material);
    mesh.position.set(...at);
    mesh.castShadow = true;
    this.owned.push(geometry, material);
    this.root.add(mesh);
  }

  /** A picture that faces −Z. Lit from within a little, so that it reads in the shade. */
  face(width: number, height: number, map: Texture): Mesh<PlaneGeometry, MeshBasicMaterial> {
    const geometry = new PlaneGeometry(width, height);
    const material = new MeshBasicMaterial({ map, toneMapped: false });
    const mesh = new Mesh(geometry, material);
    mesh.rotation.y = Math.PI;
    this.owned.push(geometry, material);
    this.root.add(mesh);
    return mesh;
  }

  own<T extends { dispose(): void }>(one: T): T {
    this.owned.push(one);
    return one;
  }

  dispose(): void {
    for (const one of this.owned) one.dispose();
    this.root.removeFromParent();
  }
}

function canvasOf(wide: number, high: number): { brush: Brush | null; map: CanvasTexture } {
  const canvas = document.createElement("canvas");
  canvas.width = wide;
  canvas.height = high;
  const map = new CanvasTexture(canvas);
  map.colorSpace = SRGBColorSpace;
  map.anisotropy = 4;
  return { brush: canvas.getContext("2d"), map };
}

export function shapeOf(state: ItemState): Shape {
  switch (state.kind) {
    case "board":
      return boardShape(state);
    case "note":
      return noteShape();
    case "ball":
      return ballShape(state.ink);
    case "slides":
      return slidesShape();
    case "model":
      return modelShape();
  }
}

function boardShape({ width, height }: BoardItem): Shape {
  const parts = new Parts();
  const { brush, map } = canvasOf(BOARD_PX, Math.round((BOARD_PX * height) / width));
  parts.own(map);
  framed(parts, width, height);
  const face = parts.face(width, height, map);
  face.position.z = -THIN_M / 2 - 0.004;
  parts.box([width * 0.5, 0.03, 0.09], [0, -height / 2 - 0.02, -0.06]); // where the pens lie
  return {
    root: parts.root,
    face,
    show(state) {
      if (!brush || state.kind !== "board") return;
      paintBoard(brush, state, BOARD_PX);
      map.needsUpdate = true;
    },
    dispose: () => parts.dispose(),
  };
}

/** A back, a frame around it, and two legs down to the floor. */
function framed(parts: Parts, width: number, height: number): void {
  const edge = 0.045;
  parts.box([width + 2 * edge, height + 2 * edge, THIN_M], [0, 0, THIN_M / 2]);
  for (const side of [-1, 1]) {
    parts.box([edge, height + 2 * edge, 0.05], [(side * (width + edge)) / 2, 0, -0.012]);
    parts.box([width, edge, 0.05], [0, (side * (height + edge)) / 2, -0.012]);
    const leg = Math.max(0.1, 1.45 - height / 2);
    parts.box([0.05, leg, 0.05], [side * width * 0.36, -height / 2 - leg / 2, THIN_M]);
  }
}

function noteShape(): Shape {
  const parts = new Parts();
  const { brush, map } = canvasOf(NOTE_PX, NOTE_PX);
  parts.own(map);
  map.minFilter = LinearFilter;
  const face = parts.face(NOTE_M, NOTE_M, map);
  const back = parts.face(NOTE_M, NOTE_M, map);
  back.rotation.y = 0;
  back.position.z = 0.002;
  back.material.color = new Color("#efe3bd");
  back.material.map = null;
  return {
    root: parts.root,
    face: null,
    show(state: ItemState) {
      if (!brush || state.kind !== "note") return;
      paintNote(brush, state satisfies NoteItem, NOTE_PX);
      map.needsUpdate = true;
      face.material.needsUpdate = true;
    },
    dispose: () => parts.dispose(),
  };
}

/** Six stripes, so that one sees it turn. */
function ballShape(ink: number): Shape {
  const parts = new Parts();
  const geometry = parts.own(new SphereGeometry(BALL_M, 24, 16));
  const { count } = geometry.getAttribute("position");
  const colors = new Float32Array(count * 3);
  const [dark, pale] = [new Color(inkOf(ink)), new Color("#f6efe2")];
  const uv = geometry.getAttribute("uv");
  for (let i = 0; i < count; i++) {
    const isDark = Math.floor(uv.getX(i) * 6) % 2 === 0;
    (isDark ? dark : pale).toArray(colors, i * 3);
  }
  geometry.setAttribute("color", new BufferAttribute(colors, 3));
  const Matt = tierHere() === "fine" ? MeshLambertMaterial : MeshBasicMaterial;
  const mesh = new Mesh(geometry, parts.own(new Matt({ vertexColors: true })));
  mesh.castShadow = true;
  parts.root.add(mesh);
  return { root: parts.root, face: null, show: () => {}, dispose: () => parts.dispose() };
}

function slidesShape(): Shape {
  const parts = new Parts();
  const [width, height] = SLIDE_M;
  const { brush, map } = canvasOf(4, 4);
  if (brush) {
    brush.fillStyle = "#161a1a";
    brush.fillRect(0, 0, 4, 4);
  }
  parts.own(map);
  framed(parts, width, height);
  const face = parts.face(width, height, map);
  face.position.z = -THIN_M / 2 - 0.004;
  let shown = "";
  return {
    root: parts.root,
    face: null,
    show(state: ItemState) {
      if (state.kind !== "slides") return;
      const file = (state satisfies SlidesItem).pages[state.page];
      if (!file || file === shown) return;
      shown = file;
      new TextureLoader().load(fileAddress(file), (picture) => {
        if (shown !== file) return picture.dispose();
        picture.colorSpace = SRGBColorSpace;
        face.material.map = parts.own(picture);
        face.material.needsUpdate = true;
        letterbox(face, picture.image.width / picture.image.height);
      });
    },
    dispose: () => parts.dispose(),
  };
}

/** The whole picture, as large as the screen lets it be. */
function letterbox(face: Mesh, ratio: number): void {
  const [width, height] = SLIDE_M;
  const wide = Math.min(1, (ratio * height) / width);
  face.scale.set(wide, Math.min(1, width / ratio / height), 1);
}

/** Loaded when it is first shown; a file that will not load stays a pale box. */
function modelShape(): Shape {
  const parts = new Parts();
  const stand = new Mesh(
    parts.own(new BoxGeometry(1, 1, 1)),
    parts.own(matt("#cfc7b8")) as Material,
  );
  parts.root.add(stand);
  let file = "";
  let isGone = false;
  return {
    root: parts.root,
    face: null,
    show(state: ItemState) {
      if (state.kind !== "model") return;
      parts.root.scale.setScalar(state.size);
      if (state.file === file) return;
      file = state.file;
      void import("./model").then(async ({ loadModel }) => {
        const made = await loadModel(fileAddress(state.file)).catch(() => null);
        if (!made) return;
        if (isGone) return made.dispose();
        parts.own(made);
        stand.removeFromParent();
        parts.root.add(made.root);
      });
    },
    dispose() {
      isGone = true;
      parts.dispose();
    },
  };
}
