import { Euler, Group, Quaternion, Vector3 } from "three";
import { describe, expect, test } from "vitest";
import { Calibration, sharedAnchor } from "../../../src/world/xr/calibration";
import { CORNERS, Corners } from "../../../src/world/xr/corners";
import { fitted, roomFor, yawOf } from "../../../src/world/xr/frame-fit";
import { Table } from "../../../src/world/xr/table";
import { placeFiles } from "../places";

/** Where the corners of a code are touched that lies so. */
function touches(position: Vector3, turn: Quaternion, side_m = 0.12): Vector3[] {
  return CORNERS.map((corner) =>
    corner.clone().multiplyScalar(side_m).applyQuaternion(turn).add(position),
  );
}

/** Numbers that look like chance and are the same each time. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32 - 0.5;
  };
}

const LYING = new Quaternion().setFromEuler(new Euler(-Math.PI / 2, 0, 0));

describe("three touched corners", () => {
  test("tell place, turn and size of a code exactly, however it lies", () => {
    const next = chance(7);
    for (let i = 0; i < 200; i++) {
      const turn = new Quaternion(next(), next(), next(), next()).normalize();
      const position = new Vector3(next(), next(), next()).multiplyScalar(6);
      const fit = fitted(CORNERS, touches(position, turn, 0.05 + 0.2 * (next() + 0.5)));

      expect(fit?.position.distanceTo(position)).toBeLessThan(1e-9);
      expect(fit && Math.abs(fit.turn.dot(turn))).toBeCloseTo(1, 9);
      expect(fit?.error_m).toBeLessThan(1e-9);
    }
  });

  test("that are a few millimetres off still tell it to a few millimetres and degrees", () => {
    const next = chance(11);
    const position = new Vector3(0.4, 0.74, -0.6);
    const turn = new Quaternion().setFromAxisAngle(new Vector3(0, 1, 0), 0.7).multiply(LYING);
    const off = touches(position, turn, 0.16).map((point) =>
      point.add(new Vector3(next(), next(), next()).multiplyScalar(0.006)),
    );
    const fit = fitted(CORNERS, off);

    expect(fit?.position.distanceTo(position)).toBeLessThan(0.005);
    expect(fit && Math.abs(yawOf(fit) - 0.7)).toBeLessThan((3 * Math.PI) / 180);
    expect(fit?.error_m).toBeGreaterThan(0);
  });

  test("no better turn is to be found in the neighbourhood of the one that is told", () => {
    const next = chance(5);
    const points = touches(new Vector3(1, 1, 1), LYING).map((point) =>
      point.add(new Vector3(next(), next(), next()).multiplyScalar(0.02)),
    );
    const fit = fitted(CORNERS, points);
    const missed = (turn: Quaternion) => {
      const [middle, centre] = [CORNERS, points].map((all) =>
        all.reduce((sum, p) => sum.add(p), new Vector3()).divideScalar(3),
      );
      return CORNERS.reduce((sum, corner, i) => {
        const at = corner
          .clone()
          .sub(middle ?? corner)
          .applyQuaternion(turn);
        const to = (points[i] ?? at).clone().sub(centre ?? at);
        return sum + at.multiplyScalar(fit?.scale ?? 1).distanceToSquared(to);
      }, 0);
    };
    for (let i = 0; i < 100; i++) {
      const nudge = new Quaternion(next() * 0.05, next() * 0.05, next() * 0.05, 1).normalize();
      const near = nudge.multiply(fit?.turn ?? LYING);

      expect(missed(near)).toBeGreaterThanOrEqual(missed(fit?.turn ?? LYING) - 1e-12);
    }
  });

  test("in a line, or on one spot, tell nothing", () => {
    const line = [0, 1, 2].map((x) => new Vector3(x, 0, 0));
    const spot = [0, 1, 2].map(() => new Vector3(1, 1, 1));

    expect(fitted(CORNERS, line)).toBeNull();
    expect(fitted(CORNERS, spot)).toBeNull();
    expect(fitted(CORNERS, line.slice(1))).toBeNull();
  });
});

describe("a code that is read", () => {
  const yawed = (yaw: number, tilt: Quaternion) =>
    new Quaternion().setFromAxisAngle(new Vector3(0, 1, 0), yaw).multiply(tilt);

  test("faces its reader the same way lying, leaning and standing", () => {
    for (const lean of [-Math.PI / 2, -1.2, -0.6, 0]) {
      const turn = yawed(0.9, new Quaternion().setFromEuler(new Euler(lean, 0, 0)));
      expect(yawOf({ turn })).toBeCloseTo(0.9);
    }
  });

  test("is asked for corner by corner, and anew where the touches make no code", () => {
    const corners = new Corners();
    const [a, b, c] = touches(new Vector3(0, 0.7, -0.5), LYING) as [Vector3, Vector3, Vector3];
    const far = c.clone().add(new Vector3(0.09, 0, 0.02));

    expect([corners.touch(a), corners.touch(b)].map((told) => told.state)).toEqual([
      ...["more", "more"],
    ]);
    expect(corners.next).toBe("c");
    expect(corners.touch(far).state).toBe("bad");
    expect(corners.next).toBe("a");
    expect([a, b, c].map((at) => corners.touch(at).state)).toEqual(["more", "more", "done"]);
  });

  test("that is too small to be touched is no code", () => {
    const corners = new Corners();
    const told = touches(new Vector3(), LYING, 0.02).map((at) => corners.touch(at).state);

    expect(told.at(-1)).toBe("bad");
  });
});

describe("two people who touched the same code", () => {
  const home = placeFiles.find(({ id }) => id === "home");
  if (!home) throw new Error("there is no home");
  const anchor = sharedAnchor(home, "");
  const code = { position: new Vector3(2, 0.74, 1), yaw: 0.4 }; // in the real room, as a third saw it

  /** One headset's own idea of the room: begun somewhere, turned somehow. */
  function calibrated(origin: Vector3, yaw: number) {
    const rig = new Group();
    const toOwn = (at: Vector3) =>
      at
        .clone()
        .sub(origin)
        .applyAxisAngle(new Vector3(0, 1, 0), -yaw);
    const turn = new Quaternion().setFromAxisAngle(new Vector3(0, 1, 0), code.yaw).multiply(LYING);
    const table = new Table("home");
    const head = () => ({ position: new Vector3(0, 1.6, 0), turn: new Quaternion() });
    const calibration = new Calibration({
      place: home as NonNullable<typeof home>,
      rig,
      head,
      table,
    });
    calibration.begin();
    for (const at of touches(code.position, turn)) calibration.touch(rig.localToWorld(toOwn(at)));
    rig.updateMatrixWorld();
    const seen = (at: Vector3) => rig.localToWorld(toOwn(at));
    return { calibration, seen, table, rig };
  }

  test("see every spot of the real room at the same spot of the place", () => {
    const one = calibrated(new Vector3(-1, 0, 3), 0.3);
    const other = calibrated(new Vector3(4, 0, -2), -2.1);
    const cup = new Vector3(2.4, 0.8, 0.5);

    expect(one.calibration.state.get()).toBe("done");
    expect(one.seen(cup).distanceTo(other.seen(cup))).toBeLessThan(1e-9);
  });

  test("find the code on its anchor, the floor on the floor, and the table behind the code", () => {
    const { seen, table, rig } = calibrated(new Vector3(-1, 0, 3), 0.3);
    const at = seen(code.position);
    const stands = rig.localToWorld(new Vector3(...table.where.position));

    expect(at.x).toBeCloseTo(anchor?.position[0] ?? Number.NaN);
    expect(at.z).toBeCloseTo(anchor?.position[2] ?? Number.NaN);
    expect(at.y).toBeCloseTo(0.74);
    expect(stands.distanceTo(at)).toBeCloseTo(0.3);
    expect(table.isWaiting).toBe(false);
  });

  test("the address of a code names its anchor; one that the place does not have is passed over", () => {
    expect(sharedAnchor(home, "#/home?anchor=seat")?.id).toBe("seat");
    expect(sharedAnchor(home, "#/home?anchor=moon")?.id).toBe("hologram");
    expect(sharedAnchor({ ...home, anchors: [] }, "")).toBeNull();
  });

  test("a room is turned and moved so that its point lies on the point of the place", () => {
    const room = roomFor(
      { position: new Vector3(0, 0, -1), yaw: 0 },
      { position: new Vector3(5, 0, 5), yaw: Math.PI / 2 },
    );

    expect(room.yaw).toBeCloseTo(Math.PI / 2);
    expect(room.position.x).toBeCloseTo(6);
    expect(room.position.z).toBeCloseTo(5);
  });
});
