import {
  Box3,
  Box3Helper,
  CircleGeometry,
  Color,
  GridHelper,
  Group,
  Mesh,
  MeshBasicMaterial,
  type Object3D,
  type Raycaster,
  RingGeometry,
  Vector3,
} from "three";
import type { Door } from "../../wire/world";
import { daylight } from "../scene/daylight";
import { MORNING_H } from "../scene/hours";
import { Materials } from "../scene/materials";
import { Signs, type Words } from "../scene/signs";
import { Sky } from "../scene/sky";
import { type Entry, type Part, positionOf } from "./parts";
import { type Built, builtOf } from "./pieces";

const CHOSEN = "#12a19c";
const FLAWED = "#d24b3e";
const FAR_M = 70;
/** Never hit: whoever taps or drags the floor means the place. The list has it. */
const FLOOR = "floor";
/** Hit only where nothing else is. */
const LOW = "rug";

interface Shown {
  readonly root: Group;
  readonly sign: string;
  readonly built: Built;
  part: Part;
}

/** A place in the making: each part is drawn by itself, so that moving one builds nothing anew. */
export class MakingScene {
  readonly root = new Group();
  readonly sky: Sky;
  private readonly shown = new Map<string, Shown>();
  private readonly parts = new Group();
  private readonly grid = new Group();
  private readonly marks = new Group();
  private readonly ground = new Mesh(
    new CircleGeometry(FAR_M, 64),
    new MeshBasicMaterial({ color: "#d9dccd" }),
  );
  private signs: Signs | null = null;
  private lettered = "";
  private chosen = "";
  private flawed: readonly string[] = [];

  constructor(
    private readonly place: string,
    private readonly materials: Materials = new Materials(),
  ) {
    const { tier, time } = materials;
    const day = daylight(MORNING_H, { turn: 0, isInside: false });
    this.sky = new Sky(day, { reach: 30, isInside: false, tier }, time);
    this.sky.sun.shadow.autoUpdate = true;
    this.ground.rotation.x = -Math.PI / 2;
    this.ground.position.y = -0.13;
    this.ground.receiveShadow = true;
    this.root.add(this.sky.root, this.ground, this.parts, this.grid, this.marks);
  }

  /** Show a place as it is now; only what became another is built. */
  show(entries: readonly Entry[], words: (door: Door) => Words): void {
    const doors = entries.flatMap(({ part }) => (part.kind === "doors" ? [part.value] : []));
    const kept = new Set(entries.map(({ key }) => key));
    for (const key of this.shown.keys()) if (!kept.has(key)) this.drop(key);
    for (const { key, part } of entries) this.showOne(key, part, doors);
    this.letter(doors, words);
    this.mark();
  }

  choose(key: string, flawed: readonly string[]): void {
    this.chosen = key;
    this.flawed = flawed;
    this.mark();
  }

  /** Lines on the floor, so many metres apart; 0: none. */
  rule(step: number): void {
    for (const old of this.grid.children) if (old instanceof GridHelper) old.dispose();
    this.grid.clear();
    if (step <= 0) return;
    const wide = 40;
    const lines = new GridHelper(
      wide,
      Math.round(wide / Math.max(step, 0.5)),
      "#7f9c98",
      "#a9b5ab",
    );
    lines.material.transparent = true;
    lines.material.opacity = 0.4;
    lines.material.depthWrite = false;
    lines.position.y = 0.012;
    lines.raycast = () => {};
    this.grid.add(lines);
  }

  /** The key of the part that a ray meets first; a rug only where nothing else is. */
  meet(ray: Raycaster): string {
    let below = "";
    for (const hit of ray.intersectObjects(this.parts.children, true)) {
      const key = this.keyOf(hit.object);
      const part = this.shown.get(key)?.part;
      if (!part) continue;
      const kind = part.kind === "things" ? part.value.kind : part.kind;
      if (kind === "bounds" || kind === FLOOR) continue;
      if (kind !== LOW) return key;
      below ||= key;
    }
    return below;
  }

  update(dt: number): void {
    this.materials.update(dt);
  }

  dispose(): void {
    for (const key of [...this.shown.keys()]) this.drop(key);
    this.rule(0);
    this.unmark();
    this.signs?.dispose();
    this.sky.dispose();
    this.ground.geometry.dispose();
    this.ground.material.dispose();
    this.materials.dispose();
    this.root.removeFromParent();
  }

  private keyOf(object: Object3D): string {
    let node = object;
    while (node.parent && node.parent !== this.parts) node = node.parent;
    return node.name;
  }

  private showOne(key: string, part: Part, doors: readonly Door[]): void {
    const sign = signOf(part, doors);
    let one = this.shown.get(key);
    if (one && one.sign !== sign) {
      this.drop(key);
      one = undefined;
    }
    if (!one) {
      const built = builtOf(part, {
        doors,
        materials: this.materials,
        light: this.materials.tier === "plain" ? this.sky.light : null,
        place: this.place,
      });
      const root = new Group();
      root.name = key;
      root.add(built.root);
      this.parts.add(root);
      one = { root, sign, built, part };
      this.shown.set(key, one);
    }
    one.part = part;
    one.root.position.set(...positionOf(part));
  }

  private drop(key: string): void {
    const one = this.shown.get(key);
    one?.built.dispose();
    one?.root.removeFromParent();
    this.shown.delete(key);
  }

  private letter(doors: readonly Door[], words: (door: Door) => Words): void {
    const said = doors.map(words);
    const now = JSON.stringify([doors, said]);
    if (now === this.lettered) return;
    this.lettered = now;
    this.signs?.root.removeFromParent();
    this.signs?.dispose();
    this.signs = new Signs(doors);
    this.signs.say(said);
    this.root.add(this.signs.root);
  }

  private unmark(): void {
    for (const mark of this.marks.children) {
      if (mark instanceof Box3Helper) mark.dispose();
      if (mark instanceof Mesh) {
        mark.geometry.dispose();
        mark.material.dispose();
      }
    }
    this.marks.clear();
  }

  private mark(): void {
    this.unmark();
    for (const key of this.flawed) if (key !== this.chosen) this.outline(key, FLAWED);
    this.outline(this.chosen, this.flawed.includes(this.chosen) ? FLAWED : CHOSEN);
  }

  private outline(key: string, color: string): void {
    const one = this.shown.get(key);
    if (!one) return;
    one.root.updateMatrixWorld(true);
    const box = new Box3().setFromObject(one.root).expandByScalar(0.03);
    if (box.isEmpty()) return;
    const helper = new Box3Helper(box, new Color(color));
    helper.renderOrder = 9;
    for (const material of [helper.material].flat()) material.depthTest = false;
    helper.raycast = () => {};
    const size = box.getSize(new Vector3());
    const wide = Math.max(0.4, Math.hypot(size.x, size.z) / 2 + 0.1);
    const ring = new Mesh(
      new RingGeometry(wide, wide + 0.06, 64),
      new MeshBasicMaterial({ color, transparent: true, opacity: 0.75, depthWrite: false }),
    );
    ring.rotation.x = -Math.PI / 2;
    ring.position.set(...positionOf(one.part));
    ring.position.y = Math.max(0.03, box.min.y + 0.03);
    ring.renderOrder = 8;
    ring.raycast = () => {};
    this.marks.add(helper, ring);
  }
}

/** Whatever of a part needs another mesh when it changes: all but where it stands. */
function signOf(part: Part, doors: readonly Door[]): string {
  if (part.kind === "bounds") return JSON.stringify({ ...part.value, center: 0, y: 0 });
  const own = JSON.stringify({ ...part.value, position: 0 });
  if (part.kind !== "things" || part.value.kind !== "wall") return own;
  const [x, , z] = part.value.position;
  const holes = doors.map((d) => [d.position[0] - x, d.position[2] - z, d.width, d.height]);
  return own + JSON.stringify(holes);
}
