import { Store } from "../../kit/store";
import type {
  Act,
  FromHands,
  FromThings,
  Item,
  ItemCode,
  ItemSpot,
  SeatTaken,
  ThingRight,
} from "../../wire/world";
import { Glide } from "../net/glide";
import type { Vec3 } from "../net/poses";
import { done } from "./done";
import { type ItemPoses, type Points, pointFrame } from "./poses";
import { type Lasting, Wishes } from "./wishes";

export type ItemState = Item["state"];
export type Kind = ItemState["kind"];

export interface LooseParts {
  readonly say: (message: FromHands) => boolean;
  readonly show: (frame: Uint8Array<ArrayBuffer>) => boolean;
  readonly now: () => number;
  /** Our own slot here. */
  readonly me: () => number;
  readonly newOp?: () => string;
}

const NOBODY: SeatTaken = { type: "seat-taken", slot: -1, seat: "" };
const NOTHING: ReadonlyMap<string, Item> = new Map();

/** The loose things of this place, who sits and who points where. Draws nothing. */
export class Loose {
  /** By id, with what we did ourselves and the house has not told yet. */
  readonly items = new Store<ReadonlyMap<string, Item>>(NOTHING);
  readonly mine = new Store<ReadonlySet<string>>(new Set());
  readonly rights = new Store<ReadonlySet<ThingRight>>(new Set());
  /** Whose slot sits where. */
  readonly seats = new Store<ReadonlyMap<number, string>>(new Map());
  /** How many of our own wishes do not survive a power cut yet. */
  readonly unkept = new Store(0);
  /** How many of our own changes can be taken back. */
  readonly undoable = new Store(0);
  readonly complaint = new Store<{ readonly code: ItemCode } | null>(null);
  readonly glides = new Map<number, Glide>();
  readonly points = new Map<number, { readonly at: Vec3; readonly since: number }>();
  private told = new Map<string, Item>();
  private shown = new Map<string, Item>();
  private readonly wishes = new Wishes();
  private isKept = false;
  private isComing = false;
  private place = "";

  constructor(private readonly parts: LooseParts) {}

  /** Another place, or the same on a new line: the house tells what is here. */
  enter(place: string): void {
    if (place !== this.place) {
      this.wishes.forget();
      this.undoable.set(0);
    }
    this.place = place;
    this.told = new Map();
    this.glides.clear();
    this.points.clear();
    this.seats.set(new Map());
    this.complaint.set(null);
    this.publish();
  }

  leave(): void {
    this.enter("");
    this.mine.set(new Set());
    this.rights.set(new Set());
  }

  /** Somebody goes: they point nowhere, sit nowhere and hold nothing. */
  part(slot: number): void {
    this.points.delete(slot);
    this.seats.update((seats) => seated(seats, { ...NOBODY, slot }));
    const held = [...this.told].filter(([, { holder }]) => holder === slot);
    for (const [id, item] of held) {
      this.told.set(id, { ...item, holder: -1, is_flying: false });
      this.glides.delete(item.number);
    }
    if (held.length > 0) this.publish();
  }

  find(number: number): Item | undefined {
    return [...this.items.get().values()].find((item) => item.number === number);
  }

  /** What we hold, and what of ours flies. */
  held(): readonly Item[] {
    const me = this.parts.me();
    return [...this.items.get().values()].filter(({ holder }) => holder === me && me >= 0);
  }

  get seat(): string {
    return this.seats.get().get(this.parts.me()) ?? "";
  }

  has(right: ThingRight): boolean {
    return this.rights.get().has(right);
  }

  isMine(id: string): boolean {
    return this.mine.get().has(id) || this.has("tidy");
  }

  // --- what we do

  make(state: ItemState, spot: ItemSpot): string {
    return this.wish({ type: "make-item", op: this.op(), state, spot });
  }

  change(id: string, act: Act): string {
    const op = this.wish({ type: "change-item", op: this.op(), item: id, act });
    this.publish();
    if (act.do !== "flip") this.undoable.update((n) => n + 1);
    return op;
  }

  remove(id: string): void {
    this.wish({ type: "remove-item", op: this.op(), item: id });
    this.undoable.update((n) => n + 1);
  }

  /** Take back our own last change or removal; of one thing, if it is named. */
  undo(id = ""): void {
    this.wish({ type: "undo-item", op: this.op(), item: id });
    this.undoable.update((n) => Math.max(0, n - 1));
  }

  take(item: Item): void {
    this.parts.say({ type: "take-item", item: item.number });
  }

  drop(item: Item, spot: ItemSpot, velocity: Vec3 = [0, 0, 0]): void {
    this.parts.say({ type: "drop-item", item: item.number, spot, velocity });
    const isFlying = velocity.some((part) => part !== 0);
    const holder = isFlying ? item.holder : -1;
    this.alter(item.id, { spot, is_flying: isFlying, holder });
  }

  lock(id: string, isLocked: boolean): void {
    this.parts.say({ type: "lock-item", item: id, is_locked: isLocked });
  }

  sit(seat: string): void {
    this.complaint.set(null);
    this.parts.say({ type: "sit", seat });
  }

  /** Stand up: asked once, however long one leans on the keys. */
  stand(): void {
    if (!this.seat) return;
    this.parts.say({ type: "stand" });
    this.seats.update((seats) => seated(seats, { ...NOBODY, slot: this.parts.me() }));
  }

  /** Let a point of light be seen there; null: no more. */
  point(at: Vec3 | null): void {
    this.parts.show(pointFrame(at));
  }

  // --- what we hear

  hear(message: FromThings): void {
    switch (message.type) {
      case "items":
        this.lay(message);
        break;
      case "item-made":
        this.add(message.item, message.slot, message.op);
        break;
      case "item-taken":
        this.hold(message.item, message.slot);
        break;
      case "item-dropped":
        this.put(message);
        break;
      case "item-changed":
        this.alterAs(message);
        break;
      case "item-removed":
        this.gone(message.item, message.op);
        break;
      case "item-locked":
        this.lockAs(message);
        break;
      case "items-kept":
        this.wishes.keep(message.kept);
        this.count();
        break;
      case "item-refused":
        this.refuse(message.op, message.code);
        break;
      case "seat-taken":
        this.seats.update((seats) => seated(seats, message));
        break;
      default:
        message satisfies never; // a new message stops the build here
    }
  }

  hearPoses({ poses }: ItemPoses): void {
    const me = this.parts.me();
    for (const { number, position, turn, at } of poses) {
      const item = this.find(number);
      if (!item || item.holder === me) continue; // ours we know ourselves
      const glide = this.glides.get(number) ?? new Glide();
      this.glides.set(number, glide);
      const pose = { position, yaw: 0, pitch: 0, flags: 0, at, tracked: tracking(turn) };
      glide.add(pose, this.parts.now());
    }
  }

  hearPoints({ points }: Points): void {
    const since = this.parts.now();
    for (const [slot, at] of points) {
      if (at) this.points.set(slot, { at, since });
      else this.points.delete(slot);
    }
  }

  /** Where an item is to be drawn now. */
  spotOf(item: Item, now: number): ItemSpot {
    const glide = item.holder >= 0 && item.holder !== this.parts.me();
    const pose = glide ? this.glides.get(item.number)?.at(now) : null;
    return pose
      ? { position: pose.position, turn: pose.tracked?.head ?? item.spot.turn }
      : item.spot;
  }

  /** Our own hand moved it. Too often to tell everybody who listens: whoever draws it asks. */
  move(id: string, spot: ItemSpot): void {
    for (const items of [this.told, this.shown]) {
      const item = items.get(id);
      if (item) items.set(id, { ...item, spot });
    }
  }

  // --- the parts

  private op(): string {
    return this.parts.newOp?.() ?? crypto.randomUUID();
  }

  private wish(wish: Lasting): string {
    this.complaint.set(null);
    this.wishes.add(wish);
    this.parts.say(wish);
    this.count();
    return wish.op;
  }

  private lay(message: FromThings & { type: "items" }): void {
    if (message.is_first) {
      this.told = new Map();
      this.isKept = message.is_kept;
      this.mine.set(new Set());
      this.rights.set(new Set(message.rights));
      this.isComing = true;
    }
    this.seats.set(new Map(message.seats.map(({ slot, seat }) => [slot, seat])));
    for (const item of message.items) this.told.set(item.id, item);
    this.mine.update((mine) => new Set([...mine, ...message.mine]));
    if (message.is_last && this.isComing) {
      this.isComing = false;
      for (const wish of this.wishes.again()) this.parts.say(wish);
    }
    this.publish();
  }

  private add(item: Item, slot: number, op: string): void {
    this.told.set(item.id, item);
    if (slot === this.parts.me()) this.mine.update((mine) => new Set([...mine, item.id]));
    this.wishes.tell(op, item.id, item.revision, this.isKept);
    this.publish();
  }

  private hold(number: number, slot: number): void {
    const item = this.find(number);
    if (item) this.alter(item.id, { holder: slot, is_flying: false });
  }

  private put(message: FromThings & { type: "item-dropped" }): void {
    const item = this.find(message.item);
    if (!item) return;
    const { spot, revision, is_flying, slot } = message;
    if (is_flying && slot === this.parts.me()) return; // we fly it ourselves
    if (!is_flying) this.glides.delete(item.number);
    this.alter(item.id, { spot, revision, is_flying, holder: is_flying ? slot : -1 });
  }

  private alterAs(message: FromThings & { type: "item-changed" }): void {
    const item = [...this.told.values()].find(({ number }) => number === message.item);
    if (!item) return;
    const { act, revision, op } = message;
    this.told.set(item.id, { ...item, state: done(item.state, act), revision });
    this.wishes.tell(op, item.id, revision, this.isKept);
    this.publish();
  }

  private gone(number: number, op: string): void {
    const item = this.find(number);
    if (!item) return;
    this.told.delete(item.id);
    this.glides.delete(number);
    this.wishes.tell(op, item.id, -1, this.isKept);
    this.publish();
  }

  private lockAs(message: FromThings & { type: "item-locked" }): void {
    const item = this.find(message.item);
    if (item) this.alter(item.id, { is_locked: message.is_locked, revision: message.revision });
  }

  private refuse(op: string, code: ItemCode): void {
    const wish = op ? this.wishes.refuse(op) : null;
    if (wish?.type === "undo-item") this.undoable.set(0);
    if (code === "not-yet" && wish) {
      this.wishes.add(wish); // sent again once the things of this place are here
      return;
    }
    this.complaint.set({ code });
    this.publish();
  }

  private alter(id: string, change: Partial<Item>): void {
    const item = this.told.get(id);
    if (item) this.told.set(id, { ...item, ...change });
    this.publish();
  }

  private publish(): void {
    const shown = new Map(this.told);
    for (const [id, item] of this.told) {
      const acts = this.wishes.actsOn(id);
      if (acts.length > 0) shown.set(id, { ...item, state: acts.reduce(done, item.state) });
    }
    this.shown = shown;
    this.items.set(shown);
    this.count();
  }

  private count(): void {
    this.unkept.set(this.wishes.count);
  }
}

function seated(
  seats: ReadonlyMap<number, string>,
  { slot, seat }: SeatTaken,
): ReadonlyMap<number, string> {
  const next = new Map(seats);
  if (seat) next.set(slot, seat);
  else next.delete(slot);
  return next;
}

/** A thing's rotation glides as a head's does. */
function tracking(turn: ItemSpot["turn"]) {
  const hand = { offset: [0, 0, 0], turn: [0, 0, 0, 1] } as const;
  return { headY: 0, head: turn, left: hand, right: hand };
}
