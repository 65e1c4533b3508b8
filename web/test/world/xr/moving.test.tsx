import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Group, PerspectiveCamera } from "three";
import { beforeEach, describe, expect, test } from "vitest";
import type { Door, Place } from "../../../src/wire/world";
import { Ground } from "../../../src/world/ground/ground";
import type { Stage } from "../../../src/world/stage";
import { ComfortDialog } from "../../../src/world/xr/ComfortDialog";
import {
  type Comfort,
  chooseComfort,
  comfort,
  nextChoice,
  readComfort,
  snapOf,
} from "../../../src/world/xr/comfort";
import { glided, Threshold } from "../../../src/world/xr/glide";
import type { HandInRoom } from "../../../src/world/xr/hand";
import { Legs } from "../../../src/world/xr/legs";
import { seatedLift } from "../../../src/world/xr/tracked";
import { Vignette } from "../../../src/world/xr/vignette";

const ROOM: Pick<Place, "bounds" | "obstacles"> = {
  bounds: [{ kind: "box", center: [0, 0], size: [10, 10], yaw: 0, y: 0, rise: 0 }],
  obstacles: [
    { shape: { kind: "box", center: [0, -3], size: [8, 0.4], yaw: 0, y: 0, rise: 0 }, height: 2 },
  ],
};
const ground = new Ground(ROOM);
const DOOR: Door = {
  ...{ id: "clinic", to: "clinic", position: [0, 0, 3], yaw: 0, width: 1.4, height: 2.3 },
  ...{ building: "", label_key: "", closed_reason_key: "" },
};
const FIRST = readComfort(null);

beforeEach(() => comfort.set(FIRST));

describe("comfort", () => {
  test("nobody has to choose: one jumps, turns by 30°, and the view narrows", () => {
    expect(FIRST).toEqual({ walk: "jump", turn: "30", seat: "auto", veil: "on" });
    expect(snapOf(FIRST)).toBeCloseTo(Math.PI / 6);
    expect(snapOf({ ...FIRST, turn: "smooth" })).toBeNull();
  });

  test("what is chosen is remembered on this device, and nonsense is not", () => {
    chooseComfort("walk", "glide");
    chooseComfort("turn", "90");

    expect(comfort.get()).toEqual({ ...FIRST, walk: "glide" });
    expect(readComfort(localStorage.getItem("asklepion.comfort"))).toEqual(comfort.get());
    expect(readComfort('{"walk": 3, "turn": "45"}')).toEqual({ ...FIRST, turn: "45" });
    expect(readComfort("null")).toEqual(FIRST);
    expect(readComfort("{")).toEqual(FIRST);
  });

  test("a press on the wrist goes from choice to choice, and round", () => {
    const seen = [1, 2, 3].map(() => {
      chooseComfort("turn", nextChoice("turn"));
      return comfort.get().turn;
    });

    expect(seen).toEqual(["45", "smooth", "30"]);
  });

  test("on the flat screen it is chosen by the keyboard alone", async () => {
    HTMLDialogElement.prototype.showModal ??= () => {};
    render(<ComfortDialog onClose={() => {}} />);
    const user = userEvent.setup();

    screen.getByLabelText("Walking").focus();
    await user.selectOptions(screen.getByLabelText("Walking"), "Glide");
    screen.getByRole("switch", { name: /Narrow the view/, hidden: true }).focus();
    await user.keyboard("{Enter}");

    expect(comfort.get()).toMatchObject({ walk: "glide", veil: "off" });
  });
});

describe("gliding", () => {
  test("a stick pushed ahead goes where one looks, 2 m/s", () => {
    const [x, z] = glided([0, 0], [0, -1], Math.PI / 2, 0.5, ground);

    expect(x).toBeCloseTo(-1);
    expect(z).toBeCloseTo(0);
  });

  test("a thumb that rests moves nobody, and no push goes through a wall", () => {
    let at: readonly [number, number] = [0, -1];
    for (let i = 0; i < 60; i++) at = glided(at, [0, -1], 0, 1 / 30, ground);

    expect(glided([1, 2], [0.1, -0.1], 0, 1, ground)).toEqual([1, 2]);
    expect(at[1]).toBeGreaterThan(-2.8);
  });

  test("one goes through a door that one glides up to, but not back at once", () => {
    const threshold = new Threshold([DOOR]);

    expect(threshold.at([0, 2.8])).toBeNull(); // just came out of it
    expect(threshold.at([0, 0])).toBeNull();
    expect(threshold.at([0, 2.5])?.id).toBe("clinic");
    expect(threshold.at([0, 2.6])).toBeNull();
  });
});

/** A head in a room, and hands that hold their sticks so. */
function legs(eyes_m = 1.6) {
  const rig = new Group();
  const camera = new PerspectiveCamera();
  camera.position.set(0.2, eyes_m, -0.3);
  rig.add(camera);
  const went: string[] = [];
  const go = (door: Door) => went.push(door.id);
  const stage = { place: { ...ROOM, doors: [DOOR] }, ground, go } as unknown as Stage;
  const made = new Legs(rig, camera, stage);
  made.begin({ position: [0, 0, 0], yaw: 0 });
  return { legs: made, rig, camera, went };
}

function hand(handedness: XRHandedness, stick: readonly [number, number], snap = 0): HandInRoom {
  const made = { handedness, stick: () => stick, snap: () => snap, throws: () => false };
  return made as unknown as HandInRoom;
}

describe("legs", () => {
  const glide: Comfort = { ...FIRST, walk: "glide" };

  test("the left stick glides, the right one turns around the head and not around the room", () => {
    const { legs: own } = legs();
    const before = own.head().position;

    own.update([hand("left", [0, -1]), hand("right", [0, 0])], glide, false, 0.5);
    const gone = own.head().position;
    own.update([hand("right", [1, 0], -1)], glide, false, 0.1);
    const turned = own.head().position;

    expect(gone.z - before.z).toBeCloseTo(-1);
    expect(turned.distanceTo(gone)).toBeLessThan(1e-6);
  });

  test("where one chose to jump, no stick glides", () => {
    const { legs: own } = legs();
    const before = own.head().position;

    own.update([hand("left", [0, -1])], FIRST, false, 0.5);

    expect(own.isMoving).toBe(false);
    expect(own.head().position.distanceTo(before)).toBeLessThan(1e-6);
  });

  test("in a real room nothing but one's own feet moves one", () => {
    const { legs: own, rig } = legs();

    own.update([hand("left", [0, -1]), hand("right", [1, 0], -1)], glide, true, 0.5);

    expect(rig.position.toArray()).toEqual([0, 0, 0]);
    expect(rig.rotation.y).toBe(0);
  });

  test("who says that they sit is lifted, and let down again when they say that they stand", () => {
    const { legs: own } = legs(1.1);
    const with_ = (seat: Comfort["seat"]) => own.update([], { ...FIRST, seat }, false, 0.6);

    with_("sitting");
    const sitting = own.head().position.y;
    with_("standing");
    const standing = own.head().position.y;
    with_("auto");

    expect(sitting).toBeCloseTo(1.55);
    expect(standing).toBeCloseTo(1.1);
    expect(own.head().position.y).toBeCloseTo(1.55);
    expect(seatedLift(1.7, "sitting")).toBe(0);
  });
});

test("the edge of the view darkens while one moves, and clears when one stands", () => {
  const vignette = new Vignette();
  for (let i = 0; i < 60; i++) vignette.update(true, 1 / 60);
  const moving = vignette.strength;
  for (let i = 0; i < 120; i++) vignette.update(false, 1 / 60);

  expect(moving).toBe(1);
  expect(vignette.strength).toBe(0);
  expect(vignette.mesh.visible).toBe(false);
});
