import {
  Box3,
  Group,
  Mesh,
  MeshBasicMaterial,
  type Raycaster,
  SphereGeometry,
  type Vector3,
} from "three";
import type { Item } from "../../wire/world";
import { inkOf } from "./inks";
import type { ItemState, Loose } from "./loose";
import { type Shape, shapeOf } from "./shapes";

const PAINT_MS = 90; // a board is painted anew so often at most
const DOT_M = 0.035;
const SOFT_S = 0.06;

interface Shown {
  readonly kind: ItemState["kind"];
  readonly shape: Shape;
  state: ItemState | null;
  paintedAt: number;
}

/** A point of an item that a ray meets. */
export interface Touched {
  readonly item: Item;
  readonly far: number;
  /** Where on a board, as shares of its width and height from the upper left; null elsewhere. */
  readonly at: readonly [number, number] | null;
}

export const THINGS = "loose things";

/** Draws the loose things of a place, and where people point. */
export class ThingsScene {
  readonly root = new Group();
  private readonly shown = new Map<string, Shown>();
  private readonly dots = new Map<number, Mesh<SphereGeometry, MeshBasicMaterial>>();

  constructor(private readonly loose: Loose) {
    this.root.name = THINGS;
  }

  update(now: number, dt: number): void {
    const items = this.loose.items.get();
    for (const [id, { kind }] of this.shown) {
      if (items.get(id)?.state.kind !== kind) this.remove(id);
    }
    for (const item of items.values()) this.show(item, now);
    this.point(dt);
  }

  /** The nearest item that a ray meets. */
  meet(ray: Raycaster): Touched | null {
    for (const hit of ray.intersectObjects(this.root.children, true)) {
      let node = hit.object;
      while (node.parent && node.parent !== this.root) node = node.parent;
      const item = this.loose.items.get().get(node.name);
      if (!item) continue;
      const isFace = hit.object === this.shown.get(item.id)?.shape.face;
      const at = isFace && hit.uv ? ([hit.uv.x, 1 - hit.uv.y] as const) : null;
      return { item, far: hit.distance, at };
    }
    return null;
  }

  /** The nearest item within reach of a point that somebody could take. */
  near(point: Vector3, reach_m: number): Item | null {
    let best: { item: Item; far: number } | null = null;
    for (const item of this.loose.items.get().values()) {
      const shape = this.shown.get(item.id)?.shape;
      if (!shape || item.is_locked) continue;
      const far = new Box3().setFromObject(shape.root).distanceToPoint(point);
      if (far <= reach_m && (!best || far < best.far)) best = { item, far };
    }
    return best?.item ?? null;
  }

  dispose(): void {
    for (const id of [...this.shown.keys()]) this.remove(id);
    for (const slot of [...this.dots.keys()]) this.removeDot(slot);
    this.root.removeFromParent();
  }

  private show(item: Item, now: number): void {
    const one = this.shown.get(item.id) ?? this.add(item);
    const { position, turn } = this.loose.spotOf(item, now);
    one.shape.root.position.set(...position);
    one.shape.root.quaternion.set(...turn);
    if (one.state === item.state || now - one.paintedAt < PAINT_MS) return;
    one.shape.show(item.state);
    one.state = item.state;
    one.paintedAt = now;
  }

  private add(item: Item): Shown {
    const shape = shapeOf(item.state);
    shape.root.name = item.id;
    const one: Shown = { kind: item.state.kind, shape, state: null, paintedAt: -PAINT_MS };
    this.shown.set(item.id, one);
    this.root.add(shape.root);
    return one;
  }

  private remove(id: string): void {
    this.shown.get(id)?.shape.dispose();
    this.shown.delete(id);
  }

  private point(dt: number): void {
    const { points } = this.loose;
    for (const slot of this.dots.keys()) if (!points.has(slot)) this.removeDot(slot);
    for (const [slot, { at }] of points) {
      let dot = this.dots.get(slot);
      if (!dot) {
        const material = new MeshBasicMaterial({ color: inkOf(1 + (slot % 6)), toneMapped: false });
        dot = new Mesh(new SphereGeometry(DOT_M, 12, 8), material);
        dot.position.set(...at);
        this.dots.set(slot, dot);
        this.root.add(dot);
      }
      const share = 1 - Math.exp(-dt / SOFT_S);
      dot.position.x += (at[0] - dot.position.x) * share;
      dot.position.y += (at[1] - dot.position.y) * share;
      dot.position.z += (at[2] - dot.position.z) * share;
    }
  }

  private removeDot(slot: number): void {
    const dot = this.dots.get(slot);
    dot?.geometry.dispose();
    dot?.material.dispose();
    dot?.removeFromParent();
    this.dots.delete(slot);
  }
}
