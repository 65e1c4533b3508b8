import { useEffect } from "react";
import { api } from "../kit/api";
import { usePlace } from "../kit/place";
import { beforeSignOut, session, useSession } from "../kit/session";
import { Store } from "../kit/store";
import { walkIn } from "./visit";

const ROOM = /^consulting-room-/;

/** Why we could not walk into the room we stand in; null while all is well. */
export const walkInError = new Store<unknown>(null);

/** Walk into the room: a patient's visit opens, a clinician attends. */
export function enterRoom(room: string): void {
  walkInError.set(null);
  walkIn(room).catch((error: unknown) => walkInError.set(error));
}

/** With a visit still open the house says no, rightly: then the room stays the clinician's. */
async function leave(): Promise<void> {
  if (session.get().me) await api.delete("/api/clinic/attendance").catch(() => {});
}

/** Being in the place is being in the room, whatever panel is open; a clinician who goes is gone. */
export function usePresence(place: string): void {
  const roles = useSession()?.roles ?? [];
  const isHere = usePlace().state === "here";
  const isClinician = roles.includes("clinician");
  const room = ROOM.test(place) && (isClinician || roles.includes("patient")) ? place : "";

  useEffect(() => {
    if (room && isHere) enterRoom(room);
  }, [room, isHere]);

  useEffect(() => {
    if (!room || !isClinician) return;
    const forget = beforeSignOut(leave);
    return () => {
      forget();
      void leave();
    };
  }, [room, isClinician]);
}
