import type { Item, ItemSpot } from "../../wire/world";
import { TICKS_PER_S } from "../../wire/world";
import type { Ground } from "../ground/ground";
import type { Pose, Turn, Vec3 } from "../net/poses";
import { BALL_M, Flight } from "./flight";
import type { Loose } from "./loose";
import { itemFrame } from "./poses";

const EVERY_MS = 1000 / TICKS_PER_S - 6; // frames do not fall on twentieths of a second
const AHEAD_M: Readonly<Record<string, number>> = { board: 1.6, slides: 1.8, model: 1.1 };
const THROW_M_S = 7.5;
const UP_M_S = 3.6;

type Own = Omit<Pose, "at">;

/** What we hold goes where we go; what we threw flies until it rests or somebody catches it. */
export class Carry {
  /** What balls bounce on; whoever shows the place puts it here. */
  ground: Ground | null = null;
  /** Where hands that a headset sees hold a thing, by its id; the others are held before us. */
  readonly grips = new Map<string, () => ItemSpot>();
  private readonly flights = new Map<string, Flight>();
  private toldAt = Number.NEGATIVE_INFINITY;
  private lastAt = 0;

  constructor(
    private readonly loose: Loose,
    private readonly show: (frame: Uint8Array<ArrayBuffer>) => boolean,
  ) {}

  /** Called as often as one likes, with where we are. */
  update(own: Own | null, now: number): void {
    const dt = Math.min(0.25, Math.max(0, now - this.lastAt) / 1000);
    this.lastAt = now;
    const held = this.loose.held();
    for (const id of this.flights.keys()) {
      if (!held.some((item) => item.id === id && item.is_flying)) this.flights.delete(id);
    }
    if (held.length === 0 || !own) return;
    for (const item of held) {
      if (item.is_flying) this.fly(item, dt);
      else this.loose.move(item.id, this.grips.get(item.id)?.() ?? inHand(item, own));
    }
    if (now - this.toldAt >= EVERY_MS) this.tell(now);
  }

  /** Throw it the way we look. */
  throw(item: Item, own: Own): void {
    const { ground } = this;
    const [sin, cos] = [Math.sin(own.yaw), Math.cos(own.yaw)];
    const velocity: Vec3 = [-sin * THROW_M_S, UP_M_S, -cos * THROW_M_S];
    const spot = this.overFloor(inHand(item, own), own);
    if (ground) this.flights.set(item.id, new Flight(ground, spot.position, velocity));
    this.loose.drop(item, spot, velocity);
  }

  /** Open a hand: a ball flies as the hand moved, everything else stays where it is. */
  release(item: Item, hand: ItemSpot, velocity: Vec3, own: Own): void {
    const spot = this.overFloor(hand, own);
    if (item.state.kind !== "ball") {
      this.loose.drop(item, spot);
      return;
    }
    const falls: Vec3 = Math.hypot(...velocity) > 0 ? velocity : [0, -0.01, 0];
    if (this.ground) this.flights.set(item.id, new Flight(this.ground, spot.position, falls));
    this.loose.drop(item, spot, falls);
  }

  /** Put it down before us: a ball on the floor, everything else as it is held. */
  put(item: Item, own: Own): void {
    this.loose.drop(item, putSpot(item.state.kind, own, this.ground));
  }

  /** Where we stand at the edge, and our hand is past it, nothing is let go over the edge. */
  private overFloor(hand: ItemSpot, own: Own): ItemSpot {
    const [x, y, z] = hand.position;
    if (this.ground?.floor(x, z) !== null) return hand;
    return { ...hand, position: [own.position[0], y, own.position[2]] };
  }

  private fly(item: Item, dt: number): void {
    const { ground } = this;
    let flight = this.flights.get(item.id);
    if (!flight && ground) {
      flight = new Flight(ground, item.spot.position, [0, 0, 0]); // a new line: it falls from here
      this.flights.set(item.id, flight);
    }
    if (!flight) return;
    flight.update(dt);
    const spot = { position: flight.position, turn: flight.turn };
    this.loose.move(item.id, spot);
    if (!flight.isResting) return;
    this.flights.delete(item.id);
    this.loose.drop(item, spot);
  }

  private tell(now: number): void {
    this.toldAt = now;
    const poses = this.loose
      .held()
      .map(({ number, spot }) => ({ number, ...spot, at: Math.round(now) }));
    if (poses.length > 0) this.show(itemFrame(poses.slice(0, 8)));
  }
}

/** Where a thing is that one holds before oneself. */
export function inHand({ state }: Pick<Item, "state">, own: Own): ItemSpot {
  const { position, yaw, tracked } = own;
  const ahead = AHEAD_M[state.kind] ?? 0.55;
  const height = (tracked?.headY ?? 1.6) - (state.kind === "ball" ? 0.35 : 0.1);
  const aside = state.kind === "ball" ? 0.22 : 0;
  const [sin, cos] = [Math.sin(yaw), Math.cos(yaw)];
  const spot: Vec3 = [
    position[0] - sin * ahead + cos * aside,
    position[1] + height,
    position[2] - cos * ahead - sin * aside,
  ];
  return { position: spot, turn: facing(yaw + Math.PI) };
}

/** Where a new thing is put, or one that is put down. */
export function putSpot(kind: string, own: Own, ground: Ground | null): ItemSpot {
  const { position, yaw } = own;
  const ahead = AHEAD_M[kind] ?? (kind === "ball" ? 0.7 : 0.9);
  const [x, z] = [position[0] - Math.sin(yaw) * ahead, position[2] - Math.cos(yaw) * ahead];
  const floor = ground?.floor(x, z) ?? position[1];
  const height = HEIGHT_M[kind] ?? 1.3;
  return { position: [x, floor + height, z], turn: facing(yaw + Math.PI) };
}

const HEIGHT_M: Readonly<Record<string, number>> = {
  ball: BALL_M,
  board: 1.45,
  slides: 1.5,
  model: 1.0,
};

/** Turned about +Y; with 0 a thing faces −Z, as everything here does. */
export function facing(yaw: number): Turn {
  return [0, Math.sin(yaw / 2), 0, Math.cos(yaw / 2)];
}
