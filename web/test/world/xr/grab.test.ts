import { Quaternion, Vector3 } from "three";
import { beforeEach, describe, expect, test } from "vitest";
import { Store } from "../../../src/kit/store";
import type { FromHands, Item } from "../../../src/wire/world";
import { Ground } from "../../../src/world/ground/ground";
import { Carry } from "../../../src/world/things/carry";
import { Loose } from "../../../src/world/things/loose";
import { Grab } from "../../../src/world/xr/grab";
import type { Held } from "../../../src/world/xr/tracked";
import { Velocity } from "../../../src/world/xr/velocity";

const YARD = new Ground({
  bounds: [{ kind: "circle", center: [0, 0], radius: 20, y: 0 }],
  obstacles: [],
});
const BALL: Item = {
  ...{ number: 4, id: "ball", state: { kind: "ball", ink: 0 }, revision: 1, by: "Ada" },
  ...{ spot: { position: [0.05, 1.2, -0.4], turn: [0, 0, 0, 1] } },
  ...{ holder: -1, is_flying: false, is_locked: false },
};
const OWN = { position: [0, 0, 0], yaw: 0, pitch: 0, flags: 0, tracked: null } as const;

class Hand {
  at: Held = { position: new Vector3(0, 1.2, -0.4), turn: new Quaternion() };
  held = (): Held => ({ position: this.at.position.clone(), turn: this.at.turn.clone() });
}

let sent: FromHands[];
let loose: Loose;
let carry: Carry;
let grab: Grab;
let hand: Hand;
let now: number;

beforeEach(() => {
  [sent, now] = [[], 1000];
  loose = new Loose({
    say: (message) => sent.push(message) > 0,
    show: () => true,
    now: () => now,
    me: () => 0,
  });
  carry = new Carry(loose, () => true);
  carry.ground = YARD;
  loose.enter("plaza");
  lay(BALL);
  hand = new Hand();
  grab = new Grab({ loose, carry, stay: new Store({ place: "plaza", me: 0 }), pose: OWN });
});

function lay(item: Item): void {
  const rest = { mine: [], rights: ["move"], seats: [], is_kept: true } as const;
  loose.hear({ type: "items", items: [item], ...rest, is_first: true, is_last: true });
}

function pass(ms: number, by: readonly [number, number, number] = [0, 0, 0]): void {
  now += ms;
  hand.at.position.add(new Vector3(...by));
  grab.update(now);
  carry.update(OWN, now);
}

function spot() {
  return loose.items.get().get("ball") && loose.find(4)?.spot;
}

describe("a thing in a hand", () => {
  test("goes with the hand as it was taken, and turns with it", () => {
    grab.take(hand, BALL, now);
    loose.hear({ type: "item-taken", slot: 0, item: 4 });
    hand.at.turn.setFromAxisAngle(new Vector3(0, 1, 0), Math.PI);
    pass(16, [0.3, 0.1, 0]);

    const held = loose.spotOf(loose.find(4) ?? BALL, now);
    expect(sent).toEqual([{ type: "take-item", item: 4 }]);
    expect(held.position[0]).toBeCloseTo(0.25);
    expect(held.position[1]).toBeCloseTo(1.3);
    expect(Math.abs(held.turn[1])).toBeCloseTo(1);
  });

  test("that is thrown flies as the hand moved over its last moments", () => {
    grab.take(hand, BALL, now);
    loose.hear({ type: "item-taken", slot: 0, item: 4 });
    for (let i = 0; i < 12; i++) pass(10, [0, 0.02, -0.05]);
    grab.release(hand);

    const drop = sent.find(({ type }) => type === "drop-item");
    expect(
      drop?.type === "drop-item" && drop.velocity.map((v) => Math.round(v * 100) / 100),
    ).toEqual([...[0, 2, -5]]);
    expect(loose.find(4)?.is_flying).toBe(true);
    expect(grab.holds(hand)).toBe(false);
  });

  test("that was let go before the house said whose it is, flies once it has said so", () => {
    grab.take(hand, BALL, now);
    for (let i = 0; i < 5; i++) pass(10, [0, 0, -0.03]);
    grab.release(hand);
    expect(sent.map(({ type }) => type)).toEqual(["take-item"]);

    loose.hear({ type: "item-taken", slot: 0, item: 4 });
    pass(10);

    expect(sent.map(({ type }) => type)).toEqual(["take-item", "drop-item"]);
  });

  test("that another holds stays theirs", () => {
    grab.take(hand, BALL, now);
    loose.hear({ type: "item-taken", slot: 3, item: 4 });
    for (let i = 0; i < 40; i++) pass(50);
    grab.release(hand);

    expect(sent.map(({ type }) => type)).toEqual(["take-item"]);
    expect(carry.grips.size).toBe(0);
  });

  test("goes from one hand to the other", () => {
    const other = new Hand();
    grab.take(hand, BALL, now);
    loose.hear({ type: "item-taken", slot: 0, item: 4 });
    pass(16);
    grab.take(other, loose.find(4) ?? BALL, now);

    expect(grab.release(hand)).toBe(false);
    expect(grab.holds(other)).toBe(true);
    expect(sent).toHaveLength(1);
  });

  test("a locked one is not taken, a far one comes to the hand", () => {
    expect(grab.take(hand, { ...BALL, is_locked: true }, now)).toBe(false);

    lay({ ...BALL, spot: { position: [0, 1, -6], turn: [0, 0, 0, 1] } });
    grab.take(hand, loose.find(4) ?? BALL, now);
    loose.hear({ type: "item-taken", slot: 0, item: 4 });
    pass(16);

    const [, , z] = spot()?.position ?? [0, 0, 0];
    expect(z).toBeCloseTo(-0.5, 1);
  });

  test("that is no ball stays where the hand opens", () => {
    const note = { ...BALL, state: { kind: "note", text: "", ink: 0 } } as Item;
    lay(note);
    grab.take(hand, note, now);
    loose.hear({ type: "item-taken", slot: 0, item: 4 });
    for (let i = 0; i < 5; i++) pass(10, [0, 0, -0.05]);
    grab.release(hand);

    expect(loose.find(4)).toMatchObject({ holder: -1, is_flying: false });
    expect(spot()?.position[2]).toBeCloseTo(-0.65);
  });
});

describe("how fast a hand moves", () => {
  test("is the slope over the last tenth of a second, whatever was before", () => {
    const velocity = new Velocity();
    for (let ms = 0; ms <= 500; ms += 10) velocity.add([ms < 350 ? 0 : (ms - 350) / 500, 0, 0], ms);

    expect(velocity.now()[0]).toBeCloseTo(2);
  });

  test("one bad frame changes little, and nobody throws faster than the house allows", () => {
    const velocity = new Velocity();
    for (let ms = 0; ms <= 100; ms += 10)
      velocity.add([ms / 1000 + (ms === 50 ? 0.03 : 0), 0, 0], ms);
    const fast = new Velocity();
    for (let ms = 0; ms <= 100; ms += 10) fast.add([0, ms, 0], ms);

    expect(velocity.now()[0]).toBeCloseTo(1, 0);
    expect(Math.hypot(...fast.now())).toBeCloseTo(15);
    expect(new Velocity().now()).toEqual([0, 0, 0]);
  });
});
