import { Quaternion, Vector3 } from "three";
import type { Item, ItemSpot } from "../../wire/world";
import type { Company } from "../company";
import type { Vec3 } from "../net/poses";
import type { Held } from "./tracked";
import { Velocity } from "./velocity";

const LONG_M = 0.35; // what is farther off comes to the hand
const PATIENCE_MS = 1500; // so long we wait for the house to say that it is ours

/** What can hold something: a hand or a controller. */
export interface Holder {
  held(): Held | null;
}

interface Grip {
  readonly id: string;
  readonly takenAt: number;
  readonly offset: Vector3;
  readonly turn: Quaternion;
  readonly velocity: Velocity;
  spot: ItemSpot;
  /** How it was let go; the house may not have said yet that it was ours. */
  thrown: Vec3 | null;
}

/** Loose things in the hands of whoever wears a headset. */
export class Grab {
  private readonly grips = new Map<Holder, Grip>();

  constructor(private readonly company: Pick<Company, "loose" | "carry" | "stay" | "pose">) {}

  holds(hand: Holder): boolean {
    return this.grips.get(hand)?.thrown === null;
  }

  /** Take a thing as it is to the hand, or let it come where it is far. */
  take(hand: Holder, item: Item, now: number): boolean {
    const at = hand.held();
    if (!at || item.is_locked) return false;
    this.forget(hand);
    const { position, turn } = this.company.loose.spotOf(item, now);
    const back = at.turn.clone().invert();
    const offset = new Vector3(...position).sub(at.position).applyQuaternion(back);
    if (offset.length() > LONG_M) offset.setLength(item.state.kind === "ball" ? 0.1 : LONG_M);
    const grip: Grip = {
      id: item.id,
      takenAt: now,
      offset,
      turn: back.multiply(new Quaternion(...turn)),
      velocity: new Velocity(),
      spot: { position, turn },
      thrown: null,
    };
    this.grips.set(hand, grip);
    for (const [other, { id }] of this.grips) {
      if (other !== hand && id === item.id) this.grips.delete(other); // from hand to hand
    }
    this.company.carry.grips.set(item.id, () => grip.spot);
    if (!this.isOurs(item)) this.company.loose.take(item);
    return true;
  }

  /** Open the hand; false where it held nothing. */
  release(hand: Holder): boolean {
    const grip = this.grips.get(hand);
    if (!grip || grip.thrown) return false;
    grip.thrown = grip.velocity.now();
    this.settle(hand, grip);
    return true;
  }

  update(now: number): void {
    for (const [hand, grip] of this.grips) {
      const item = this.company.loose.items.get().get(grip.id);
      const at = hand.held();
      if (!item || this.isLost(item, grip, now)) this.forget(hand);
      else if (grip.thrown) this.settle(hand, grip);
      else if (at) follow(grip, at, now);
    }
  }

  dispose(): void {
    for (const hand of [...this.grips.keys()]) {
      this.release(hand);
      this.forget(hand);
    }
  }

  /** Let go for the others, as soon as it is ours to let go. */
  private settle(hand: Holder, grip: Grip): void {
    const { loose, carry, pose } = this.company;
    const item = loose.items.get().get(grip.id);
    if (!item || !pose || !grip.thrown || !this.isOurs(item)) return;
    carry.release(item, grip.spot, grip.thrown, pose);
    this.forget(hand);
  }

  private isOurs({ holder, is_flying }: Item): boolean {
    return holder === this.company.stay.get().me && !is_flying;
  }

  /** Somebody else has it, or the house never gave it to us. */
  private isLost(item: Item, { takenAt, thrown }: Grip, now: number): boolean {
    if (this.isOurs(item)) return false;
    const { me } = this.company.stay.get();
    const isAnothers = item.holder >= 0 && item.holder !== me && !item.is_flying;
    return (isAnothers || thrown !== null || item.holder === -1) && now - takenAt > PATIENCE_MS;
  }

  private forget(hand: Holder): void {
    const grip = this.grips.get(hand);
    this.grips.delete(hand);
    const isElsewhere = [...this.grips.values()].some(({ id }) => id === grip?.id);
    if (grip && !isElsewhere) this.company.carry.grips.delete(grip.id);
  }
}

function follow(grip: Grip, { position, turn }: Held, now: number): void {
  const at = grip.offset.clone().applyQuaternion(turn).add(position);
  const way = turn.clone().multiply(grip.turn).normalize();
  grip.spot = { position: [at.x, at.y, at.z], turn: [way.x, way.y, way.z, way.w] };
  grip.velocity.add(grip.spot.position, now);
}
