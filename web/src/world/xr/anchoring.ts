import type { Vec3 } from "../net/poses";

const KEPT = "asklepion.table";

/** What a headset tells of its room in one frame. */
export interface RoomFrame {
  readonly frame: XRFrame;
  readonly space: XRReferenceSpace;
  readonly session: XRSession;
}

export interface Anchored {
  readonly position: Vec3;
  readonly yaw: number;
}

interface Lasting {
  readonly requestPersistentHandle?: () => Promise<string>;
}
interface Restoring {
  readonly restorePersistentAnchor?: (handle: string) => Promise<XRAnchor>;
  readonly deletePersistentAnchor?: (handle: string) => Promise<undefined>;
}

/** Holds one spot of the real room still, where the headset offers anchors; else does nothing. */
export class Anchoring {
  private anchor: XRAnchor | null = null;
  private wish = 0;

  /** @param name what stands there; its spot is found again another day where that is offered. */
  constructor(private readonly name: string) {}

  /** Find the spot of another day; false where none is known. */
  async restore(session: XRSession): Promise<boolean> {
    const handle = localStorage.getItem(this.key);
    const { restorePersistentAnchor } = session as Restoring;
    if (!handle || !restorePersistentAnchor) return false;
    const wish = ++this.wish;
    try {
      const found = await restorePersistentAnchor.call(session, handle);
      if (wish !== this.wish) return false;
      this.anchor = found;
      return true;
    } catch {
      localStorage.removeItem(this.key); // the headset has forgotten this room
      return false;
    }
  }

  /** Hold another spot from now on. */
  async hold({ frame, space, session }: RoomFrame, { position, yaw }: Anchored): Promise<void> {
    this.release();
    if (!frame.createAnchor) return;
    const wish = this.wish;
    const [x, y, z] = position;
    const turn = { x: 0, y: Math.sin(yaw / 2), z: 0, w: Math.cos(yaw / 2) };
    try {
      const made = await frame.createAnchor(new XRRigidTransform({ x, y, z }, turn), space);
      if (wish !== this.wish) made?.delete();
      else if (made) {
        this.anchor = made;
        await this.keep(session, made);
      }
    } catch {
      this.anchor = null; // not here, or too many: it stands by the headset's own floor
    }
  }

  /** Hold nothing. */
  release(): void {
    this.wish += 1;
    this.anchor?.delete();
    this.anchor = null;
  }

  /** Where the spot is now; null while it is not seen, or nothing is held. */
  now({ frame, space }: RoomFrame): Anchored | null {
    if (!this.anchor) return null;
    const pose = frame.getPose(this.anchor.anchorSpace, space);
    if (!pose) return null;
    const { position, orientation } = pose.transform;
    const { x, y, z, w } = orientation;
    const yaw = Math.atan2(2 * (w * y + x * z), 1 - 2 * (x * x + y * y));
    return { position: [position.x, position.y, position.z], yaw };
  }

  private get key(): string {
    return `${KEPT}.${this.name}`;
  }

  private async keep(session: XRSession, anchor: XRAnchor): Promise<void> {
    const { requestPersistentHandle } = anchor as Lasting;
    if (!requestPersistentHandle) return;
    const before = localStorage.getItem(this.key);
    try {
      localStorage.setItem(this.key, await requestPersistentHandle.call(anchor));
      if (before) await (session as Restoring).deletePersistentAnchor?.(before);
    } catch {
      // a headset that keeps no spots: it stands there for today
    }
  }
}
