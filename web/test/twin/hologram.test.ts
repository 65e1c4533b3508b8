import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Group, Mesh, type Object3D, Ray, Vector3 } from "three";
import { describe, expect, test } from "vitest";
import { readBody } from "../../src/twin/hologram/glb";
import { Hologram } from "../../src/twin/hologram/Hologram";
import { beat, breath, Rhythm } from "../../src/twin/hologram/life";
import { forms, organOf, variantOf } from "../../src/twin/hologram/organs";
import { Pose, shortest } from "../../src/twin/hologram/Pose";
import { somebody } from "./made";

const BAKED = resolve(import.meta.dirname, "../../../.cache/bodies/holograms");
const WHOLE = { yaw: 0, zoom: 1, near: 0, at: [0, 0, 0], shift: [0, 0, 0] } as const;

function meshes(root: Object3D): string[] {
  const found: string[] = [];
  root.traverse((one) => one instanceof Mesh && one.name && found.push(one.name));
  return found;
}

function shown(): Hologram {
  const hologram = new Hologram();
  hologram.hear({ type: "body", body: somebody });
  return hologram;
}

function settle(hologram: Hologram, seconds = 4): void {
  for (let t = 0; t < seconds; t += 1 / 30) hologram.update(1 / 30);
}

function organ(hologram: Hologram, id: string) {
  const mesh = hologram.root.getObjectByName(id);
  if (!(mesh instanceof Mesh)) throw new Error(`no ${id}`);
  return mesh.material.uniforms as Record<string, { value: number }>;
}

function rayAt(x: number, y: number): Ray {
  return new Ray(new Vector3(x, y, 5), new Vector3(0, 0, -1));
}

describe("the hologram", () => {
  test("shows every organ of the file, parts of one organ together", () => {
    const hologram = shown();

    const organs = ["heart", "kidneys", "lungs", "skeleton", "skin", "thyroid"];
    expect(meshes(hologram.root).sort()).toEqual(organs);
  });

  test("leaves nothing of a person when it is emptied", () => {
    const hologram = shown();
    hologram.hear({ type: "states", states: new Map([["heart", "attention"]]) });

    hologram.hear({ type: "empty" });

    expect(meshes(hologram.root)).toEqual([]);
    expect(hologram.isEmpty).toBe(true);
    expect(hologram.pick(rayAt(0.02, 1.25))).toBeNull();
  });

  test("picks the organ in front, and a small one also a finger's breadth beside it", () => {
    const hologram = shown();

    expect(hologram.pick(rayAt(0.02, 1.25))).toBe("heart");
    expect(hologram.pick(rayAt(-0.09, 1.25))).toBe("lungs");
    expect(hologram.pick(rayAt(0.03, 1.42))).toBe("thyroid");
    expect(hologram.pick(rayAt(3, 1.42))).toBeNull();
  });

  test("shows its front to whoever comes, wherever it stands", () => {
    const hologram = shown();
    const place = new Group();
    place.position.set(-1.6, 0.2, -1.2);
    place.rotation.y = Math.PI;
    place.add(hologram.root);
    place.updateMatrixWorld();
    const eye = new Vector3(-0.9, 2, -4.5);

    hologram.hear({ type: "seen", from: eye });

    const front = hologram.root.getWorldDirection(new Vector3());
    const away = eye.sub(hologram.root.getWorldPosition(new Vector3())).setY(0).normalize();
    expect(front.distanceTo(away)).toBeLessThan(1e-6);
  });

  test("draws what is chosen near, turns it to where it is seen, and lets the others pale", () => {
    const hologram = shown();

    hologram.hear({ type: "chosen", organ: "kidneys" });
    settle(hologram);

    const [, turned] = hologram.root.children;
    expect(hologram.nearness).toBeCloseTo(1, 2);
    expect(Math.abs(shortest(turned?.rotation.y ?? 0))).toBeCloseTo(Math.PI, 2);
    expect(turned?.scale.x).toBeGreaterThan(1.4);
    expect(organ(hologram, "heart").uPale?.value).toBe(1);
    expect(organ(hologram, "kidneys").uPale?.value).toBe(0);
  });

  test("shows the whole again when nothing is chosen", () => {
    const hologram = shown();
    hologram.hear({ type: "chosen", organ: "heart" });
    settle(hologram);

    hologram.hear({ type: "chosen", organ: null });
    settle(hologram);

    expect(hologram.nearness).toBeCloseTo(0, 2);
    expect(organ(hologram, "kidneys").uPale?.value).toBe(0);
  });

  test("colours only what a finding says something of", () => {
    const hologram = shown();
    const states = new Map([
      ["heart", "attention"],
      ["lungs", "calm"],
      ["kidneys", "unknown"],
    ] as const);

    hologram.hear({ type: "states", states });
    settle(hologram);

    expect(organ(hologram, "heart").uSigned?.value).toBe(1);
    for (const id of ["lungs", "kidneys"]) expect(organ(hologram, id).uSigned?.value).toBe(0);
  });

  test("keeps still without measured rates, and for those who want it still", () => {
    const hologram = shown();
    settle(hologram);
    expect(organ(hologram, "heart").uBeat?.value).toBe(0);

    hologram.hear({ type: "rates", heart: 72, breaths: 14 });
    hologram.hear({ type: "calm", isCalm: true });
    settle(hologram);

    expect(organ(hologram, "heart").uBeat?.value).toBe(0);
    expect(organ(hologram, "lungs").uBreath?.value).toBe(0);
  });

  test("beats and breathes at the rates that were measured", () => {
    const hologram = shown();
    hologram.hear({ type: "rates", heart: 60, breaths: 15 });
    const seen: number[] = [];

    for (let i = 0; i < 300; i += 1) {
      hologram.update(1 / 30);
      seen.push(organ(hologram, "lungs").uBreath?.value ?? 0);
    }

    expect(Math.max(...seen)).toBeGreaterThan(0.9);
    expect(Math.min(...seen.slice(150))).toBeLessThan(0.1);
  });
});

describe("a rhythm", () => {
  test("comes round as often in a minute as it was told", () => {
    const rhythm = new Rhythm((phase) => phase);
    rhythm.follow(90);
    for (let i = 0; i < 600; i += 1) rhythm.update(1 / 60);

    let rounds = 0;
    let before = 0;
    for (let i = 0; i < 60 * 60; i += 1) {
      const now = rhythm.update(1 / 60);
      if (now < before) rounds += 1;
      before = now;
    }

    expect(rounds).toBeGreaterThanOrEqual(89);
    expect(rounds).toBeLessThanOrEqual(91);
  });

  test("does not follow what no living heart does", () => {
    const rhythm = new Rhythm(beat);

    rhythm.follow(0);

    expect(rhythm.update(1)).toBe(0);
    expect(rhythm.isStill).toBe(true);
  });

  test("is between 0 and 1 and has no jump where it begins again", () => {
    for (const shape of [beat, breath]) {
      const values = Array.from({ length: 200 }, (_, i) => shape(i / 200));
      expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...values)).toBeLessThanOrEqual(1);
      expect(Math.abs(shape(0) - shape(0.9999))).toBeLessThan(0.12);
    }
  });
});

describe("the pose", () => {
  test("goes the shorter way round", () => {
    const pose = new Pose({ ...WHOLE, yaw: 3 });

    pose.turnTo({ ...WHOLE, yaw: -3 });
    for (let i = 0; i < 200; i += 1) pose.update(1 / 30, false);

    expect(pose.yaw).toBeCloseTo(2 * Math.PI - 3, 2);
  });

  test("moves an organ straight to its place, without a swing", () => {
    const pose = new Pose(WHOLE);
    pose.turnTo({ yaw: 0, zoom: 3, near: 1, at: [0, 1.1, 0], shift: [0, 1.28 - 3.3, 0] });

    const heights: number[] = [];
    for (let i = 0; i < 120; i += 1) {
      pose.update(1 / 30, false);
      heights.push(pose.shift[1] + 1.1 * pose.zoom);
    }

    expect(Math.min(...heights)).toBeGreaterThanOrEqual(1.1 - 1e-9);
    expect(heights.at(-1)).toBeCloseTo(1.28, 2);
  });

  test("coasts after a drag and comes to rest, or stops at once for those who want it still", () => {
    const pose = new Pose(WHOLE);
    pose.drag(0.1, 1 / 60);
    pose.release();
    pose.update(1 / 60, false);
    expect(pose.yaw).toBeGreaterThan(0.1);

    const before = pose.yaw;
    pose.update(1 / 60, true);
    pose.update(1 / 60, true);

    expect(pose.yaw).toBeCloseTo(before, 6);
  });
});

describe("the body", () => {
  test("is that of the person's age and sex", () => {
    expect(variantOf("female", 46)).toBe("woman");
    expect(variantOf("male", 70)).toBe("elder-man");
    expect(variantOf("male", 9)).toBe("boy");
    expect(variantOf("female", 2)).toBe("infant");
    expect(variantOf("unknown", null)).toBe("woman");
  });

  test("of another kind of file is refused in words", () => {
    expect(() => readBody(new ArrayBuffer(40))).toThrow("no baked body");
  });

  test.skipIf(!existsSync(BAKED))("as set-up bakes it has a form for each of its organs", () => {
    const raw = readFileSync(resolve(BAKED, "woman.glb"));
    const baked = readBody(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength));

    const organs = new Set(baked.surfaces.map(({ name }) => organOf(name)));
    const drawn = forms.map(({ id }) => id).filter((id) => id !== "prostate");
    expect([...organs].sort()).toEqual(drawn.sort());
    expect(baked.height).toBeGreaterThan(1.5);
    for (const { points, corners, normals } of baked.surfaces) {
      expect(Math.max(...corners)).toBe(points.length / 3 - 1);
      expect(normals.length).toBe(points.length);
    }
  });
});
