import { Raycaster, Vector3 } from "three";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Vec3 } from "../../../src/world/net/poses";
import type { RoomFrame } from "../../../src/world/xr/anchoring";
import { atArmsLength, Table } from "../../../src/world/xr/table";
import {
  dragged,
  grownBy,
  heldByTwo,
  LARGEST,
  SMALLEST,
  type Stand,
} from "../../../src/world/xr/two-hands";

const STAND: Stand = { position: [0, 0.75, -0.6], yaw: 0.2, scale: 0.3 };

describe("hands that hold", () => {
  test("one hand drags, and neither turns nor grows what it drags", () => {
    expect(dragged(STAND, [0, 1, 0], [0.1, 1.2, -0.3])).toEqual({
      ...STAND,
      position: [0.1, 0.95, -0.8999999999999999],
    });
  });

  test("two hands that part make it larger around the middle between them", () => {
    const next = heldByTwo(
      STAND,
      [
        [-0.1, 0.75, -0.6],
        [0.1, 0.75, -0.6],
      ],
      [
        [-0.2, 0.75, -0.6],
        [0.2, 0.75, -0.6],
      ],
    );

    expect(next.scale).toBeCloseTo(0.6);
    expect(next.position).toEqual([0, 0.75, -0.6]);
    expect(next.yaw).toBeCloseTo(0.2);
  });

  test("two hands that turn about each other turn it, with what they hold under them", () => {
    const grip: Vec3 = [0.2, 0.75, -0.6];
    const next = heldByTwo(
      STAND,
      [[-0.2, 0.75, -0.6], grip],
      [
        [0, 0.75, -0.4],
        [0, 0.75, -0.8],
      ],
    );

    expect(next.yaw).toBeCloseTo(0.2 + Math.PI / 2);
    expect(next.scale).toBeCloseTo(0.3);
    expect(next.position[0]).toBeCloseTo(0);
    expect(next.position[2]).toBeCloseTo(-0.6);
  });

  test("nothing becomes too small to be seen or larger than life", () => {
    expect(grownBy(STAND, 100).scale).toBe(LARGEST);
    expect(grownBy(STAND, 0.001).scale).toBe(SMALLEST);
  });

  test("hands that touch each other say nothing of size", () => {
    const next = heldByTwo(
      STAND,
      [
        [0, 1, 0],
        [0.001, 1, 0],
      ],
      [
        [0, 1, 0],
        [0.5, 1, 0],
      ],
    );

    expect(next.scale).toBe(0.3);
  });
});

test("where nobody finds a table, it is at arm's length, and low enough for who sits", () => {
  expect(atArmsLength([1, 1.6, 2], Math.PI / 2)).toEqual([0.4, 0.75, 2]);
  expect(atArmsLength([0, 0.9, 0], 0)[1]).toBeCloseTo(0.5);
});

/** A headset that sees a table of that height under the look, and keeps anchors. */
class Headset {
  hit: Vec3 | null = [0.1, 0.72, -0.9];
  lean = 0;
  anchor: { position: Vec3; yaw: number } | null = null;
  handles: string[] = [];
  session = {
    requestReferenceSpace: async () => ({}),
    requestHitTestSource: async () => ({ cancel: () => {} }),
    restorePersistentAnchor: async (handle: string) => {
      if (!this.handles.includes(handle)) throw new Error("unknown");
      return { anchorSpace: "anchor", delete: () => {} };
    },
  };
  frame = {
    getHitTestResults: () => (this.hit ? [{ getPose: () => this.pose(this.hit, this.lean) }] : []),
    createAnchor: async (at: { position: { x: number; y: number; z: number } }) => {
      const { x, y, z } = at.position;
      this.anchor = { position: [x, y, z], yaw: 0 };
      return {
        anchorSpace: "anchor",
        delete: () => {
          this.anchor = null;
        },
        requestPersistentHandle: async () => {
          this.handles.push("spot-1");
          return "spot-1";
        },
      };
    },
    getPose: () => this.anchor && this.pose(this.anchor.position, 0),
  };

  room(): RoomFrame {
    return { frame: this.frame, space: {}, session: this.session } as unknown as RoomFrame;
  }

  private pose(at: Vec3 | null, lean: number) {
    const [x, y, z] = at ?? [0, 0, 0];
    const orientation = { x: Math.sin(lean / 2), y: 0, z: 0, w: Math.cos(lean / 2) };
    return { transform: { position: { x, y, z }, orientation } };
  }
}

const HEAD = { position: [0, 1.6, 0], yaw: 0 } as const;

describe("the table", () => {
  let worn: Headset;
  let table: Table;

  beforeEach(async () => {
    vi.stubGlobal(
      "XRRigidTransform",
      class {
        constructor(readonly position: unknown) {}
      },
    );
    worn = new Headset();
    table = new Table("home");
    await table.begin(worn.session as unknown as XRSession);
  });

  test("follows the look over level ground until it is put, its front to the eyes", async () => {
    table.update(worn.room(), HEAD);
    const looked = table.where;
    table.put();
    worn.hit = [3, 0, 0];
    table.update(worn.room(), HEAD);

    expect(looked.position).toEqual([0.1, 0.72, -0.9]);
    expect(table.where.position).toEqual([0.1, 0.72, -0.9]);
    expect(looked.yaw).toBeCloseTo(Math.PI + Math.atan2(-0.1, 0.9), 1);
    expect(table.reticle.visible).toBe(false);
  });

  test("stands on no wall, and comes to arm's length where nothing level is found", () => {
    worn.lean = Math.PI / 2;
    table.update(worn.room(), HEAD);
    const beforeWall = table.where.position;
    worn.hit = null;
    table.update(worn.room(), HEAD);

    expect(beforeWall).toEqual([0, 0.75, -0.6]);
    expect(table.where.position).toEqual([0, 0.75, -0.6]);
  });

  test("stays at its spot of the real room when the headset corrects itself", async () => {
    table.put();
    table.update(worn.room(), HEAD);
    await Promise.resolve();
    worn.anchor = { position: [0.5, 0.7, -1], yaw: 0 };
    table.update(worn.room(), HEAD);

    expect(table.where.position).toEqual([0.5, 0.7, -1]);
  });

  test("is found again another day where the headset keeps spots, and else asked for anew", async () => {
    table.put();
    table.update(worn.room(), HEAD);
    await vi.waitFor(() => expect(localStorage.getItem("asklepion.table.home")).toBe("spot-1"));
    table.end();

    const again = new Table("home");
    await again.begin(worn.session as unknown as XRSession);
    worn.handles = [];
    const forgotten = new Table("home");
    await forgotten.begin(worn.session as unknown as XRSession);

    expect(again.isWaiting).toBe(false);
    expect(forgotten.isWaiting).toBe(true);
    expect(localStorage.getItem("asklepion.table.home")).toBeNull();
  });

  test("is moved by a hand, turned and made larger by two, and as it was at first again", () => {
    table.put();
    table.update(worn.room(), HEAD);
    const begun = table.where;
    const [left, right] = [new Vector3(-0.2, 0.8, -0.6), new Vector3(0.2, 0.8, -0.6)];
    const holds = [left, right].map((at) => ({ point: () => at.toArray() as Vec3 }));
    for (const hold of holds) table.hold(hold);
    left.set(-0.4, 0.8, -0.6);
    right.set(0.4, 0.8, -0.6);
    table.update(worn.room(), HEAD);
    const grown = table.where;
    for (const hold of holds) table.letGo(hold);
    table.reset([0, 1.6, 0]);

    expect(grown.scale).toBeCloseTo(2 * begun.scale);
    expect(table.where.scale).toBeCloseTo(begun.scale);
    expect(table.where.position).toEqual(grown.position);
  });

  test("is met by a ray and by a hand in the midst of it, and not past it", () => {
    worn.hit = [0, 0.75, -0.8];
    table.update(worn.room(), HEAD);
    table.root.updateMatrixWorld(true);
    const ray = (from: Vector3, way: Vector3) => new Raycaster(from, way.normalize(), 0, 12);

    expect(table.meets(ray(new Vector3(0, 0.9, 0.2), new Vector3(0, 0, -1)))).toBeCloseTo(0.8, 1);
    expect(table.meets(ray(new Vector3(0.05, 0.9, -0.8), new Vector3(0, 0, -1)))).toBe(0);
    expect(table.meets(ray(new Vector3(0, 0.9, 0.2), new Vector3(1, 0, 0)))).toBeNull();
  });

  test("is not there when nobody sees the real room", () => {
    table.end();

    expect(table.root.visible).toBe(false);
    expect(table.meets(new Raycaster(new Vector3(0, 0.8, 0), new Vector3(0, 0, -1)))).toBeNull();
  });
});
