/**
 * Why there is no microphone: "denied" by the person or the browser, "absent", "busy" with another
 * program, "unsafe" where the page came over a line that others can read, "unplugged" while it was open.
 */
export type Trouble = "" | "denied" | "absent" | "busy" | "unsafe" | "unplugged";

const TROUBLES: Readonly<Record<string, Trouble>> = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "absent",
  OverconstrainedError: "absent",
  NotReadableError: "busy",
  AbortError: "busy",
  InsecureError: "unsafe",
};

export function troubleOf(error: unknown): Trouble {
  return (error instanceof DOMException && TROUBLES[error.name]) || "absent";
}

export interface Microphone {
  readonly id: string;
  readonly name: string;
}

const CLEAN = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/**
 * Open a microphone: the one of that id if it is there, else the one that the browser prefers.
 *
 * Throws a DOMException as `getUserMedia` does, or one named InsecureError.
 */
export async function openMicrophone(id: string): Promise<MediaStream> {
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices) throw new DOMException("This page may not hear.", "InsecureError");
  if (!id) return devices.getUserMedia({ audio: CLEAN });
  try {
    return await devices.getUserMedia({ audio: { ...CLEAN, deviceId: { exact: id } } });
  } catch (error) {
    if (troubleOf(error) !== "absent") throw error;
    return devices.getUserMedia({ audio: CLEAN });
  }
}

/** The microphones of this device; they have names once one of them was allowed. */
export async function listMicrophones(): Promise<readonly Microphone[]> {
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  const found = (await devices?.enumerateDevices()) ?? [];
  return found
    .filter(({ kind, deviceId, label }) => kind === "audioinput" && deviceId && label)
    .map(({ deviceId, label }) => ({ id: deviceId, name: label }));
}

let still: AudioContext | null = null; // one for all silences

/** What one sends who only listens: the way stands, and nothing is on it. */
export function silence(): MediaStream {
  still ??= new AudioContext();
  return still.createMediaStreamDestination().stream;
}
