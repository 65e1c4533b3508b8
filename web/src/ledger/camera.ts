/** Reading codes with the camera or from a picture, where the browser itself can. */

interface Detector {
  detect(source: ImageBitmapSource): Promise<readonly { readonly rawValue: string }[]>;
}

type DetectorMaker = new (options: { formats: string[] }) => Detector;

const PAUSE_MS = 150;

function maker(): DetectorMaker | undefined {
  return (globalThis as { BarcodeDetector?: DetectorMaker }).BarcodeDetector;
}

export function canReadPictures(): boolean {
  return maker() !== undefined;
}

export function hasCamera(): boolean {
  return canReadPictures() && navigator.mediaDevices?.getUserMedia !== undefined;
}

/** The texts of the codes in a picture. */
export async function readPicture(picture: Blob): Promise<string[]> {
  const Maker = maker();
  if (!Maker) return [];
  const found = await new Maker({ formats: ["qr_code"] }).detect(await createImageBitmap(picture));
  return found.map(({ rawValue }) => rawValue);
}

/** Show the camera in a video and read codes from it, until it is stopped. */
export async function watch(
  video: HTMLVideoElement,
  onText: (text: string) => void,
): Promise<() => void> {
  const Maker = maker();
  if (!Maker) throw new Error("no detector");
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: "environment", width: { ideal: 1920 } },
  });
  video.srcObject = stream;
  await video.play();
  const detector = new Maker({ formats: ["qr_code"] });
  let timer = 0;
  const look = async () => {
    for (const { rawValue } of await detector.detect(video).catch(() => [])) onText(rawValue);
    if (timer >= 0) timer = window.setTimeout(look, PAUSE_MS);
  };
  timer = window.setTimeout(look, PAUSE_MS);
  return () => {
    clearTimeout(timer);
    timer = -1;
    for (const track of stream.getTracks()) track.stop();
  };
}
