/** The room there is for one name [px]. */
export const CELL = { width: 448, height: 56 } as const;
const HAND_PX = 36; // room for the raised hand before the name
const CROSS_PX = 30; // and for the sign of a clinician
const LOCK_PX = 30; // and for the lock of those who speak privately

/** What stands over a head: who it is, whether they speak, want to, or are a clinician. */
export interface Plate {
  readonly name: string;
  readonly isSpeaking: boolean;
  readonly isHandUp: boolean;
  readonly isClinician: boolean;
  readonly isPrivate: boolean;
}

/** Draw a plate into its cell; returns how wide it became [px]. */
export function drawPlate(
  pen: CanvasRenderingContext2D,
  x: number,
  y: number,
  { name, isSpeaking, isHandUp, isClinician, isPrivate }: Plate,
): number {
  const { width, height } = CELL;
  pen.clearRect(x, y, width, height);
  pen.font = `600 ${height * 0.5}px "Figtree Variable", system-ui, sans-serif`;
  const signs = (isHandUp ? HAND_PX : 0) + (isClinician ? CROSS_PX : 0);
  const sign = signs + (isPrivate ? LOCK_PX : 0);
  const wide = Math.min(width - 2, Math.ceil(pen.measureText(name).width + height + sign));
  pen.fillStyle = isSpeaking ? "#0f6d70" : "rgba(253, 251, 247, 0.92)";
  pen.beginPath();
  pen.roundRect(x + 2, y + 2, wide - 4, height - 4, height / 2);
  pen.fill();
  pen.fillStyle = isSpeaking ? "#ffffff" : "#22302f";
  if (isHandUp) hand(pen, x, y);
  if (isPrivate) lock(pen, x + 18 + signs, y + height / 2);
  if (isClinician) cross(pen, x + 20 + (isHandUp ? HAND_PX : 0), y + height / 2, isSpeaking);
  pen.fillStyle = isSpeaking ? "#ffffff" : "#22302f";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(name, x + (wide + sign) / 2, y + height / 2 + 2, wide - height * 0.7 - sign);
  return wide;
}

/** The sign of a clinician: a cross in the house's teal. */
function cross(pen: CanvasRenderingContext2D, x: number, y: number, isSpeaking: boolean): void {
  pen.fillStyle = isSpeaking ? "#ffffff" : "#0f6d70";
  pen.beginPath();
  pen.roundRect(x, y - 4, 22, 8, 2);
  pen.roundRect(x + 7, y - 11, 8, 22, 2);
  pen.fill();
}

/** A lock: nobody else hears them. */
function lock(pen: CanvasRenderingContext2D, left: number, middle: number): void {
  pen.strokeStyle = pen.fillStyle;
  pen.lineWidth = 3.6;
  pen.beginPath();
  pen.arc(left + 11, middle - 3, 6.5, Math.PI, 0);
  pen.stroke();
  pen.beginPath();
  pen.roundRect(left + 1, middle - 2, 20, 15, 3);
  pen.fill();
}

/** A raised hand: a palm, four fingers and a thumb. */
function hand(pen: CanvasRenderingContext2D, left: number, top: number): void {
  pen.strokeStyle = pen.fillStyle;
  pen.lineWidth = 4.8;
  pen.lineCap = "round";
  pen.beginPath();
  for (const [x, y] of [
    [23, 19],
    [29, 14],
    [35, 15],
    [41, 20],
  ] as const) {
    pen.moveTo(left + x, top + 35);
    pen.lineTo(left + x, top + y);
  }
  pen.moveTo(left + 21, top + 37);
  pen.lineTo(left + 16, top + 29);
  pen.stroke();
  pen.beginPath();
  pen.roundRect(left + 20.5, top + 30, 23, 16, 8);
  pen.fill();
}
