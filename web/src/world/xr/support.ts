import { Store } from "../../kit/store";

export type XRMode = "immersive-vr" | "immersive-ar";

/** What this browser and whatever is worn on the head can do. */
export const support = new Store<Readonly<Record<XRMode, boolean>>>({
  "immersive-vr": false,
  "immersive-ar": false,
});

/** Ask the browser now, and again whenever a headset is plugged in; call the answer to stop. */
export function lookForHeadset(xr: XRSystem | undefined = navigator.xr): () => void {
  if (!xr) return () => {};
  const can = (mode: XRMode) => xr.isSessionSupported(mode).catch(() => false);
  const look = async () => {
    const [vr, ar] = await Promise.all([can("immersive-vr"), can("immersive-ar")]);
    support.set({ "immersive-vr": vr, "immersive-ar": ar });
  };
  void look();
  xr.addEventListener("devicechange", look);
  return () => xr.removeEventListener("devicechange", look);
}
