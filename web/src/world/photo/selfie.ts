import type { PerspectiveCamera } from "three";

const ARM_M = 1.3;
const ASIDE_M = 0.28;
const EYES_M = 1.72;
const CHIN_M = 1.48;
const MOST_ROUND = 1.1; // as far as an arm reaches around oneself [rad]

/**
 * Hold a camera out before oneself, looking back.
 *
 * @param round how far the arm is swung aside [rad].
 */
export function holdOut(
  camera: PerspectiveCamera,
  [x, y, z]: readonly [number, number, number],
  yaw: number,
  round: number,
): void {
  const turn = yaw + Math.max(-MOST_ROUND, Math.min(MOST_ROUND, round));
  const [ahead, right] = [
    [-Math.sin(turn), -Math.cos(turn)],
    [Math.cos(turn), -Math.sin(turn)],
  ] as const;
  camera.position.set(
    x + ahead[0] * ARM_M + right[0] * ASIDE_M,
    y + EYES_M,
    z + ahead[1] * ARM_M + right[1] * ASIDE_M,
  );
  camera.lookAt(x, y + CHIN_M, z);
}
