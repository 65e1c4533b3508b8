import type { Raycaster, Vector3 } from "three";
import type { BoardItem, Item } from "../../wire/world";
import type { Company } from "../company";
import { aimedAt } from "../walk/aim";
import { openThing, tool } from "./opened";
import { Pen, touched } from "./pen";
import type { ThingsScene } from "./things-scene";

const DRAW_M = 8; // farther off one walks up first
const REACH_M = 12;

/** What a mouse, a finger or the ray of a hand does to things in the scene. */
export class Touch {
  private readonly pen: Pen;
  private board = "";
  private pressed = "";
  private hasMoved = false;

  constructor(
    private readonly company: Company,
    private readonly scene: ThingsScene,
  ) {
    this.pen = new Pen(company.loose);
  }

  /** Whether a press there is meant for a thing, and not for our legs or our head. */
  meets(ray: Raycaster): boolean {
    const hit = this.scene.meet(ray);
    return hit !== null && hit.far <= REACH_M;
  }

  /** Press what the ray meets; false where that is no thing. */
  press(ray: Raycaster): boolean {
    const hit = this.scene.meet(ray);
    if (!hit || hit.far > REACH_M) return false;
    this.pressed = hit.item.id;
    this.hasMoved = false;
    const { state } = hit.item;
    if (state.kind === "board" && hit.at && hit.far <= DRAW_M) {
      this.board = hit.item.id;
      if (tool.get().kind !== "rubber") this.pen.begin(state, ...hit.at);
    }
    return true;
  }

  /** The pressed hand moves. */
  drag(ray: Raycaster): void {
    if (!this.board) return;
    const hit = this.scene.meet(ray);
    if (hit?.item.id !== this.board || !hit.at || hit.item.state.kind !== "board") return;
    this.hasMoved = true;
    if (tool.get().kind === "rubber") this.wipe(hit.item.id, hit.item.state, hit.at);
    else this.pen.move(hit.item.id, hit.item.state, tool.get(), ...hit.at);
  }

  /** Let go. @param isFlat there is a page to open things on. */
  release(ray: Raycaster, isFlat = true): boolean {
    const { pressed, board } = this;
    this.pressed = "";
    this.board = "";
    if (!pressed) return false;
    if (board && (this.hasMoved || !isFlat)) this.pen.end(board, tool.get());
    else {
      this.pen.lift();
      const hit = this.scene.meet(ray);
      if (hit?.item.id === pressed) this.use(hit.item, isFlat);
    }
    return true;
  }

  /** The hand is gone: keep what was drawn, and do nothing else. */
  letGo(): void {
    if (this.board) this.pen.end(this.board, tool.get());
    else this.pen.lift();
    this.pressed = "";
    this.board = "";
  }

  /** Let a point of light be seen where the ray ends; null: no more. */
  point(ray: Raycaster | null): void {
    if (!ray) {
      this.company.loose.point(null);
      return;
    }
    const { origin, direction } = ray.ray;
    const far = this.scene.meet(ray)?.far ?? this.floorAlong(ray);
    if (far === null) return;
    const at = origin.clone().addScaledVector(direction, far - 0.02);
    this.company.loose.point([at.x, at.y, at.z]);
  }

  private floorAlong({ ray: { origin, direction } }: Raycaster): number | null {
    const { ground } = this.company.carry;
    const aim = ground && aimedAt(origin.toArray(), direction.toArray(), ground, []);
    return aim ? Math.hypot(aim.at[0] - origin.x, aim.at[1] - origin.z) / flat(direction) : null;
  }

  private wipe(id: string, state: BoardItem, at: readonly [number, number]): void {
    const marks = touched(state, ...at);
    if (marks.length > 0) this.company.loose.change(id, { do: "erase", marks });
  }

  /** A click: look at what has something to read, take or throw the rest. */
  private use(item: Item, isFlat: boolean): void {
    const { loose, carry, pose } = this.company;
    const isOurs = item.holder === this.company.stay.get().me && !item.is_flying;
    if (isOurs && pose) {
      if (item.state.kind === "ball") carry.throw(item, pose);
      else carry.put(item, pose);
    } else if (item.state.kind === "slides" && !isFlat) {
      const page = (item.state.page + 1) % item.state.pages.length;
      loose.change(item.id, { do: "flip", page });
    } else if (item.state.kind !== "ball" && item.state.kind !== "model" && isFlat) {
      openThing(item.id);
    } else if (!item.is_locked) loose.take(item);
  }
}

function flat({ x, z }: Vector3): number {
  return Math.hypot(x, z) || 1;
}
