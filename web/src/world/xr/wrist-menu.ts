import type { Raycaster } from "three";
import { Board, lineAt } from "./board";
import type { HandInRoom } from "./hand";
import type { Menu } from "./menu";
import { Poke, type Share } from "./poke";
import type { Held } from "./tracked";
import { besideWrist, isLookedAt } from "./wrist";

/** The menu over the wrist one looks at, or over the controller whose button was pressed. */
export class WristMenu {
  readonly board = new Board();
  private readonly pokes = new Map<HandInRoom, Poke>();
  /** The hand that carries it. */
  private bearer: HandInRoom | null = null;
  private isCalled = false;

  constructor(private readonly menu: Menu) {}

  get isShown(): boolean {
    return this.bearer !== null;
  }

  /** Follow the hands; a finger that comes through the board presses. */
  update(hands: readonly HandInRoom[], head: Held): void {
    for (const hand of hands) if (hand.calls()) this.call(hand);
    if (!this.isCalled) this.bearer = this.looked(hands, head);
    const wrist = this.bearer?.held();
    if (!wrist) this.bearer = null;
    this.board.mesh.visible = this.bearer !== null;
    if (!wrist) {
      if (!this.isCalled) this.menu.page.set("main");
      this.isCalled = false;
      return;
    }
    const { position, turn } = besideWrist(head, wrist);
    this.board.mesh.position.copy(position);
    this.board.mesh.quaternion.copy(turn);
    this.board.mesh.updateMatrixWorld();
    this.board.show(this.menu.title, this.menu.entries(), this.over(hands));
  }

  /** Press what the ray of a hand meets; false where it meets no menu. */
  press(hand: HandInRoom): boolean {
    const at = this.meets(hand.ray());
    if (!at || hand === this.bearer) return false;
    this.pressAt(at);
    return true;
  }

  /** How far off the ray of a hand meets it [m]; null where it passes. */
  reach(hand: HandInRoom): number | null {
    if (!this.bearer || hand === this.bearer) return null;
    return hand.ray().intersectObject(this.board.mesh, false)[0]?.distance ?? null;
  }

  dispose(): void {
    this.board.dispose();
  }

  private call(hand: HandInRoom): void {
    const isAway = this.isCalled && this.bearer === hand;
    this.isCalled = !isAway;
    this.bearer = isAway ? null : hand;
    if (!isAway) this.menu.page.set("main");
  }

  private looked(hands: readonly HandInRoom[], head: Held): HandInRoom | null {
    const looked = hands.filter((hand) => {
      const wrist = hand.held();
      const wasShown = this.bearer === hand;
      const seen = { side: hand.handedness, isHand: hand.isHand, wasShown };
      return wrist !== null && isLookedAt(head, wrist, seen);
    });
    return looked.find((hand) => hand === this.bearer) ?? looked[0] ?? null;
  }

  /** The line under a ray or a finger; fingers press as they come through. */
  private over(hands: readonly HandInRoom[]): number {
    const [width, height] = this.board.size;
    let over: Share | null = null;
    for (const hand of hands) {
      if (hand === this.bearer) continue;
      const poke = this.pokes.get(hand) ?? new Poke();
      this.pokes.set(hand, poke);
      const tip = hand.tip();
      const local = tip && this.board.mesh.worldToLocal(tip.clone());
      const at = local && ([local.x * width, local.y * height, local.z] as const);
      const pressed = poke.update(at, width, height);
      if (pressed) this.pressAt(pressed);
      over ??= poke.over ?? this.meets(hand.ray());
    }
    return over ? lineAt(over, this.menu.entries().length) : -1;
  }

  private meets(ray: Raycaster): Share | null {
    if (!this.board.mesh.visible) return null;
    const [hit] = ray.intersectObject(this.board.mesh, false);
    return hit?.uv ? [hit.uv.x, 1 - hit.uv.y] : null;
  }

  private pressAt(at: Share): void {
    const entries = this.menu.entries();
    const entry = entries[lineAt(at, entries.length)];
    if (entry) this.menu.press(entry.id);
  }
}
