import { type Group, Vector3 } from "three";
import { Store } from "../../kit/store";
import { t } from "../../kit/text";
import type { Place } from "../../wire/world";
import { Board } from "./board";
import { Corners } from "./corners";
import { roomFor, yawOf } from "./frame-fit";
import type { Table } from "./table";
import type { Held } from "./tracked";

const SHARED = "hologram"; // the anchor that a code stands for where its address names none
const AHEAD_M = 0.75;
const BELOW_M = 0.22;
const DONE_MS = 4000;
const SHEET_M = 0.3; // so far before the code stands what is on the table

/** What is waited for: a corner, or nothing; and how the last try ended. */
export type Stage = "off" | "a" | "b" | "c" | "bad" | "done";

export interface CalibrationParts {
  readonly place: Place;
  readonly rig: Group;
  readonly head: () => Held;
  readonly table: Table;
}

/** Which anchor of a place the page's address names, else the one that a code stands for. */
export function sharedAnchor(place: Place, hash: string): Place["anchors"][number] | null {
  const wanted = new URLSearchParams(hash.split("?")[1] ?? "").get("anchor") ?? SHARED;
  const of = (id: string) => place.anchors.find((anchor) => anchor.id === id) ?? null;
  return of(wanted) ?? of(SHARED);
}

/** Three touches of a printed code, and all who touched the same stand in one frame. */
export class Calibration {
  readonly board = new Board();
  readonly state = new Store<Stage>("off");
  private corners = new Corners();
  private doneAt = 0;

  constructor(private readonly parts: CalibrationParts) {}

  begin(): void {
    this.corners = new Corners();
    this.state.set("a");
    this.hang();
  }

  end(): void {
    this.state.set("off");
    this.board.mesh.visible = false;
  }

  /** Take in a touch; false where none is waited for. */
  touch(tip: Vector3 | null): boolean {
    const state = this.state.get();
    if (!tip || state === "off" || state === "done") return false;
    const { rig, table, place } = this.parts;
    const told = this.corners.touch(rig.worldToLocal(tip.clone()));
    if (told.state !== "done") {
      this.state.set(told.state === "bad" ? "bad" : told.next);
      return true;
    }
    const inRoom = { position: told.fit.position, yaw: yawOf(told.fit) };
    const anchor = sharedAnchor(place, globalThis.location?.hash ?? "");
    if (anchor) this.align(inRoom, anchor);
    const [x, y, z] = inRoom.position.toArray();
    const [sin, cos] = [Math.sin(inRoom.yaw), Math.cos(inRoom.yaw)];
    table.putAt([x - sin * SHEET_M, y, z - cos * SHEET_M], inRoom.yaw + Math.PI);
    this.state.set("done");
    this.doneAt = performance.now();
    return true;
  }

  update(): void {
    const state = this.state.get();
    if (state === "done" && performance.now() - this.doneAt > DONE_MS) this.end();
    if (state === "off") return;
    const label = t(`world.xr.share.${state}`);
    this.board.show(t("world.xr.table.share"), [{ id: state, label }], -1);
  }

  dispose(): void {
    this.board.dispose();
  }

  /** Stand the room in the place so that the code lies on its anchor; the floor stays the floor. */
  private align(
    inRoom: { readonly position: Vector3; readonly yaw: number },
    { position, yaw }: Place["anchors"][number],
  ): void {
    const { rig } = this.parts;
    const inPlace = { position: new Vector3(...position), yaw: yaw ?? 0 };
    const stood = roomFor(inRoom, inPlace);
    rig.position.set(stood.position.x, rig.position.y, stood.position.z);
    rig.rotation.y = stood.yaw;
    rig.updateMatrixWorld();
  }

  /** Before the eyes, a little low. */
  private hang(): void {
    const { position, turn } = this.parts.head();
    const { mesh } = this.board;
    const ahead = new Vector3(0, 0, -1).applyQuaternion(turn).setY(0).setLength(AHEAD_M);
    mesh.position.copy(this.parts.rig.worldToLocal(position.clone().add(ahead)));
    mesh.position.y -= BELOW_M;
    mesh.rotation.y = Math.atan2(-ahead.x, -ahead.z) - this.parts.rig.rotation.y;
    mesh.visible = true;
  }
}
