import type { Vec3 } from "../net/poses";
import type { RoomFrame } from "./anchoring";

const UPRIGHT = 0.75; // cosine: what is steeper is no table

/** Where one's look meets something level in the real room, where the headset can tell. */
export class HitTest {
  private source: XRHitTestSource | null = null;
  private isOver = false;

  async begin(session: XRSession): Promise<void> {
    this.isOver = false;
    try {
      const space = await session.requestReferenceSpace("viewer");
      const source = (await session.requestHitTestSource?.({ space })) ?? null;
      if (this.isOver) source?.cancel();
      else this.source = source;
    } catch {
      this.source = null; // not offered here: things come to arm's length
    }
  }

  end(): void {
    this.isOver = true;
    this.source?.cancel();
    this.source = null;
  }

  /** The nearest level spot under the look [m]; null for none. */
  now({ frame, space }: RoomFrame): Vec3 | null {
    if (!this.source) return null;
    for (const hit of frame.getHitTestResults(this.source)) {
      const pose = hit.getPose(space);
      if (!pose) continue;
      const { x, z } = pose.transform.orientation;
      if (1 - 2 * (x * x + z * z) < UPRIGHT) continue; // how far its own up leans
      const { position } = pose.transform;
      return [position.x, position.y, position.z];
    }
    return null;
  }
}
