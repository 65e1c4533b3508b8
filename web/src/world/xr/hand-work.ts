import { Raycaster, Vector3 } from "three";
import type { Company } from "../company";
import type { Vec3 } from "../net/poses";
import type { Stage } from "../stage";
import type { Grab } from "./grab";
import type { HandInRoom } from "./hand";
import type { Legs } from "./legs";
import type { Press } from "./press";
import type { HoldPoint, Table } from "./table";
import type { WristMenu } from "./wrist-menu";

const NEAR_M = 0.14; // from the hand to what it takes
const FAR_M = 12;
const TAP_MS = 500;
const TAP_M = 0.03;
const FINGER_M = 0.07; // how much of a finger draws
const BEHIND_M = 0.05;
/** What a trigger or a pinch takes; a squeeze takes anything. */
const LIGHT: ReadonlySet<string> = new Set(["ball", "model", "note"]);
const TOUCHED: ReadonlySet<string> = new Set(["board", "slides"]);

export type Means = "select" | "squeeze";

export interface WorkParts {
  readonly stage: Stage;
  readonly company: Company;
  readonly press: Press;
  readonly menu: WristMenu;
  readonly table: Table;
  readonly grab: Grab;
  readonly legs: Legs;
  /** The real room is seen. */
  readonly isReal: () => boolean;
  /** Whether something stands on the table. */
  readonly hasTable: () => boolean;
  /** A point of the world in the room one stands in. */
  readonly inRoom: (at: Vector3) => Vec3;
  /** The press was a touch of a corner that is waited for. */
  readonly corner: (hand: HandInRoom) => boolean;
}

interface Work {
  readonly kind: "grab" | "draw" | "table" | "press" | "aim" | "done";
  readonly means: Means;
  readonly at: number;
  readonly hold?: HoldPoint & { readonly began: Vec3 };
}

/** What a press, a pinch or a squeeze means, in the order of what lies nearest. */
export class HandWork {
  private readonly works = new Map<HandInRoom, Work>();
  /** The finger that draws on a board, and how it touched last. */
  private finger: { readonly hand: HandInRoom; ray: Raycaster } | null = null;

  constructor(private readonly parts: WorkParts) {}

  down(hand: HandInRoom, means: Means, now: number): void {
    if (this.works.has(hand)) return;
    const begun = this.begin(hand, means, now);
    if (begun) this.works.set(hand, { means, at: now, ...begun });
    if (begun?.kind === "aim") hand.isAiming = true;
  }

  up(hand: HandInRoom, means: Means, now: number): void {
    const work = this.works.get(hand);
    if (!work || work.means !== means) return;
    this.works.delete(hand);
    const { stage, grab, press, legs } = this.parts;
    if (work.kind === "grab") grab.release(hand);
    else if (work.kind === "draw") stage.touch.release(hand.ray(), false);
    else if (work.kind === "press") press.up(hand.ray());
    else if (work.kind === "table") this.letGoTable(hand, work, now);
    else if (work.kind === "aim") {
      if (hand.isAiming) legs.land(hand);
      hand.isAiming = false;
    }
  }

  /** Called once a frame. */
  update(hands: readonly HandInRoom[], now: number): void {
    this.parts.grab.update(now);
    for (const [hand, { kind }] of this.works) {
      if (kind === "draw") this.parts.stage.touch.drag(hand.ray());
    }
    if (this.finger) this.drag(this.finger);
    else for (const hand of hands) this.touchBoard(hand);
  }

  /** Whatever hands hold, draw and point at ends; another headset begins anew. */
  dispose(): void {
    const { grab, stage } = this.parts;
    grab.dispose();
    for (const hand of this.works.keys()) hand.isAiming = false;
    this.works.clear();
    this.finger = null;
    stage.touch.letGo();
  }

  private begin(hand: HandInRoom, means: Means, now: number): Pick<Work, "kind" | "hold"> | null {
    const { stage, menu, table, press, isReal, hasTable, corner } = this.parts;
    const isSelect = means === "select";
    if (isSelect && (corner(hand) || menu.press(hand))) return { kind: "done" };
    if (isReal() && hasTable() && table.isWaiting) {
      table.put();
      return { kind: "done" };
    }
    if (this.take(hand, means, now)) return { kind: "grab" };
    if (isReal() && hasTable()) {
      const hold = this.holdTable(hand);
      if (hold) return { kind: "table", hold };
    }
    if (!isSelect) return null;
    if (stage.touch.press(hand.ray())) return { kind: "draw" };
    if (press.down(hand.ray())) return { kind: "press" };
    return isReal() ? null : { kind: "aim" };
  }

  /** Take what is at the hand, else what its ray meets. */
  private take(hand: HandInRoom, means: Means, now: number): boolean {
    const { stage, grab } = this.parts;
    const at = hand.tip() ?? hand.held()?.position;
    if (!at) return false;
    const isFit = (kind: string) => means === "squeeze" || LIGHT.has(kind);
    const near = stage.things.near(at, NEAR_M);
    if (near && isFit(near.state.kind)) return grab.take(hand, near, now);
    const hit = stage.things.meet(hand.ray());
    if (!hit || hit.far > FAR_M || !isFit(hit.item.state.kind)) return false;
    return grab.take(hand, hit.item, now);
  }

  private holdTable(hand: HandInRoom): Work["hold"] | null {
    const { table, inRoom } = this.parts;
    const far = table.meets(hand.ray());
    if (far === null) return null;
    const point = (): Vec3 => {
      const { ray } = hand.ray();
      return inRoom(ray.at(far, new Vector3()));
    };
    const hold = { point, began: point() };
    table.hold(hold);
    return hold;
  }

  /** A short press that moved nothing is for what stands there: an organ is picked. */
  private letGoTable(hand: HandInRoom, { hold, at }: Work, now: number): void {
    if (!hold) return;
    this.parts.table.letGo(hold);
    const [x, y, z] = hold.point();
    const gone = Math.hypot(x - hold.began[0], y - hold.began[1], z - hold.began[2]);
    if (now - at > TAP_MS || gone > TAP_M) return;
    if (this.parts.press.down(hand.ray())) this.parts.press.up(hand.ray());
  }

  /** A fingertip on a board draws, on slides it turns the page. */
  private touchBoard(hand: HandInRoom): void {
    const { stage, menu } = this.parts;
    if (this.works.has(hand) || menu.reach(hand) !== null) return;
    const ray = fingerRay(hand);
    const hit = ray && stage.things.meet(ray);
    if (!ray || !hit || !TOUCHED.has(hit.item.state.kind) || this.finger) return;
    if (stage.touch.press(ray)) this.finger = { hand, ray };
  }

  private drag(finger: { readonly hand: HandInRoom; ray: Raycaster }): void {
    const { touch, things } = this.parts.stage;
    const ray = fingerRay(finger.hand);
    if (ray && things.meet(ray)) {
      finger.ray = ray;
      touch.drag(ray);
      return;
    }
    touch.release(finger.ray, false);
    this.finger = null;
  }
}

/** The last of a finger as a short ray; null where it is not seen. */
function fingerRay(hand: HandInRoom): Raycaster | null {
  const tip = hand.tip();
  if (!tip) return null;
  const { direction } = hand.ray().ray;
  return new Raycaster(tip.addScaledVector(direction, -BEHIND_M), direction, 0, FINGER_M);
}
