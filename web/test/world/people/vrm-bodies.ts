import { Group } from "three";
import { vi } from "vitest";
import { BorrowedBones } from "../../../src/world/people/borrowed";
import type { VrmBody } from "../../../src/world/people/vrm-body";
import { places } from "./vrm-places";

/** A brought avatar of nothing but joints. */
export function body(triangles: number) {
  const root = new Group();
  const opened = {
    root,
    joints: new BorrowedBones(places()),
    height: 1.7,
    eyes_m: 1.6,
    triangles,
    cloth: 3,
    update: vi.fn(),
    dispose: vi.fn(() => root.removeFromParent()),
  };
  return opened as unknown as VrmBody & typeof opened;
}
